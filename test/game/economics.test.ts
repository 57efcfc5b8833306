import { PRESETS } from "@umpire/chain/presets.ts";
import { coveredGasPrice, leastBonds, leastCrowding } from "@umpire/game/bonds.ts";
import {
	challengerGas,
	LARGEST_PROGRAMS,
	LONG_PROGRAM,
	ORDINARY_PROGRAM,
	type ProgramSize,
	programSize,
	submitterGas,
} from "@umpire/game/gas-bounds.ts";
import { CLAIM_STATUS, owedTo, type Parameters } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_CHUNKS, type ToyOperator, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import fc from "fast-check";
import { parseGwei } from "viem";
import { describe, expect, test } from "vitest";
import { crowd } from "./crowd.ts";
import { arbitraryGame, onSnapshot, playGame } from "./honest-game.ts";
import { endAll, HonestParty, payOut } from "./honest-party.ts";

/** Every transaction pays this. */
const PRICE = parseGwei("20");
/** What a claim, finalising it and being paid cost without any dispute. */
const FEE = 450_000n * PRICE;
const LEVELS = { depth: 3, window: 4 } as const;

const sizeOf = ({ header, descriptors }: ToyProgram): ProgramSize => programSize(header, descriptors);

/** The least bonds at PRICE; every transaction has a second of its own, so that crowds need some seconds each. */
function parametersFor(size: ProgramSize, levels: Pick<Parameters, "depth" | "window"> = LEVELS): Parameters {
	const rest = { ...PARAMETERS, ...levels, challengePeriod: 400, crowding: 3 };
	return { ...rest, ...leastBonds(PRICE, size, rest) };
}

/** Runs a body on a chain of its own, in which gas is paid for. */
async function inCourt(parameters: Parameters, body: (chain: TestChain) => Promise<void>): Promise<void> {
	const chain = await TestChain.open(parameters);
	chain.gasPrice = PRICE;
	try {
		await body(chain);
	} finally {
		await chain.close();
	}
}

describe("an honest submitter's balance never falls, gas included", () => {
	// no two tensors have a node in common: their last leaves differ, and so does all above them
	const operators = Array.from({ length: 100 }, (_, i) => {
		return { width: 16, elements: 701 + i, outside: 0, parts: 3 } satisfies ToyOperator;
	});
	const trace = new ToyTrace(new ToyProgram(operators, 3, 1));
	const places = operators.map(({ elements }, operator) => {
		return { step: operator % 3, operator, element: elements - 1 };
	});

	test.each([1, 10, 100])("by %i challenges, each of another tensor", (count) => {
		const size = sizeOf(trace.program);
		const parameters = parametersFor(size);
		return inCourt(parameters, async (chain) => {
			const driver = new ChainDriver(chain, parameters);
			await driver.sync();
			const { submitter } = driver;
			const before = await chain.balance(submitter);
			const claim = await driver.claimToy(trace, undefined, FEE);
			const claimed = driver.spentBy.get(submitter)!;
			await crowd(driver, trace, claim, count, places);
			const forced = driver.spentBy.get(submitter)! - claimed;
			expect(forced).toBeLessThanOrEqual(count * submitterGas(size, parameters));
			// the bound is no idle one
			expect(forced).toBeGreaterThan((count * submitterGas(size, parameters)) / 3);
			await driver.play(submitter, { type: "finalise", claim });
			await driver.withdraw(submitter);
			expect(await chain.balance(submitter)).toBeGreaterThanOrEqual(before);
			await endAll(driver, driver.stranger);
			expect(await payOut(driver, chain.accounts)).toBe(0n);
		});
	});

	test("by demands for every chunk of its inputs", () => {
		const widths = [8, 16, 32] as const;
		const program = new ToyProgram(
			widths.map((width) => ({ width, elements: 5, outside: 1, parts: 1 })),
			1,
			0,
		);
		const parameters = parametersFor(sizeOf(program));
		return inCourt(parameters, async (chain) => {
			const driver = new ChainDriver(chain, parameters);
			await driver.sync();
			const { submitter, stranger } = driver;
			const before = await chain.balance(submitter);
			const right = new ToyTrace(program);
			const claim = await driver.claimToy(right, undefined, FEE);
			const value = parameters.demandBond;
			for (const [input, chunk] of TOY_CHUNKS) {
				const demand = { type: "demandInput", value, claim, input, chunk, operator: input } as const;
				await driver.play(stranger, { ...demand, opening: program.opening(input) });
			}
			const party = new HonestParty(driver, submitter, right, { delay: 0, outage: 0 });
			await party.passTo(driver.game.now + parameters.challengePeriod + parameters.computeAllowance);
			expect(driver.game.state.inputDemands.filter(({ open }) => open)).toEqual([]);
			expect(driver.game.state.inputAnswers.size).toBe(6);
			await driver.play(submitter, { type: "finalise", claim });
			await driver.withdraw(submitter);
			expect(await chain.balance(submitter)).toBeGreaterThanOrEqual(before);
		});
	});

	test("by challengers of nine strategies", () => {
		const largest = { width: 32, elements: 700, outside: 0, parts: 3 } as const;
		const program = new ToyProgram(new Array<ToyOperator>(12).fill(largest), 5, 0, true);
		const parameters = { ...parametersFor(sizeOf(program)), challengePeriod: PARAMETERS.challengePeriod };
		return inCourt(parameters, async (chain) => {
			const property = fc.asyncProperty(arbitraryGame, (drawn) =>
				onSnapshot(chain, async () => {
					const driver = new ChainDriver(chain, parameters);
					const before = await chain.balance(driver.submitter);
					const { left } = await playGame(driver, drawn, "submitter", { fee: FEE });
					expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.final);
					expect(await chain.balance(driver.submitter)).toBeGreaterThanOrEqual(before);
					expect(left).toBe(0n);
				}),
			);
			await fc.assert(property, { numRuns: 40 });
		});
	});
});

/** Programs that are extreme in one way each (lazy, or the steps of a segment), and the levels that answers open. */
const EXTREMES: [
	string,
	ToyOperator,
	number,
	number,
	boolean | number,
	Pick<Parameters, "depth" | "window">,
][] = [
	["a single leaf", { width: 8, elements: 1, outside: 1, parts: 1 }, 1, 1, false, LEVELS],
	["many operators", { width: 8, elements: 1, outside: 1, parts: 1 }, 1200, 1, false, LEVELS],
	["many steps, lazy", { width: 8, elements: 1, outside: 1, parts: 1 }, 1, 1200, true, LEVELS],
	["many segments", { width: 8, elements: 1, outside: 1, parts: 1 }, 1, 1200, 2, LEVELS],
	["long segments", { width: 8, elements: 1, outside: 1, parts: 1 }, 1, 1200, 600, LEVELS],
	["many leaves", { width: 32, elements: 40_000, outside: 1, parts: 1 }, 1, 1, false, LEVELS],
	[
		"all children at once",
		{ width: 8, elements: 1, outside: 1, parts: 1 },
		1000,
		1,
		false,
		{ depth: 10, window: 10 },
	],
	[
		"one level at a time",
		{ width: 32, elements: 4000, outside: 1, parts: 3 },
		40,
		9,
		true,
		{ depth: 1, window: 0 },
	],
	[
		"1024 partial results",
		{ width: 8, elements: 700, outside: 1, parts: 1024, operands: 64 },
		2,
		1,
		false,
		LEVELS,
	],
];

describe("what a challenge forces on either side is within the bounds that bonds are made of", () => {
	test.each(EXTREMES)("%s", (_name, operator, count, steps, commitment, levels) => {
		// the disputed operator is the last one; of equal ones no two have the same values
		const operators = Array.from({ length: count }, (_, i) => ({ ...operator, outside: (i % 120) - 60 }));
		const [lazy, segment] = typeof commitment === "number" ? [false, commitment] : [commitment, 0];
		const program = new ToyProgram(operators, steps, count - 1, lazy, segment);
		const place = { step: steps - 1, operator: count - 1, element: operator.elements - 1 };
		const right = new ToyTrace(program);
		const wrong = new ToyTrace(program, [{ ...place, by: 3 }]);
		const size = sizeOf(program);
		const parameters = parametersFor(size, levels);
		return inCourt(parameters, async (chain) => {
			await onSnapshot(chain, async () => {
				const driver = new ChainDriver(chain, parameters);
				await driver.sync();
				const claim = await driver.claimToy(right);
				const claimed = driver.spentBy.get(driver.submitter)!;
				await crowd(driver, right, claim, 1, [place]);
				const forced = driver.spentBy.get(driver.submitter)! - claimed;
				expect(forced).toBeLessThanOrEqual(submitterGas(size, levels));
				expect(forced).toBeGreaterThan(submitterGas(size, levels) / 4);
			});
			const driver = new ChainDriver(chain, parameters);
			await driver.sync();
			await driver.claimToy(wrong);
			const submitter = new HonestParty(driver, driver.submitter, wrong, { delay: 0, outage: undefined });
			const first = new HonestParty(driver, driver.challenger, right, { delay: 0, outage: undefined });
			const second = driver.stranger;
			const balance = await chain.balance(driver.challenger);
			await driver.challengeToy(right, 1);
			await driver.challengeToy(right, 1, second);
			while (driver.game.state.claims[0].status === CLAIM_STATUS.live) {
				await submitter.passTo(driver.game.now + 1);
				await first.passTo(driver.game.now + 1);
			}
			expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
			await driver.withdraw(driver.challenger);
			expect(driver.spentBy.get(driver.challenger)).toBeLessThanOrEqual(challengerGas(size, levels));
			expect(await chain.balance(driver.challenger)).toBeGreaterThanOrEqual(balance);
			await driver.play(second, { type: "reclaim", dispute: 2 });
			expect(owedTo(driver.game.state, second)).toBe(parameters.challengerBond);
		});
	});
});

describe("the reward of an honest challenger that comes first covers its gas, its proof included", () => {
	const { dense, conv } = {
		dense: new NetworkBuilder("dense", [1, 1500], 8).dense(10, false).finish(),
		conv: new NetworkBuilder("conv", [1, 1, 8, 8], 8).conv(2, 3, 1).maxPool().flatten().finish(),
	};
	test.each([
		["several parts", dense, 0, 3],
		["one part of a product", conv, 0, 5],
		["reads", conv, 1, 9],
	] as const)("%s", async (_, program, operator, element) => {
		const right = await realEvidence(program, randomInput(program));
		const value = right.trace.operators[0][operator].elements[element];
		const wrong = await falsified(right, operator, element, value > 0 ? -1 : 1);
		const { header, descriptors } = right.commitment;
		const size = programSize(header, descriptors);
		const parameters = parametersFor(size);
		await inCourt(parameters, async (chain) => {
			const driver = new ProofDriver(chain, parameters);
			const claim = await driver.claim(wrong);
			const before = await chain.balance(driver.challenger);
			const { id, plan } = await driver.searchFor(claim, right, wrong);
			const settlement = await driver.prove(wrong, id, plan);
			await driver.play(driver.challenger, { type: "settle", dispute: id, settlement });
			await driver.withdraw(driver.challenger);
			expect(await chain.balance(driver.challenger)).toBeGreaterThanOrEqual(before);
			const spent = driver.spentBy.get(driver.challenger)!;
			expect(spent).toBeLessThanOrEqual(challengerGas(size, parameters));
			expect(spent).toBeGreaterThan(challengerGas(size, parameters) / 3);
		});
	});
});

describe("the presets", () => {
	test.each(Object.entries(PRESETS))(
		"%s: bonds are enough at its gas price, crowding in its blocks",
		(_, preset) => {
			const { parameters, gasPrice, gasPerSecond } = preset;
			const least = leastBonds(gasPrice, ORDINARY_PROGRAM, parameters);
			expect(parameters.submitterBond).toBeGreaterThanOrEqual(least.submitterBond);
			expect(parameters.challengerBond).toBeGreaterThanOrEqual(least.challengerBond);
			expect(parameters.demandBond).toBeGreaterThanOrEqual(least.demandBond);
			for (const size of [ORDINARY_PROGRAM, LONG_PROGRAM]) {
				expect(parameters.crowding).toBeGreaterThanOrEqual(leastCrowding(gasPerSecond, size, parameters));
			}
		},
	);

	test("bonds are enough exactly up to the gas price that they cover", () => {
		const size = fc.constantFrom(ORDINARY_PROGRAM, LONG_PROGRAM, ...LARGEST_PROGRAMS);
		const levels = { depth: fc.integer({ min: 1, max: 10 }), window: fc.integer({ min: 0, max: 10 }) };
		const drawn = fc.record({ ...levels, burnPermille: fc.integer({ min: 100, max: 900 }) });
		fc.assert(
			fc.property(size, drawn, fc.bigInt({ min: 1n, max: 10n ** 12n }), (program, some, price) => {
				const parameters = { ...PARAMETERS, ...some };
				const bonds = { ...parameters, ...leastBonds(price, program, parameters) };
				expect(coveredGasPrice(program, bonds)).toBe(price);
				const short = { ...bonds, challengerBond: bonds.challengerBond - 1n };
				expect(coveredGasPrice(program, short)).toBe(price - 1n);
			}),
		);
	});
});
