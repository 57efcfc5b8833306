pragma circom 2.1.6;

include "../node_modules/circomlib/circuits/bitify.circom";
include "../node_modules/circomlib/circuits/poseidon.circom";
include "gadgets/open-element.circom";

// Proves: four leaves with the Poseidon digests `digest` exist whose elements, at the words and
// lanes that `packed` names, are the unsigned values that `packed` holds (docs/protocol.md
// section 4). There is no valid witness for a word above 4, a lane that the width does not have,
// width code 3, or a `packed` of 2^176 or more.
// Does not prove: that the leaves are well formed or belong to a tensor (the contract checks
// their paths), nor anything about an operator.
// `beneficiary` is an address (below 2^160) that the proof is bound to, and nothing more.
template Elements() {
    var READS = 4;
    var READ_BITS = 44;
    var VALUE_AT = 10;

    signal input digest[READS];
    signal input packed;
    signal input beneficiary;
    signal input words[READS][5];

    component address = Num2Bits(160);
    address.in <== beneficiary;

    // unique: 176 < 254 bits
    component bits = Num2Bits(READS * READ_BITS);
    bits.in <== packed;

    component hash[READS];
    component element[READS];
    for (var t = 0; t < READS; t++) {
        hash[t] = Poseidon(5);
        hash[t].inputs <== words[t];
        digest[t] === hash[t].out;

        var at = READ_BITS * t;
        element[t] = OpenElement();
        element[t].words <== words[t];
        for (var b = 0; b < 3; b++) {
            element[t].wordBits[b] <== bits.out[at + b];
        }
        for (var b = 0; b < 5; b++) {
            element[t].laneBits[b] <== bits.out[at + 3 + b];
        }
        for (var b = 0; b < 2; b++) {
            element[t].codeBits[b] <== bits.out[at + 8 + b];
        }
        var claimed = 0;
        for (var b = 0; b < READ_BITS - VALUE_AT; b++) {
            claimed += (1 << b) * bits.out[at + VALUE_AT + b];
        }
        element[t].value === claimed;
    }
}

component main {public [digest, packed, beneficiary]} = Elements();
