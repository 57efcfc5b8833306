import { LEAF_ELEMENTS, TAG } from "@umpire/commitment/constants.ts";
import { unpackLeaf } from "@umpire/commitment/leaf.ts";
import type { Descriptor, Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { partLengths } from "./arithmetic.ts";
import type { Descent, DisputeMoves, MoveCost, Round } from "./dispute-moves.ts";
import type { LadderMove, LadderRow, SideName, StripView } from "./dispute-view.ts";
import { counted, grouped, subscript } from "./text.ts";

export interface LadderInput {
	readonly moves: DisputeMoves;
	readonly costs: readonly MoveCost[];
	readonly program: Program | undefined;
	readonly descriptors: readonly Descriptor[] | undefined;
	readonly names: readonly string[] | undefined;
	readonly turn: SideName | null;
	/** The row-major number of a committed element of an operator, where the program is here. */
	readonly logical: (operator: number, physical: number) => number;
}

/** The rounds of a dispute, from the question which operator it is to the proof. */
export function ladder(input: LadderInput): LadderRow[] {
	const { moves, turn } = input;
	const rows = moves.rounds.map((round) => roundRow(input, round));
	if (moves.named !== undefined) rows.push(partialsRow(input));
	const last = rows.at(-1);
	if (last !== undefined && turn !== null) rows[rows.length - 1] = { ...last, waits: turn };
	return rows;
}

function roundRow(input: LadderInput, { at, answer, reply }: Round): LadderRow {
	const { program } = input;
	return {
		question: questionOf(at),
		left: leftOf(at, program),
		answer: answer === undefined ? null : move(input, answer, answerText(answer, at)),
		strip: answer === undefined ? null : stripOf(input, { at, answer, reply }),
		reply: reply === undefined ? null : move(input, reply, replyText(input, at, reply)),
		waits: null,
	};
}

function questionOf({ tree, level }: Descent): string {
	if (tree === TAG.checkpoints) return level === 0n ? "Which trace?" : "Which segment?";
	if (tree === TAG.steps) return "Which step?";
	if (tree === TAG.operators) return "Which operator?";
	return level === 0n ? "Which number in the leaf?" : "Which leaf of its output?";
}

/** How many numbers lie below a place of the search. */
function leftOf({ tree, operator, start, level }: Descent, program: Program | undefined): string {
	if (program === undefined) return "";
	const perStep = program.operators.reduce((sum, { shape }) => sum + elementCount(shape), 0);
	const span = 2 ** Number(level);
	const first = Number(start);
	if (tree === TAG.checkpoints) {
		const steps = Math.min(program.steps, span * (program.segment ?? program.steps));
		return `${counted(steps * perStep, "number")} in dispute`;
	}
	if (tree === TAG.steps) {
		return `${counted(Math.min(span, program.steps - first) * perStep, "number")} in dispute`;
	}
	if (tree === TAG.operators) {
		const numbers = program.operators
			.slice(first, first + span)
			.reduce((sum, { shape }) => sum + elementCount(shape), 0);
		return `${counted(numbers, "number")} in dispute`;
	}
	const { shape, width } = program.operators[Number(operator)];
	const perLeaf = LEAF_ELEMENTS[width];
	return `${counted(Math.min(span * perLeaf, elementCount(shape) - first * perLeaf), "number")} in dispute`;
}

function answerText(answer: NonNullable<Round["answer"]>, at: Descent): string {
	if (answer.name === "TraceBound") return "committed to its trace";
	if (answer.name === "LeafPublished") return `published ${counted(answer.args.count, "number")}`;
	const { children, childLevel } = answer.args;
	const what =
		Number(childLevel) > 0
			? ""
			: at.tree === TAG.operators
				? ", 1 per operator"
				: at.tree === TAG.tensor
					? ", 1 per leaf"
					: at.tree === TAG.steps
						? ", 1 per step"
						: "";
	return `published ${counted(children.length, "hash", "hashes")}${what}`;
}

function replyText(input: LadderInput, at: Descent, reply: NonNullable<Round["reply"]>): string {
	const { names, program, moves, logical } = input;
	switch (reply.name) {
		case "Descended": {
			const to = reply.args;
			const { tree, level } = to;
			const start = Number(to.start);
			if (tree === TAG.checkpoints)
				return level === 0n ? `named segment ${start}` : `named the segments from ${start}`;
			if (tree === TAG.steps) {
				return level === 0n
					? `named step ${Number(to.step) + start}`
					: `named the steps from ${Number(to.step) + start}`;
			}
			if (tree === TAG.operators) {
				if (at.tree !== TAG.operators) return `named step ${to.step}`;
				return `named the operators from ${start}`;
			}
			if (at.tree !== TAG.tensor) {
				const operator = Number(to.operator);
				return `named ${names === undefined ? "" : `${names[operator]}, `}operator ${operator}`;
			}
			const perLeaf = program === undefined ? 0 : LEAF_ELEMENTS[program.operators[Number(to.operator)].width];
			if (perLeaf === 0) return `named ${level === 0n ? "leaf" : "the leaves from"} ${start}`;
			const total = elementCount(program!.operators[Number(to.operator)].shape);
			const end = Math.min(total, (start + 2 ** Number(level)) * perLeaf);
			const range = `${grouped(start * perLeaf)} to ${grouped(end - 1)}`;
			return level === 0n
				? `named leaf ${start}, numbers ${range}`
				: `named leaves from ${start}, numbers ${range}`;
		}
		case "Named": {
			const physical = Number(reply.args.element);
			const claimed = publishedElement(moves);
			const number = logical(Number(at.operator), physical);
			return `named number ${grouped(number)}${claimed === undefined ? "" : `, which is ${grouped(claimed)}`}`;
		}
		case "Settled":
			return `proved that it is ${grouped(reply.args.computed)}`;
		case "TimedOut":
			return timedOutText(Number(reply.args.loser));
	}
}

const timedOutText = (loser: number): string =>
	`the ${loser === 1 ? "submitter" : "challenger"} ran out of time`;

/** The disputed element as its leaf was published; undefined as long as it is not, or none is named. */
export function publishedElement({ rounds, named, end }: DisputeMoves): number | undefined {
	const leaf = rounds.at(-1)?.answer;
	const element = named?.args.element ?? (end?.name === "Settled" ? end.args.element : undefined);
	if (leaf?.name !== "LeafPublished" || element === undefined) return undefined;
	const width = leaf.args.width as 8 | 16 | 32;
	const words = unpackLeaf(leaf.args.words, width, Number(leaf.args.count));
	return words[Number(element) % LEAF_ELEMENTS[width]];
}

function stripOf({ names }: LadderInput, { at, answer, reply }: Round): StripView | null {
	if (answer === undefined || answer.name === "TraceBound") return null;
	if (answer.name === "LeafPublished") {
		const width = answer.args.width as 8 | 16 | 32;
		const numbers = unpackLeaf(answer.args.words, width, Number(answer.args.count));
		const largest = numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 1);
		const element =
			reply?.name === "Named" || reply?.name === "Settled" ? Number(reply.args.element) : undefined;
		return {
			kind: "numbers",
			cells: numbers.map((number) => ({ label: grouped(number), size: number / largest })),
			first: element === undefined ? null : element % LEAF_ELEMENTS[width],
		};
	}
	const { children, childLevel } = answer.args;
	const first = Number(at.start);
	const labelled = at.tree === TAG.operators && Number(childLevel) === 0 && names !== undefined;
	return {
		kind: "hashes",
		cells: children.map((_, k) => ({ label: labelled ? (names[first + k] ?? null) : null, size: 1 })),
		first: reply?.name === "Descended" ? childOf(at, Number(childLevel), reply.args) : null,
	};
}

/** Which child a reply names. */
function childOf(at: Descent, childLevel: number, to: Descent): number {
	const start = Number(at.start);
	// From the tree of steps into that of operators, and from there into a tensor, children are single leaves.
	if (at.tree === TAG.steps && to.tree !== TAG.steps) return Number(to.step) - Number(at.step) - start;
	if (at.tree === TAG.operators && to.tree !== TAG.operators) return Number(to.operator) - start;
	return Math.floor((Number(to.start) - start) / 2 ** childLevel);
}

function partialsRow(input: LadderInput): LadderRow {
	const { moves, descriptors } = input;
	const { partials, named, end, rounds } = moves;
	const at = rounds.at(-1)!.at;
	const element = Number(named!.args.element);
	const parts = Number(named!.args.parts);
	const descriptor = descriptors?.[Number(at.operator)];
	// The parts of a sum do not depend on values, and a Gather has one part.
	const lengths = descriptor === undefined ? undefined : partLengths(descriptor, element, () => 0);
	const settled = end?.name === "Settled" ? end.args : undefined;
	const total = lengths?.reduce((sum, length) => sum + length, 0) ?? parts;
	const isSum = descriptor?.kind === 0;
	return {
		question: isSum || descriptor === undefined ? "Which part of its sum?" : "Which part of it?",
		left: "1 number in dispute",
		answer:
			partials === undefined
				? null
				: move(input, partials, `published ${counted(parts, isSum ? "partial sum" : "partial result")}`),
		strip:
			partials === undefined
				? null
				: {
						kind: "sums",
						cells: partials.args.partials.map((_, k) => ({
							label: `${subscript(k + 1)}${lengths === undefined ? "" : ` after ${grouped(lengths[k])}${k === 0 ? "" : " more"} ${isSum ? "products" : "numbers"}`}`,
							size: (lengths?.[k] ?? 1) / total,
						})),
						first: settled === undefined ? null : Number(settled.part),
					},
		reply:
			end === undefined || end.name === "Reclaimed"
				? null
				: move(
						input,
						end,
						end.name === "Settled"
							? `proved that ${subscript(Number(end.args.part) + 1)} is ${grouped(end.args.computed)}`
							: timedOutText(Number(end.args.loser)),
					),
		waits: null,
	};
}

function move({ costs }: LadderInput, event: MoveCost["event"], text: string): LadderMove {
	const cost = costs.find((one) => one.event === event);
	return {
		text: cost === undefined ? `${text}, for an earlier dispute` : text,
		seconds: cost?.seconds ?? 0,
		gas: cost?.gas ?? 0,
		transaction: event.transaction,
	};
}
