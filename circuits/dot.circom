pragma circom 2.1.6;

include "../node_modules/circomlib/circuits/bitify.circom";
include "../node_modules/circomlib/circuits/poseidon.circom";
include "gadgets/dot-slot.circom";
include "gadgets/width.circom";

// Proves: some leaves with the Poseidon digests xDigest and wDigest exist for which
//   sum = Σ over twelve slots of Σ_{j < length} x[xLane + j]·w[wLane + j],
// x and w being the signed lanes of the words that `geometry` names (docs/protocol.md section 4).
// A lane past the end of a word counts 0. There is no valid witness for a word index of 15, for
// width code 3, for a bit above the layout of `geometry`, or for a named word of 2^248 or more.
// The sum cannot wrap the field: 372 products of 32-bit lanes are below 2^71.
// Does not prove: that the geometry is the one of an operator (the contract derives it), that
// runs stay inside their words, that the leaves are well formed or belong to a tensor.
// `beneficiary` is an address (below 2^160) that the proof is bound to, and nothing more.
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

    component address = Num2Bits(160);
    address.in <== beneficiary;

    component xHash[LEAVES];
    component wHash[LEAVES];
    for (var i = 0; i < LEAVES; i++) {
        xHash[i] = Poseidon(5);
        wHash[i] = Poseidon(5);
        xHash[i].inputs <== xWords[i];
        wHash[i].inputs <== wWords[i];
        xDigest[i] === xHash[i].out;
        wDigest[i] === wHash[i].out;
    }

    // both are unique: 142 < 254 bits
    component first = Num2Bits(CODES_AT + 4);
    component second = Num2Bits(CODES_AT);
    first.in <== geometry[0];
    second.in <== geometry[1];

    component xWidth = Width();
    component wWidth = Width();
    for (var b = 0; b < 2; b++) {
        xWidth.bit[b] <== first.out[CODES_AT + b];
        wWidth.bit[b] <== first.out[CODES_AT + 2 + b];
    }

    component slot[SLOTS];
    var total = 0;
    for (var s = 0; s < SLOTS; s++) {
        slot[s] = DotSlot();
        for (var i = 0; i < 5 * LEAVES; i++) {
            slot[s].xWords[i] <== xWords[i \ 5][i % 5];
            slot[s].wWords[i] <== wWords[i \ 5][i % 5];
        }
        slot[s].xWidth <== xWidth.selector;
        slot[s].wWidth <== wWidth.selector;
        for (var b = 0; b < SLOT_BITS; b++) {
            if (s < PER_SIGNAL) {
                slot[s].bit[b] <== first.out[SLOT_BITS * s + b];
            } else {
                slot[s].bit[b] <== second.out[SLOT_BITS * (s - PER_SIGNAL) + b];
            }
        }
        total += slot[s].out;
    }
    sum <== total;
}

component main {public [xDigest, wDigest, geometry, beneficiary]} = Dot();
