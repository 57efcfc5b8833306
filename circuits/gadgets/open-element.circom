pragma circom 2.1.6;

include "below.circom";
include "multiplexer.circom";
include "width.circom";
include "word-lanes.circom";

// Proves: `value` is lane `lane` of word `word` of the leaf, as an unsigned integer
// (v + 2^(width − 1)), the indices and the width code being given by their bits. There is no
// valid witness for a word above 4, a lane that the width does not have, or width code 3.
// The caller must ensure that every bit is 0 or 1 and that `words` are the words of the leaf.
template OpenElement() {
    signal input words[5];
    signal input wordBits[3];
    signal input laneBits[5];
    signal input codeBits[2];
    signal output value;

    Below(5, 3)(wordBits);
    signal word <== Multiplexer(5, 3)(words, wordBits);
    signal (is8, is16, is32) <== Width()(codeBits);
    signal lanes[31] <== WordLanes()(word, is8, is16, is32);

    Below(31, 5)(laneBits);
    // 16 bits: no lane of 15 or more; 32 bits: none of 7 or more
    signal low3 <== laneBits[0] * laneBits[1];
    signal seven <== low3 * laneBits[2];
    signal fifteen <== seven * laneBits[3];
    is16 * (laneBits[4] + fifteen) === 0;
    is32 * (laneBits[4] + laneBits[3] + seven) === 0;

    signal signedValue <== Multiplexer(31, 5)(lanes, laneBits);
    value <== signedValue + is8 * (1 << 7) + is16 * (1 << 15) + is32 * (1 << 31);
}
