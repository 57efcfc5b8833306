pragma circom 2.1.6;

// Proves: out[j] = 1 if j < value, otherwise 0, for value = Σ bit[i]·2^i.
// One bit more doubles the scale: with the top bit h and the scale t of the bits below,
// the lower half is (h or t), the middle is h, and the upper half is (h and t).
// The caller must ensure that every `bit` is 0 or 1.
template Thermometer(bits) {
    var n = (1 << bits) - 1;
    signal input bit[bits];
    signal output out[n];

    signal scale[bits][n];
    signal both[bits][n];
    for (var b = 0; b < bits; b++) {
        var half = (1 << b) - 1;
        scale[b][half] <== bit[b];
        both[b][half] <== 0;
        for (var j = 0; j < half; j++) {
            both[b][j] <== bit[b] * scale[b - 1][j];
            scale[b][j] <== bit[b] + scale[b - 1][j] - both[b][j];
            scale[b][half + 1 + j] <== both[b][j];
            both[b][half + 1 + j] <== 0;
        }
        for (var j = 2 * half + 1; j < n; j++) {
            scale[b][j] <== 0;
            both[b][j] <== 0;
        }
    }
    for (var j = 0; j < n; j++) {
        out[j] <== scale[bits - 1][j];
    }
}
