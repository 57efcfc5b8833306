pragma circom 2.1.6;

// Proves: `out` = `in[index]`, where index = Σ bit[i]·2^i.
// Halves the list once per bit; an odd last entry moves up unchanged.
// The caller must ensure that every `bit` is 0 or 1, and that index < n (with `Below`): for a
// larger index, `out` is one of the inputs, no matter which.
template Multiplexer(n, bits) {
    signal input in[n];
    signal input bit[bits];
    signal output out;

    signal level[bits][n];
    var size = n;
    for (var b = 0; b < bits; b++) {
        var next = (size + 1) \ 2;
        for (var i = 0; i < next; i++) {
            var even = b == 0 ? in[2 * i] : level[b - 1][2 * i];
            if (2 * i + 1 < size) {
                var odd = b == 0 ? in[2 * i + 1] : level[b - 1][2 * i + 1];
                level[b][i] <== even + bit[b] * (odd - even);
            } else {
                level[b][i] <== even;
            }
        }
        for (var i = next; i < n; i++) {
            level[b][i] <== 0;
        }
        size = next;
    }
    out <== level[bits - 1][0];
}
