import { CLAIM_STATUS, owedTo } from "@umpire/game/state.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = new NetworkBuilder("tiny", [1, 1, 8, 8], 8).conv(2, 3, 1).maxPool().flatten().finish();
const POOL = 1;
const { submitterBond, challengerBond, burnPermille } = PARAMETERS;

let chain: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS);
});
afterAll(() => chain.close());

describe("a submitter that settles a false claim against itself first", () => {
	test("loses the burned part, and honest challengers nothing", async () => {
		const right = await realEvidence(program, randomInput(program));
		const value = right.trace.operators[0][POOL].elements[9];
		const wrong = await falsified(right, POOL, 9, value > 0 ? -1 : 1);
		const driver = new ProofDriver(chain, PARAMETERS);
		const claim = await driver.claim(wrong);
		const { submitter, challenger, game } = driver;
		const entry = { descriptor: "0x", path: [] } as const;
		await driver.play(challenger, { type: "challenge", value: challengerBond, claim, entry });
		const burned = await chain.burned();
		const tensor = wrong.trace.operators[0][POOL];
		const disputed = { step: 0, operator: POOL, element: 9, part: 0, words: tensor.words(0), partials: [] };
		const settlement = await driver.proveElement(wrong, disputed, submitter);
		const location = {
			step: 0,
			operator: POOL,
			leaf: 0,
			leafPath: tensor.path(0),
			operatorPath: wrong.trace.stepTrees[0].path(POOL),
			stepPath: [],
		};
		const action = { type: "settleDirectly", claim, beneficiary: submitter, location, settlement } as const;
		expect(await driver.try(challenger, { ...action, beneficiary: challenger })).toBe("InvalidProof");
		await driver.play(submitter, action);
		const lost = (submitterBond * BigInt(burnPermille)) / 1000n;
		expect(lost).toBeGreaterThan(0n);
		expect((await chain.burned()) - burned).toBe(lost);
		expect(owedTo(game.state, submitter)).toBe(submitterBond - lost);
		expect(await driver.try(submitter, action)).toBe("WrongClaimStatus");
		expect(game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
		await driver.play(challenger, { type: "reclaim", dispute: 1 });
		expect(owedTo(game.state, challenger)).toBe(challengerBond);
		expect(await driver.try(challenger, { type: "reclaim", dispute: 1 })).toBe("WrongPhase");
		expect(await driver.try(challenger, { type: "timeout", dispute: 1 })).toBe("WrongPhase");
		// the request is free again, and the fee still there
		expect(game.state.requests[0]).toMatchObject({ liveClaim: 0, closed: false, fee: 70n });
	});
});
