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

    component wordBelow = Below(5, 3);
    wordBelow.bit <== wordBits;
    component word = Multiplexer(5, 3);
    word.in <== words;
    word.bit <== wordBits;

    component width = Width();
    width.bit <== codeBits;
    component lanes = WordLanes();
    lanes.word <== word.out;
    lanes.width <== width.selector;

    component laneBelow = Below(31, 5);
    laneBelow.bit <== laneBits;
    // 16 bits: no lane of 15 or more; 32 bits: none of 7 or more
    signal three <== laneBits[0] * laneBits[1];
    signal seven <== three * laneBits[2];
    signal fifteen <== seven * laneBits[3];
    width.selector[1] * (laneBits[4] + fifteen) === 0;
    width.selector[2] * (laneBits[4] + laneBits[3] + seven) === 0;

    component lane = Multiplexer(31, 5);
    lane.in <== lanes.lane;
    lane.bit <== laneBits;
    var offset = 0;
    for (var i = 0; i < 3; i++) {
        offset += (1 << ((8 << i) - 1)) * width.selector[i];
    }
    value <== lane.out + offset;
}
