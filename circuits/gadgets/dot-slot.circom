pragma circom 2.1.6;

include "below.circom";
include "multiplexer.circom";
include "run-product.circom";
include "word-lanes.circom";

// Proves: out = Σ_{j < length} x[xLane + j]·w[wLane + j], where x and w are the signed lanes of one
// word each of `xWords` and `wWords`, and `bit` holds xWord (4 bits), xLane (5), wWord (4),
// wLane (5) and length (5), least significant first. A lane past the end of a word counts 0.
// There is no valid witness for a word index of 15 or for a named word of 2^248 or more.
// The caller must ensure that every bit is 0 or 1, and for each operand that exactly one of its
// width's selectors (8, 16, 32 bits) is 1 and that its words are words of leaves of that width.
template DotSlot() {
    signal input xWords[15];
    signal input wWords[15];
    signal input xWidth[3];
    signal input wWidth[3];
    signal input bit[23];
    signal output out;

    component xBelow = Below(15, 4);
    component wBelow = Below(15, 4);
    component xWord = Multiplexer(15, 4);
    component wWord = Multiplexer(15, 4);
    xWord.in <== xWords;
    wWord.in <== wWords;
    for (var b = 0; b < 4; b++) {
        xBelow.bit[b] <== bit[b];
        xWord.bit[b] <== bit[b];
        wBelow.bit[b] <== bit[9 + b];
        wWord.bit[b] <== bit[9 + b];
    }

    component x = WordLanes();
    component w = WordLanes();
    x.word <== xWord.out;
    w.word <== wWord.out;
    x.width <== xWidth;
    w.width <== wWidth;

    component run = RunProduct();
    run.x <== x.lane;
    run.w <== w.lane;
    for (var b = 0; b < 5; b++) {
        run.xOffset[b] <== bit[4 + b];
        run.wOffset[b] <== bit[13 + b];
        run.length[b] <== bit[18 + b];
    }
    out <== run.out;
}
