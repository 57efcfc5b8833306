pragma circom 2.1.6;

// Proves: exactly one of is8, is16, is32 is 1, for the width codes 0, 1, 2; there is no valid
// witness for code 3.
// The caller must ensure that both bits are 0 or 1.
template Width() {
    signal input bit[2];
    signal output is8;
    signal output is16;
    signal output is32;

    bit[0] * bit[1] === 0;
    is16 <== bit[0];
    is32 <== bit[1];
    is8 <== 1 - bit[0] - bit[1];
}
