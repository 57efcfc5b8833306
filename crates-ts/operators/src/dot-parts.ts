import { DOT_LEAVES, DOT_SLOTS, LANES, LEAF_ELEMENTS, type Width } from "@umpire/commitment/constants.ts";
import { coordinateValue, digitsOf, radixProduct } from "./cone.ts";
import type { Coordinate, Descriptor, Operand } from "./structs.ts";

/** Products x[xLane+j]·w[wLane+j], j < length, of two words among the part's opened leaves. */
export interface DotSlot {
	/** 5·leaf + word, leaf being the place in the part's list of leaves: 0 … 14. */
	readonly xWord: number;
	readonly xLane: number;
	readonly wWord: number;
	readonly wLane: number;
	readonly length: number;
}

/** A part of a Dot: at most 3 leaves of either operand and 12 slots. No slots: every read is out of bounds. */
export interface DotPart {
	readonly circuit: "dot";
	/** Leaf indices of operand 0, then of operand 1, in the order in which slots need them. */
	readonly xLeaves: readonly number[];
	readonly wLeaves: readonly number[];
	readonly slots: readonly DotSlot[];
}

/** `length` products of consecutive elements from index x of operand 0 and index w of operand 1. */
export interface Run {
	readonly x: number;
	readonly w: number;
	readonly length: number;
}

/** An operand with everything but the run digit applied: index = start + step·position. */
interface Line {
	readonly start: number;
	readonly step: number;
	/** Positions first ≤ p < end are in bounds. */
	readonly first: number;
	readonly end: number;
}

/** The runs of a Dot's element, in order (protocol section 3). */
export function* runsOf(descriptor: Descriptor, element: number): Generator<Run> {
	const outer = descriptor.reductionRadix.slice(0, -1);
	const run = descriptor.reductionRadix[descriptor.reductionRadix.length - 1];
	const output = digitsOf(element, descriptor.outputRadix);
	const [x, w] = descriptor.operands;
	const total = radixProduct(outer);
	for (let reduction = 0; reduction < total; reduction++) {
		const digits = [...output, ...digitsOf(reduction, outer), 0];
		const xLine = lineOf(x, digits, run);
		const wLine = lineOf(w, digits, run);
		const first = Math.max(xLine.first, wLine.first);
		const end = Math.min(xLine.end, wLine.end);
		const whole = xLine.step === 1 && wLine.step === 1;
		const length = whole ? end - first : 1;
		for (let p = first; p < end; p += length) {
			yield { x: xLine.start + xLine.step * p, w: wLine.start + wLine.step * p, length };
		}
	}
}

function lineOf(operand: Operand, digits: readonly number[], run: number): Line {
	let start = 0;
	let step = 0;
	let first = 0;
	let end = run;
	for (const coordinate of operand.coordinates) {
		const value = coordinateValue(coordinate, digits);
		const slope = runCoefficient(coordinate, digits.length);
		const inside = positionsInside(value, slope, coordinate.size, run);
		first = Math.max(first, inside.first);
		end = Math.min(end, inside.end);
		start += value * coordinate.stride;
		step += slope * coordinate.stride;
	}
	return { start, step, first, end };
}

function runCoefficient(coordinate: Coordinate, digits: number): number {
	return coordinate.coefficients[digits - 1] ?? 0;
}

/** Positions p of 0 … run − 1 with 0 ≤ value + slope·p < size. */
function positionsInside(
	value: number,
	slope: number,
	size: number,
	run: number,
): { first: number; end: number } {
	if (slope === 0) return value >= 0 && value < size ? { first: 0, end: run } : { first: 0, end: 0 };
	if (slope > 0) return { first: Math.ceil(-value / slope), end: Math.floor((size - 1 - value) / slope) + 1 };
	return { first: Math.ceil((value - size + 1) / -slope), end: Math.floor(value / -slope) + 1 };
}

interface OpenPart {
	readonly circuit: "dot";
	readonly xLeaves: number[];
	readonly wLeaves: number[];
	readonly slots: DotSlot[];
}

const newPart = (): OpenPart => ({ circuit: "dot", xLeaves: [], wLeaves: [], slots: [] });

/** The parts of a Dot's element, in order; one empty part if all its reads are out of bounds. */
export function dotParts(descriptor: Descriptor, element: number): DotPart[] {
	const xWidth = descriptor.operands[0].width;
	const wWidth = descriptor.operands[1].width;
	const parts: OpenPart[] = [newPart()];
	for (const run of runsOf(descriptor, element)) {
		for (let done = 0; done < run.length; ) {
			const x = place(run.x + done, xWidth);
			const w = place(run.w + done, wWidth);
			const length = Math.min(run.length - done, LANES[xWidth] - x.lane, LANES[wWidth] - w.lane);
			let part = parts[parts.length - 1];
			const full =
				part.slots.length === DOT_SLOTS ||
				(part.xLeaves.length === DOT_LEAVES && part.xLeaves.at(-1) !== x.leaf) ||
				(part.wLeaves.length === DOT_LEAVES && part.wLeaves.at(-1) !== w.leaf);
			if (full) {
				part = newPart();
				parts.push(part);
			}
			if (part.xLeaves.at(-1) !== x.leaf) part.xLeaves.push(x.leaf);
			if (part.wLeaves.at(-1) !== w.leaf) part.wLeaves.push(w.leaf);
			part.slots.push({
				xWord: 5 * (part.xLeaves.length - 1) + x.word,
				xLane: x.lane,
				wWord: 5 * (part.wLeaves.length - 1) + w.word,
				wLane: w.lane,
				length,
			});
			done += length;
		}
	}
	return parts;
}

/** Leaf, word inside the leaf and lane inside the word of a physical element index. */
export function place(index: number, width: Width): { leaf: number; word: number; lane: number } {
	const inLeaf = index % LEAF_ELEMENTS[width];
	const lane = inLeaf % LANES[width];
	return { leaf: (index - inLeaf) / LEAF_ELEMENTS[width], word: (inLeaf - lane) / LANES[width], lane };
}
