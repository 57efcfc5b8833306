import { wordHex } from "@umpire/commitment/hex.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo, PHASE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "../game/per-test.ts";

const OPERATORS = [
	{ width: 8, elements: 10, outside: 4, parts: 1 },
	{ width: 16, elements: 200, outside: 9, parts: 1 },
] as const;
const HIDDEN = 0;
const OUTPUT = 1;
const program = new ToyProgram(OPERATORS, 2, OUTPUT, true);
const right = new ToyTrace(program);
/** A false output, with the trace that states it. */
const wrong = new ToyTrace(program, [{ step: 1, operator: OUTPUT, element: 80, by: 5 }]);
/** The right output on top of a false trace. */
const hidden = new ToyTrace(program, [{ step: 0, operator: HIDDEN, element: 3, by: 1 }]);
const { increment, reserve, commitAllowance } = PARAMETERS;

let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
});

const bind = (trace: ToyTrace, sender = driver.submitter, claim = 1) =>
	driver.try(sender, { type: "bindTrace", claim, ...trace.binding() });
const phaseOf = (id: number) => driver.game.state.disputes[id - 1].phase;
const statusOf = (claim: number) => driver.game.state.claims[claim - 1].status;

/** Both sides play on, the submitter by `theirs`, until a settlement or nothing is left to do. */
async function playOn(id: number, theirs: ToyTrace, own: ToyTrace): Promise<void> {
	for (;;) {
		const view = driver.game.view(id);
		const answer = honestSubmitter(view, theirs);
		const move = answer ?? honestChallenger(view, own);
		if (move === null) return;
		if (move.type !== "prove") {
			await driver.play(answer === null ? driver.challenger : driver.submitter, move);
			continue;
		}
		const settlement = settlementOf(own.descriptor(move.operator), view.words!, move.element, 0, []);
		return driver.play(driver.challenger, { type: "settle", dispute: id, settlement });
	}
}

describe("a lazy claim of a false output", () => {
	test("cannot be defended with the honest trace, nor with any other in which the output differs", async () => {
		await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, 1);
		expect(phaseOf(id)).toBe(PHASE.root);
		expect(await bind(right)).toBe("WrongTraceRoot");
		expect(await bind(hidden)).toBe("WrongTraceRoot");
		const own = { type: "bindTrace", claim: 1, ...wrong.binding() } as const;
		for (const bent of [
			{ traceRoot: right.root },
			{ traceRoot: right.root, lastStep: right.binding().lastStep, stepPath: right.binding().stepPath },
			{ lastStep: right.binding().lastStep },
		]) {
			expect(await driver.try(driver.submitter, { ...own, ...bent })).toBe("WrongTraceRoot");
		}
		for (const short of [{ stepPath: [] }, { claimPath: [] }]) {
			expect(await driver.try(driver.submitter, { ...own, ...short })).toBe("WrongPathLength");
		}
		expect(await driver.try(driver.submitter, { ...own, segment: 1 })).toBe("SegmentOutOfRange");
		const { demandedAt } = driver.game.state.disputes[0];
		const timeout = { type: "timeout", dispute: id } as const;
		await driver.wait(demandedAt + increment + commitAllowance + reserve);
		expect(await driver.try(driver.stranger, timeout)).toBe("NotTimedOut");
		expect(await driver.try(driver.stranger, timeout)).toBe(undefined);
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
		expect(owedTo(driver.game.state, driver.challenger)).toBe(300n + 600n);
	});

	test("loses the search in the trace that states it", async () => {
		await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, 1);
		expect(await bind(wrong)).toBe(undefined);
		await playOn(id, wrong, right);
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
	});

	test("of several leaves, with a root that nothing hashes to, can bind nothing", async () => {
		const { traceRoot, opening } = wrong.claim();
		await driver.claimToy(right);
		await driver.play(driver.requester, {
			type: "request",
			value: 1n,
			program: program.root,
			inputsRoot: program.inputsRoot,
			deadline: driver.game.now + 100,
			consumer: `0x${"0".repeat(40)}`,
		});
		const claim = { ...opening, root: wordHex(0n) };
		const value = PARAMETERS.submitterBond;
		await driver.play(driver.submitter, { type: "claim", value, request: 2, traceRoot, opening: claim });
		for (const trace of [right, wrong]) expect(await bind(trace, driver.submitter, 2)).toBe("WrongTraceRoot");
	});
});

describe("a trace is bound once, by the submitter, for all disputes", () => {
	test("not by another, not again, not for a claim that carries its root or is decided", async () => {
		await driver.claimToy(right);
		expect(await bind(right, driver.challenger)).toBe("NotTheSubmitter");
		expect(await bind(right, driver.submitter, 2)).toBe("WrongClaimStatus");
		expect(await bind(right)).toBe(undefined);
		expect(await bind(right)).toBe("TraceKnown");
		// the output is the same: only that a trace is bound keeps the other one out
		expect(hidden.output().root).toBe(right.output().root);
		expect(await bind(hidden)).toBe("TraceKnown");
		const eager = new ToyTrace(new ToyProgram(OPERATORS, 2, OUTPUT));
		expect(await driver.claimToy(eager)).toBe(2);
		expect(await bind(eager, driver.submitter, 2)).toBe("TraceKnown");
		await driver.wait(driver.game.now + PARAMETERS.challengePeriod + 1);
		await driver.play(driver.stranger, { type: "finalise", claim: 1 });
		expect(await bind(right)).toBe("WrongClaimStatus");
	});

	test("whoever challenged before enters it, whoever comes later starts in it", async () => {
		await driver.claimToy(wrong);
		const first = await driver.challengeToy(right, 1);
		const second = await driver.challengeToy(right, 1, driver.stranger);
		const entry = NO_DESCRIPTOR;
		expect(await driver.try(driver.challenger, { type: "enter", dispute: first, entry })).toBe("WrongTurn");
		expect(await bind(wrong)).toBe(undefined);
		expect(await driver.try(driver.challenger, { type: "enter", dispute: second, entry })).toBe(
			"NotTheChallenger",
		);
		await driver.play(driver.challenger, { type: "enter", dispute: first, entry });
		expect(await driver.try(driver.challenger, { type: "enter", dispute: first, entry })).toBe("WrongPhase");
		await driver.play(driver.stranger, { type: "enter", dispute: second, entry });
		const third = await driver.challengeToy(right, 1, driver.requester);
		expect([first, second, third].map(phaseOf)).toEqual([PHASE.search, PHASE.search, PHASE.search]);
		await playOn(first, wrong, right);
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
		await driver.play(driver.stranger, { type: "reclaim", dispute: second });
		await driver.play(driver.requester, { type: "reclaim", dispute: third });
	});

	test("a challenger that does not enter runs out of time", async () => {
		await driver.claimToy(right);
		const id = await driver.challengeToy(right, 1);
		expect(await bind(right)).toBe(undefined);
		const { boundAt } = driver.game.state.claims[0];
		await driver.wait(boundAt + increment + reserve);
		const timeout = { type: "timeout", dispute: id } as const;
		expect(await driver.try(driver.submitter, timeout)).toBe("NotTimedOut");
		expect(await driver.try(driver.submitter, timeout)).toBe(undefined);
		expect(statusOf(1)).toBe(CLAIM_STATUS.live);
		expect(owedTo(driver.game.state, driver.submitter)).toBe(180n);
	});
});

test("a right output over a false trace: its submitter is bound to what it shows", async () => {
	await driver.claimToy(hidden);
	const id = await driver.challengeToy(right, 1);
	expect(await bind(hidden)).toBe(undefined);
	await playOn(id, hidden, right);
	expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
});

test("a lazy claim brings neither a trace root nor paths, a challenge of it no descriptor", async () => {
	await driver.claimToy(right);
	const { challengerBond: value } = PARAMETERS;
	const entry = right.descriptor(0);
	expect(await driver.try(driver.challenger, { type: "challenge", value, claim: 1, entry })).toBe(
		"DescriptorNotNeeded",
	);
	const single = new ToyTrace(new ToyProgram([OPERATORS[OUTPUT]], 1, 0, true));
	await driver.claimToy(single);
	await driver.challengeToy(single, 2);
	expect(await bind(single, driver.submitter, 2)).toBe(undefined);
	const descriptor = single.descriptor(0);
	const enter = { type: "enter", dispute: 1, entry: NO_DESCRIPTOR } as const;
	expect(await driver.try(driver.challenger, enter)).toBe("WrongDescriptor");
	await driver.play(driver.challenger, { ...enter, entry: descriptor });
	expect(driver.game.state.disputes[0]).toMatchObject({ tree: 1, phase: PHASE.search });
});
