pragma circom 2.1.6;

include "circomlib/circuits/bitify.circom";

// Proves: lane[k] is lane k of `word` as a signed integer: the width's bits of the word less
// 2^(width − 1); 0 for lanes that the width does not have (15 … 30 of 16 bits, 7 … 30 of 32).
// `word` is below 2^248 or there is no valid witness (248 < 254, so the bits are unique).
// Does not prove that the bits above the last lane of the width are zero: malformed leaves are
// refused where they are published, and no honest trace holds one.
// The caller must ensure that exactly one of is8, is16, is32 is 1 and that `word` is a word of a
// leaf of that width.
template WordLanes() {
    signal input word;
    signal input is8;
    signal input is16;
    signal input is32;
    signal output lane[31];

    signal bit[248] <== Num2Bits(248)(word);
    signal narrow[31];
    signal middle[15];

    for (var k = 0; k < 31; k++) {
        var lane8 = -(1 << 7);
        for (var b = 0; b < 8; b++) {
            lane8 += (1 << b) * bit[8 * k + b];
        }
        var lane16 = 0;
        if (k < 15) {
            lane16 = -(1 << 15);
            for (var b = 0; b < 16; b++) {
                lane16 += (1 << b) * bit[16 * k + b];
            }
        }
        var lane32 = 0;
        if (k < 7) {
            lane32 = -(1 << 31);
            for (var b = 0; b < 32; b++) {
                lane32 += (1 << b) * bit[32 * k + b];
            }
        }
        // one product fewer than a sum of three: is8 = 1 − is16 − is32
        if (k < 7) {
            narrow[k] <== is16 * (lane16 - lane8);
            middle[k] <== is32 * (lane32 - lane8);
            lane[k] <== lane8 + narrow[k] + middle[k];
        } else if (k < 15) {
            narrow[k] <== is8 * lane8;
            middle[k] <== is16 * lane16;
            lane[k] <== narrow[k] + middle[k];
        } else {
            narrow[k] <== is8 * lane8;
            lane[k] <== narrow[k];
        }
    }
}
