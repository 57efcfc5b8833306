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

    signal inRun[31] <== Thermometer(5)(length);
    signal xRun[31] <== BarrelShifter()(x, xOffset);
    signal wRun[31] <== BarrelShifter()(w, wOffset);

    signal masked[31];
    signal product[31];
    var sum = 0;
    for (var j = 0; j < 31; j++) {
        masked[j] <== inRun[j] * xRun[j];
        product[j] <== masked[j] * wRun[j];
        sum += product[j];
    }
    out <== sum;
}
