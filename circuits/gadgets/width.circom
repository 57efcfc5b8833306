pragma circom 2.1.6;

// Proves: selector[i] = 1 for the one i that is the width code Σ bit[i]·2^i (0: 8 bits, 1: 16 bits,
// 2: 32 bits), the others being 0. There is no valid witness for code 3.
// The caller must ensure that both bits are 0 or 1.
template Width() {
    signal input bit[2];
    signal output selector[3];

    bit[0] * bit[1] === 0;
    selector[0] <== 1 - bit[0] - bit[1];
    selector[1] <== bit[0];
    selector[2] <== bit[1];
}
