import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
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
	{ width: 32, elements: 40, outside: 7, parts: 1 },
	{ width: 16, elements: 20, outside: 9, parts: 1 },
] as const;
const HIDDEN = 0;
/** What an optimiser would carry: no output. */
const STATE = 1;
const OUTPUT = 2;
/** Steps 0 and 1, 2 and 3, and 4 alone. */
const program = new ToyProgram(OPERATORS, 5, OUTPUT, false, 2);
const right = new ToyTrace(program);
/** The optimiser's state after segment 1 is false, and nothing else. */
const FAULT = { step: 3, operator: STATE, element: 3, by: 1 };
const wrong = new ToyTrace(program, [FAULT]);
/** Other traces with the same checkpoints. */
const hidden = new ToyTrace(program, [FAULT, { step: 2, operator: HIDDEN, element: 1, by: 1 }]);
const { increment, reserve, commitAllowance } = PARAMETERS;

let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
});

const bind = (trace: ToyTrace, segment: number, { sender = driver.submitter, claim = 1 } = {}) =>
	driver.try(sender, { type: "bindTrace", claim, ...trace.binding(segment) });
const disputeOf = (id: number) => driver.game.state.disputes[id - 1];
const statusOf = (claim: number) => driver.game.state.claims[claim - 1].status;

/** Both sides play on, as far as `until` says, or until a settlement or nothing is left to do. */
async function playOn(
	id: number,
	theirs: ToyTrace,
	{ own = right, challenger = driver.challenger, until = -1 } = {},
): Promise<void> {
	while (disputeOf(id).phase !== until) {
		const view = driver.game.view(id);
		const answer = honestSubmitter(view, theirs);
		const move = answer ?? honestChallenger(view, own);
		if (move === null) return;
		if (move.type !== "prove") {
			await driver.play(answer === null ? challenger : driver.submitter, move);
			continue;
		}
		const settlement = settlementOf(own.descriptor(move.operator), view.words!, move.element, 0, []);
		return driver.play(challenger, { type: "settle", dispute: id, settlement });
	}
}

/** A step root over other tensors, and what binding it to segment 1 says: its first step is right. */
function bentBinding(tensors: readonly Hex[]) {
	const lastStep = MerkleTree.of(tensors, TAG.operators).root;
	const steps = MerkleTree.of([right.stepTrees[2].root, lastStep], TAG.steps);
	const { claimPath } = wrong.binding(1);
	const binding = { segment: 1, traceRoot: steps.root, lastStep, stepPath: steps.path(1), claimPath };
	return { type: "bindTrace", claim: 1, ...binding } as const;
}

describe("a false checkpoint", () => {
	test("cannot be defended by an honest segment, nor by any other that does not lead to it", async () => {
		await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, 1);
		await playOn(id, wrong, { until: PHASE.root });
		expect(disputeOf(id)).toMatchObject({ tree: TAG.checkpoints, start: 1, level: 0 });
		expect(await bind(right, 1)).toBe("WrongTraceRoot");
		const own = { type: "bindTrace", claim: 1, ...wrong.binding(1) } as const;
		const honest = right.binding(1);
		for (const bent of [
			{ traceRoot: honest.traceRoot },
			{ ...honest, claimPath: own.claimPath },
			{ lastStep: honest.lastStep },
			{ ...wrong.binding(0), segment: 1 },
			{ segment: 0 },
		]) {
			expect(await driver.try(driver.submitter, { ...own, ...bent })).toBe("WrongTraceRoot");
		}
		for (const short of [{ stepPath: [] }, { claimPath: [] }, { segment: 2 }]) {
			expect(await driver.try(driver.submitter, { ...own, ...short })).toBe("WrongPathLength");
		}
		const timeout = { type: "timeout", dispute: id } as const;
		await driver.wait(disputeOf(id).demandedAt + increment + commitAllowance + reserve);
		expect(await driver.try(driver.stranger, timeout)).toBe("NotTimedOut");
		expect(await driver.try(driver.stranger, timeout)).toBe(undefined);
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
		expect(owedTo(driver.game.state, driver.challenger)).toBe(300n + 600n);
	});

	test("has every tensor in its place: none is missing, swapped, doubled or another step's", async () => {
		await driver.claimToy(wrong);
		const last = wrong.tensors[3].map(({ root }) => root);
		const honest = right.tensors[3].map(({ root }) => root);
		const lists = last.flatMap((root, i) => {
			const next = (i + 1) % last.length;
			return [
				last.toSpliced(i, 1),
				last.toSpliced(i, 0, root),
				last.with(i, last[next]).with(next, root),
				last.with(i, last[next]),
				...(root === honest[i] ? [] : [last.with(i, honest[i])]),
			];
		});
		expect(lists).toHaveLength(13);
		for (const tensors of lists) {
			expect(await driver.try(driver.submitter, bentBinding(tensors))).toBe("WrongTraceRoot");
		}
		expect(await driver.try(driver.submitter, bentBinding(last))).toBe(undefined);
	});

	test("in an optimiser's state alone loses the search in whatever segment leads to it", async () => {
		for (const [index, trace] of [wrong, hidden].entries()) {
			const claim = await driver.claimToy(trace);
			const id = await driver.challengeToy(right, claim);
			await playOn(id, trace, { until: PHASE.leaf });
			const { step, operator } = [
				{ step: 3, operator: STATE },
				{ step: 2, operator: HIDDEN },
			][index];
			expect(disputeOf(id)).toMatchObject({ step, operator });
			await playOn(id, trace);
			expect(statusOf(claim)).toBe(CLAIM_STATUS.rejected);
		}
	});

	test("in the last segment, which is shorter, is one of its only step", async () => {
		const output = new ToyTrace(program, [{ step: 4, operator: OUTPUT, element: 2, by: 3 }]);
		await driver.claimToy(output);
		const id = await driver.challengeToy(right, 1);
		await playOn(id, output, { until: PHASE.root });
		expect(disputeOf(id).start).toBe(2);
		expect(await bind(output, 2)).toBe(undefined);
		await driver.play(driver.challenger, { type: "enter", dispute: id, entry: NO_DESCRIPTOR });
		expect(disputeOf(id)).toMatchObject({ tree: TAG.operators, step: 4 });
		await playOn(id, output);
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
	});

	test("of a segment longer than the trace is its last step: the claim states nothing but that", async () => {
		const long = new ToyProgram([OPERATORS[STATE]], 1, 0, false, 7);
		const [own, theirs] = [
			new ToyTrace(long),
			new ToyTrace(long, [{ step: 0, operator: 0, element: 39, by: 1 }]),
		];
		await driver.claimToy(theirs);
		const { challengerBond: value } = PARAMETERS;
		const early = { type: "challenge", value, claim: 1, entry: own.descriptor(0) } as const;
		expect(await driver.try(driver.challenger, early)).toBe("DescriptorNotNeeded");
		const id = await driver.challengeToy(own, 1);
		expect(disputeOf(id).phase).toBe(PHASE.root);
		expect(await bind(own, 0)).toBe("WrongTraceRoot");
		expect(await bind(theirs, 0)).toBe(undefined);
		const enter = { type: "enter", dispute: id, entry: NO_DESCRIPTOR } as const;
		expect(await driver.try(driver.challenger, enter)).toBe("WrongDescriptor");
		await driver.play(driver.challenger, { ...enter, entry: own.descriptor(0) });
		// who comes now starts in the segment, and in its only tensor
		expect(await driver.try(driver.stranger, { ...early, entry: NO_DESCRIPTOR })).toBe("WrongDescriptor");
		await driver.play(driver.stranger, early);
		expect([id, 2].map((n) => disputeOf(n).tree)).toEqual([TAG.tensor, TAG.tensor]);
		await playOn(id, theirs, { own });
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
	});
});

describe("a segment is bound once, by the submitter, for all disputes that name it and no others", () => {
	test("not by another, not again, not one that is not there, not for another claim or a decided one", async () => {
		await driver.claimToy(wrong);
		await driver.claimToy(wrong);
		expect(await bind(wrong, 1, { sender: driver.challenger })).toBe("NotTheSubmitter");
		const own = { type: "bindTrace", claim: 1, ...wrong.binding(1) } as const;
		expect(await driver.try(driver.submitter, { ...own, segment: 3 })).toBe("SegmentOutOfRange");
		expect(await bind(wrong, 1)).toBe(undefined);
		expect(await bind(wrong, 1)).toBe("TraceKnown");
		// it leads to the same checkpoint: only that the segment is bound keeps it out
		expect(hidden.root).toBe(wrong.root);
		expect(await bind(hidden, 1)).toBe("TraceKnown");
		expect(await bind(wrong, 0)).toBe(undefined);
		// the other claim is bound to nothing by that
		const id = await driver.challengeToy(right, 2);
		await playOn(id, wrong, { until: PHASE.root });
		const enter = { type: "enter", dispute: id, entry: NO_DESCRIPTOR } as const;
		expect(await driver.try(driver.challenger, enter)).toBe("WrongTurn");
		expect(await bind(hidden, 1, { claim: 2 })).toBe(undefined);
		await playOn(id, hidden);
		expect(statusOf(2)).toBe(CLAIM_STATUS.rejected);
		expect(await bind(hidden, 0, { claim: 2 })).toBe("WrongClaimStatus");
	});

	test("two challengers name two segments, and each is bound by itself", async () => {
		const early = { ...FAULT, step: 1 };
		const both = new ToyTrace(program, [early, FAULT]);
		await driver.claimToy(both);
		const first = await driver.challengeToy(right, 1);
		const second = await driver.challengeToy(right, 1, driver.stranger);
		await playOn(first, both, { until: PHASE.root });
		// it takes the first checkpoint for right
		const late = { own: new ToyTrace(program, [early]), challenger: driver.stranger };
		await playOn(second, both, { ...late, until: PHASE.root });
		expect([first, second].map((id) => disputeOf(id).start)).toEqual([0, 1]);
		expect(await bind(both, 1)).toBe(undefined);
		const entry = NO_DESCRIPTOR;
		expect(await driver.try(driver.challenger, { type: "enter", dispute: first, entry })).toBe("WrongTurn");
		await driver.play(driver.stranger, { type: "enter", dispute: second, entry });
		expect(await bind(both, 0)).toBe(undefined);
		await playOn(first, both);
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
		await driver.play(driver.stranger, { type: "reclaim", dispute: second });
	});

	test("one that was bound before it is named is entered at once", async () => {
		await driver.claimToy(wrong);
		expect(await bind(wrong, 1)).toBe(undefined);
		const id = await driver.challengeToy(right, 1);
		const { children } = await openRoot(id);
		const path = MerkleTree.of(children, TAG.checkpoints).path(1);
		const descend = { type: "descend", dispute: id, index: 1, child: children[1], path } as const;
		const entry = right.descriptor(0);
		expect(await driver.try(driver.challenger, { ...descend, entry })).toBe("DescriptorNotNeeded");
		await driver.play(driver.challenger, { ...descend, entry: NO_DESCRIPTOR });
		const node = wrong.segmentTrees[1].root;
		expect(disputeOf(id)).toMatchObject({ phase: PHASE.search, tree: TAG.steps, step: 2, level: 1, node });
		await playOn(id, wrong);
		expect(statusOf(1)).toBe(CLAIM_STATUS.rejected);
	});

	test("who names a segment that is right, or does not enter it, runs out of time", async () => {
		await driver.claimToy(right);
		const id = await driver.challengeToy(right, 1);
		// its own second checkpoint is false
		await playOn(id, right, { own: wrong, until: PHASE.root });
		expect(await bind(right, 1)).toBe(undefined);
		const { boundAt } = driver.game.state.claims[0].segments.get(1)!;
		await driver.wait(boundAt + increment + reserve);
		const timeout = { type: "timeout", dispute: id } as const;
		expect(await driver.try(driver.submitter, timeout)).toBe("NotTimedOut");
		expect(await driver.try(driver.submitter, timeout)).toBe(undefined);
		expect(statusOf(1)).toBe(CLAIM_STATUS.live);
		expect(owedTo(driver.game.state, driver.submitter)).toBe(180n);
	});
});

test("a claim opens its output under the last checkpoint, and carries no root of all steps", async () => {
	await driver.claimToy(right);
	await driver.play(driver.requester, {
		type: "request",
		value: 1n,
		program: program.root,
		inputsRoot: program.inputsRoot,
		deadline: driver.game.now + 100,
		consumer: `0x${"0".repeat(40)}`,
	});
	const claim = { type: "claim", value: PARAMETERS.submitterBond, request: 2, ...right.claim() } as const;
	const { opening } = claim;
	const all = MerkleTree.of(
		right.stepTrees.map(({ root }) => root),
		TAG.steps,
	);
	for (const [bent, error] of [
		[{ traceRoot: all.root }, "WrongTraceRoot"],
		// as if it had no checkpoints to say, or none at all
		[{ traceRoot: wordHex(0n) }, "WrongTraceRoot"],
		[{ traceRoot: wordHex(0n), opening: { ...opening, operatorPath: [], stepPath: [] } }, "WrongPathLength"],
		[{ traceRoot: all.root, opening: { ...opening, stepPath: all.path(4) } }, "WrongTraceRoot"],
		[{ opening: { ...opening, stepPath: right.tree.path(1) } }, "WrongPathLength"],
		[{ opening: { ...opening, operatorPath: right.stepTrees[4].path(STATE) } }, "WrongPathLength"],
	] as const) {
		expect(await driver.try(driver.submitter, { ...claim, ...bent })).toBe(error);
	}
	await driver.play(driver.submitter, claim);
});

/** The submitter's answer to the first demand of a dispute. */
async function openRoot(id: number) {
	const answer = honestSubmitter(driver.game.view(id), wrong);
	if (answer?.type !== "open") throw new Error("the checkpoints are not demanded");
	await driver.play(driver.submitter, answer);
	return answer;
}
