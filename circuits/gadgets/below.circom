pragma circom 2.1.6;

// Proves: Σ bit[i]·2^i < bound, for a constant 1 <= bound <= 2^bits; otherwise there is no
// valid witness.
// A number is above the largest allowed one exactly if, at some place where that one has a zero,
// it has a one, while all higher ones of the largest are ones in it too: each such case is forbidden.
// The caller must ensure that every `bit` is 0 or 1.
template Below(bound, bits) {
    signal input bit[bits];

    var largest = bound - 1;
    // above[i]: 1 if bit[i] and all bits above it are those of `largest`, otherwise 0
    signal above[bits + 1];
    above[bits] <== 1;
    for (var i = bits - 1; i >= 0; i--) {
        if (((largest >> i) & 1) == 1) {
            above[i] <== above[i + 1] * bit[i];
        } else {
            above[i + 1] * bit[i] === 0;
            above[i] <== above[i + 1];
        }
    }
}
