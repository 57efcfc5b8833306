pragma circom 2.1.6;

include "../../node_modules/circomlib/circuits/bitify.circom";

// Proves: lane[k] is lane k of `word` as a signed integer: the width's bits of the word less
// 2^(width − 1); 0 for lanes that the width does not have (15 … 30 of 16 bits, 7 … 30 of 32).
// There is no valid witness for a word of 2^248 or more (248 < 254, so the bits are unique).
// Does not prove that the bits above the last lane of the width are zero: malformed leaves are
// refused where they are published, and no honest trace holds one.
// The caller must ensure that exactly one of the three selectors (8, 16, 32 bits) is 1 and that
// `word` is a word of a leaf of that width.
template WordLanes() {
    signal input word;
    signal input width[3];
    signal output lane[31];

    component bits = Num2Bits(248);
    bits.in <== word;

    // one product fewer than a sum of three: selector 0 is 1 less the other two
    signal product[31];
    signal second[15];
    for (var k = 0; k < 31; k++) {
        var lane8 = -(1 << 7);
        for (var b = 0; b < 8; b++) {
            lane8 += (1 << b) * bits.out[8 * k + b];
        }
        var lane16 = 0;
        if (k < 15) {
            lane16 = -(1 << 15);
            for (var b = 0; b < 16; b++) {
                lane16 += (1 << b) * bits.out[16 * k + b];
            }
        }
        if (k < 7) {
            var lane32 = -(1 << 31);
            for (var b = 0; b < 32; b++) {
                lane32 += (1 << b) * bits.out[32 * k + b];
            }
            product[k] <== width[1] * (lane16 - lane8);
            second[k] <== width[2] * (lane32 - lane8);
            lane[k] <== lane8 + product[k] + second[k];
        } else if (k < 15) {
            product[k] <== width[0] * lane8;
            second[k] <== width[1] * lane16;
            lane[k] <== product[k] + second[k];
        } else {
            product[k] <== width[0] * lane8;
            lane[k] <== product[k];
        }
    }
}
