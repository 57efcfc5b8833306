import {
	type BountyContracts,
	deployBounties,
	openBounties,
} from "@umpire/actors/bounties/bounty-contracts.ts";
import { withDefaults } from "@umpire/actors/bounties/open-bounty.ts";
import { type GivenTerms, leastTimes, requireTerms } from "@umpire/actors/bounties/terms.ts";
import { demoProgram } from "@umpire/actors/grid/demo-model.ts";
import { loadRegistered } from "@umpire/actors/loaded-program.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import type { World } from "@umpire/actors/world.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const TERMS: GivenTerms = { token: ETHER, pool: parseEther("1"), paidRounds: 2 };
let stage: Stage;
let owner: World;
let contracts: BountyContracts;

beforeAll(async () => {
	stage = await openStage();
	owner = await stage.world("requester");
	await deployBounties(owner, { parameters: BOUNTY_PRESETS.test, blockSeconds: 12 });
	contracts = await openBounties(owner);
});
afterAll(() => stage.close());

describe("terms of a bounty that the contract would refuse", () => {
	const wrong: readonly (readonly [string, () => Partial<GivenTerms>, RegExp])[] = [
		["nothing to win", () => ({ pool: 0n }), /a pool of 0: give --pool/],
		["nothing for a gain", () => ({ rate: 0n }), /is paid nothing: give a larger --pool/],
		[
			"too little time to show weights",
			() => ({ revealSeconds: leastTimes(owner).revealSeconds - 1 }),
			/--reveal-seconds \d+ is too short .*: give \d+ or more/,
		],
		[
			"too little time to read them",
			() => ({ availabilitySeconds: leastTimes(owner).availabilitySeconds - 1 }),
			/--availability-seconds \d+ is too short .*: give \d+ or more/,
		],
		[
			"too little time to score",
			() => ({ scoreSeconds: leastTimes(owner).scoreSeconds - 1 }),
			/--score-seconds \d+ is too short .*: give \d+ or more/,
		],
		["too small a deposit", () => ({ deposit: 1n }), /A deposit of .* give --deposit 0\.0168 or more/],
		["a fee above what is lost", () => ({ scoreFee: parseEther("1") }), /for scoring is not between/],
		["more than the owner has", () => ({ pool: parseEther("1000000") }), /fund it, or give a smaller --pool/],
	];
	test.each(wrong)("%s: are refused before a program is made for them", async (_name, terms, said) => {
		await expect(requireTerms(owner, contracts, { ...TERMS, ...terms() })).rejects.toThrow(said);
	});

	test("the shortest times are taken, and none that is not given is complained of", async () => {
		await requireTerms(owner, contracts, TERMS);
		await requireTerms(owner, contracts, { ...TERMS, ...leastTimes(owner) });
	});

	test("times that are not given are the preset's, or longer where the court needs that", async () => {
		const { compiled, inputs } = await demoProgram(3);
		const { root } = await registerProgram(owner, compiled.program, await commitProgram(compiled.program));
		const loaded = await loadRegistered(owner, root);
		const short = { revealSeconds: 1, availabilitySeconds: 1, scoreSeconds: 1 };
		const of = { preset: { ...BOUNTY_PRESETS.test, ...short }, perfect: 100, draws: 10 };
		expect(await withDefaults(owner, contracts, loaded, inputs, TERMS, of)).toMatchObject(leastTimes(owner));
	});
});
