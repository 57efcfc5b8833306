pragma circom 2.1.6;

include "barrel-shifter.circom";
include "thermometer.circom";

// Proves: out = Σ_{j < length} x[xOffset + j]·w[wOffset + j], where a lane past the 31st counts 0.
// length = 0 gives 0. Offsets and length are given by their bits.
// The caller must ensure that every bit is 0 or 1, and that |x|, |w| are small enough for the
// sum not to wrap the field (31 products of 32-bit lanes are below 2^68).
template RunProduct() {
    signal input x[31];
    signal input w[31];
    signal input xOffset[5];
    signal input wOffset[5];
    signal input length[5];
    signal output out;

    component inRun = Thermometer(5);
    inRun.bit <== length;
    component xRun = BarrelShifter();
    xRun.in <== x;
    xRun.bit <== xOffset;
    component wRun = BarrelShifter();
    wRun.in <== w;
    wRun.bit <== wOffset;

    signal masked[31];
    signal product[31];
    var sum = 0;
    for (var j = 0; j < 31; j++) {
        masked[j] <== inRun.out[j] * xRun.out[j];
        product[j] <== masked[j] * wRun.out[j];
        sum += product[j];
    }
    out <== sum;
}
