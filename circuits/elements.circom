pragma circom 2.1.6;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";
include "gadgets/open-element.circom";

// Proves: four leaves with the Poseidon digests `digest` exist whose elements, at the words and
// lanes that `packed` names, are the unsigned values that `packed` holds (docs/protocol.md
// section 4). There is no valid witness for a word above 4, a lane that the width does not have,
// width code 3, or a `packed` of 2^176 or more.
// Does not prove: that the leaves are well formed or belong to a tensor (the contract checks
// their paths), nor anything about an operator. `beneficiary` is only bound to the proof.
template Elements() {
    var READS = 4;
    var READ_BITS = 44;
    var VALUE_AT = 10;

    signal input digest[READS];
    signal input packed;
    signal input beneficiary;
    signal input words[READS][5];

    signal bound <== beneficiary * beneficiary;

    // unique: 176 < 254 bits
    signal bit[READS * READ_BITS] <== Num2Bits(READS * READ_BITS)(packed);

    signal hash[READS];
    signal value[READS];
    for (var t = 0; t < READS; t++) {
        var at = READ_BITS * t;
        hash[t] <== Poseidon(5)(words[t]);
        digest[t] === hash[t];
        value[t] <== OpenElement()(
            words[t],
            [bit[at], bit[at + 1], bit[at + 2]],
            [bit[at + 3], bit[at + 4], bit[at + 5], bit[at + 6], bit[at + 7]],
            [bit[at + 8], bit[at + 9]]
        );
        var claimed = 0;
        for (var b = 0; b < READ_BITS - VALUE_AT; b++) {
            claimed += (1 << b) * bit[at + VALUE_AT + b];
        }
        value[t] === claimed;
    }
}

component main {public [digest, packed, beneficiary]} = Elements();
