pragma circom 2.1.6;

// Proves: out[j] = in[j + offset], and 0 where j + offset >= 31, for offset = Σ bit[i]·2^i.
// The caller must ensure that every `bit` is 0 or 1.
template BarrelShifter() {
    signal input in[31];
    signal input bit[5];
    signal output out[31];

    signal stage[6][31];
    for (var j = 0; j < 31; j++) {
        stage[5][j] <== in[j];
    }
    for (var b = 4; b >= 0; b--) {
        for (var j = 0; j < 31; j++) {
            var from = j + (1 << b);
            if (from < 31) {
                stage[b][j] <== stage[b + 1][j] + bit[b] * (stage[b + 1][from] - stage[b + 1][j]);
            } else {
                stage[b][j] <== stage[b + 1][j] - bit[b] * stage[b + 1][j];
            }
        }
    }
    for (var j = 0; j < 31; j++) {
        out[j] <== stage[0][j];
    }
}
