import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type Parameters, PHASE } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arbitraryGame, onSnapshot, playGame } from "./honest-game.ts";
import { STRATEGY_NAMES } from "./strategies.ts";

const RUNS = 50;
const FEE = 70n;
const { submitterBond, challengerBond, demandBond } = PARAMETERS;
const KEPT = BigInt(1000 - PARAMETERS.burnPermille);

describe.each([
	["that may be away for exactly its reserve, once,", PARAMETERS],
	["without any reserve", { ...PARAMETERS, reserve: 0 }],
] as const)("an honest party %s never loses", (_, parameters: Parameters) => {
	let chain: TestChain;
	beforeAll(async () => {
		chain = await TestChain.open(parameters);
	});
	afterAll(() => chain.close());

	test("from the submitter's seat: its claim is final, and it has fee, bond and what the others lost", async () => {
		const tried = new Set<string>();
		const onMove = ({ game }: ChainDriver, _: Hex, strategy: string): void => {
			tried.add(strategy);
			expect(game.state.claims[0].status).not.toBe(CLAIM_STATUS.rejected);
		};
		const property = fc.asyncProperty(arbitraryGame, (drawn) =>
			onSnapshot(chain, async () => {
				const before = await chain.burned();
				const { driver, paid, left } = await playGame(
					new ChainDriver(chain, parameters),
					drawn,
					"submitter",
					{
						onMove,
						fee: FEE,
					},
				);
				expect(left).toBe(0n);
				const { claims, disputes, inputDemands, burned } = driver.game.state;
				expect(claims[0].status).toBe(CLAIM_STATUS.final);
				const lost = disputes.filter(({ claim }) => claim === 1).length;
				const demands = inputDemands.filter(({ claim }) => claim === 1).length;
				const bonds = BigInt(lost) * challengerBond + BigInt(demands) * demandBond;
				expect(paid).toBe(submitterBond + FEE + (bonds * KEPT) / 1000n);
				expect((await chain.burned()) - before).toBe(burned);
			}),
		);
		await fc.assert(property, { numRuns: RUNS });
		expect([...tried].toSorted()).toEqual(STRATEGY_NAMES.toSorted());
	});

	test("from the challenger's seat: a false claim is rejected, and its bond comes back", async () => {
		const tried = new Set<string>();
		const onMove = ({ game }: ChainDriver, honest: Hex, strategy: string): void => {
			tried.add(strategy);
			const [claim] = game.state.claims;
			expect(claim.status).not.toBe(CLAIM_STATUS.final);
			const own = game.state.disputes.find(({ challenger }) => challenger === honest)!;
			if (own.phase === PHASE.closed) expect(claim.status).toBe(CLAIM_STATUS.rejected);
		};
		const property = fc.asyncProperty(arbitraryGame, (drawn) =>
			onSnapshot(chain, async () => {
				const { driver, paid, left } = await playGame(
					new ChainDriver(chain, parameters),
					drawn,
					"challenger",
					{
						onMove,
						fee: FEE,
					},
				);
				expect(left).toBe(0n);
				expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
				// whoever came first has the submitter's bond, and nobody else loses anything
				expect([0n, (submitterBond * KEPT) / 1000n]).toContain(paid - challengerBond);
			}),
		);
		await fc.assert(property, { numRuns: RUNS });
		expect([...tried].toSorted()).toEqual(STRATEGY_NAMES.toSorted());
	});
});
