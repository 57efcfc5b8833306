pragma circom 2.1.6;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";
include "gadgets/below.circom";
include "gadgets/multiplexer.circom";
include "gadgets/run-product.circom";
include "gadgets/width.circom";
include "gadgets/word-lanes.circom";

// Proves: some leaves with the Poseidon digests xDigest and wDigest exist for which
//   sum = Σ over twelve slots of Σ_{j < length} x[xLane + j]·w[wLane + j],
// x and w being the signed lanes of the words that `geometry` names (docs/protocol.md section 4).
// A lane past the end of a word counts 0. There is no valid witness for a word index of 15, for
// width code 3, for a bit above the layout of `geometry`, or for a named word of 2^248 or more.
// Does not prove: that the geometry is the one of an operator (the contract derives it), that
// runs stay inside their words, that the leaves are well formed or belong to a tensor.
// `beneficiary` is only bound to the proof.
template Dot() {
    var LEAVES = 3;
    var SLOTS = 12;
    var PER_SIGNAL = 6;
    var SLOT_BITS = 23;
    var CODES_AT = PER_SIGNAL * SLOT_BITS;

    signal input xDigest[LEAVES];
    signal input wDigest[LEAVES];
    signal input geometry[2];
    signal input beneficiary;
    signal input xWords[LEAVES][5];
    signal input wWords[LEAVES][5];
    signal output sum;

    signal bound <== beneficiary * beneficiary;

    signal xHash[LEAVES];
    signal wHash[LEAVES];
    signal x[5 * LEAVES];
    signal w[5 * LEAVES];
    for (var i = 0; i < LEAVES; i++) {
        xHash[i] <== Poseidon(5)(xWords[i]);
        wHash[i] <== Poseidon(5)(wWords[i]);
        xDigest[i] === xHash[i];
        wDigest[i] === wHash[i];
        for (var j = 0; j < 5; j++) {
            x[5 * i + j] <== xWords[i][j];
            w[5 * i + j] <== wWords[i][j];
        }
    }

    // both are unique: 142 < 254 bits
    signal first[CODES_AT + 4] <== Num2Bits(CODES_AT + 4)(geometry[0]);
    signal second[CODES_AT] <== Num2Bits(CODES_AT)(geometry[1]);

    signal (x8, x16, x32) <== Width()([first[CODES_AT], first[CODES_AT + 1]]);
    signal (w8, w16, w32) <== Width()([first[CODES_AT + 2], first[CODES_AT + 3]]);

    signal bit[SLOTS][SLOT_BITS];
    signal xWordBits[SLOTS][4];
    signal xLaneBits[SLOTS][5];
    signal wWordBits[SLOTS][4];
    signal wLaneBits[SLOTS][5];
    signal lengthBits[SLOTS][5];
    signal xWord[SLOTS];
    signal wWord[SLOTS];
    signal xLanes[SLOTS][31];
    signal wLanes[SLOTS][31];
    signal part[SLOTS];
    var total = 0;
    for (var s = 0; s < SLOTS; s++) {
        for (var b = 0; b < SLOT_BITS; b++) {
            var at = SLOT_BITS * (s % PER_SIGNAL) + b;
            bit[s][b] <== s < PER_SIGNAL ? first[at] : second[at];
        }
        for (var b = 0; b < 4; b++) {
            xWordBits[s][b] <== bit[s][b];
            wWordBits[s][b] <== bit[s][9 + b];
        }
        for (var b = 0; b < 5; b++) {
            xLaneBits[s][b] <== bit[s][4 + b];
            wLaneBits[s][b] <== bit[s][13 + b];
            lengthBits[s][b] <== bit[s][18 + b];
        }
        Below(15, 4)(xWordBits[s]);
        Below(15, 4)(wWordBits[s]);
        xWord[s] <== Multiplexer(5 * LEAVES, 4)(x, xWordBits[s]);
        wWord[s] <== Multiplexer(5 * LEAVES, 4)(w, wWordBits[s]);
        xLanes[s] <== WordLanes()(xWord[s], x8, x16, x32);
        wLanes[s] <== WordLanes()(wWord[s], w8, w16, w32);
        part[s] <== RunProduct()(xLanes[s], wLanes[s], xLaneBits[s], wLaneBits[s], lengthBits[s]);
        total += part[s];
    }
    sum <== total;
}

component main {public [xDigest, wDigest, geometry, beneficiary]} = Dot();
