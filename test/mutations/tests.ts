/** The test files that notice most faults. */
export const AGREEMENT = "test/game/agreement.test.ts";
export const ANSWERS = "test/attacks/answers.test.ts";
export const CHUNKS = "test/attacks/answered-chunks.test.ts";
export const CLOCKS = "test/game/clocks.test.ts";
export const CONES = "test/libraries/cones.test.ts";
export const DIRECT = "test/attacks/direct-settlement.test.ts";
export const HONEST_CLAIM = "test/attacks/honest-claim.test.ts";
export const INPUTS = "test/attacks/withheld-inputs.test.ts";
export const KINDS = "test/attacks/kinds.test.ts";
export const LAZY = "test/attacks/lazy-commitment.test.ts";
export const LEAVES = "test/libraries/leaves.test.ts";
export const MARKET = "test/game/market.test.ts";
export const RESCALE = "test/libraries/rescale.test.ts";
export const RULES = "test/game/rules.test.ts";
export const SETTLEMENT = "test/game/settlement.test.ts";
export const STATES = "test/attacks/carried-state.test.ts";
export const WORK = "test/attacks/work.test.ts";
