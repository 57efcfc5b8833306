pragma circom 2.1.6;

// Proves: Σ bit[i]·2^i < bound, for a constant 1 <= bound <= 2^bits; otherwise there is no
// valid witness.
// For every zero bit of (bound − 1) it forbids a one there below ones in all places where
// (bound − 1) has ones above it: that is exactly "greater than bound − 1".
// The caller must ensure that every `bit` is 0 or 1.
template Below(bound, bits) {
    signal input bit[bits];

    var largest = bound - 1;
    // above[i]: the bits over i are all one where `largest` has a one (they are zero elsewhere)
    signal above[bits + 1];
    above[bits] <== 1;
    for (var i = bits - 1; i >= 0; i--) {
        if ((largest >> i) & 1 == 1) {
            above[i] <== above[i + 1] * bit[i];
        } else {
            above[i + 1] * bit[i] === 0;
            above[i] <== above[i + 1];
        }
    }
}
