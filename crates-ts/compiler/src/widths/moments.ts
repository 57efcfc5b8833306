import type { Elements, Operator, Program, TensorRef } from "@umpire/operators/program.ts";
import type { StepResult } from "../fidelity/measure.ts";
import type { Lowered } from "../lower/lower.ts";
import { rootOf } from "./cholesky.ts";
import { type Reader, rowReader } from "./product-rows.ts";

/** What the products of one operator read, as far as the rounding of their weights depends on it. */
export interface Moments {
	/** Of each group of a convolution, whose outputs read the same; one of a matrix product. */
	readonly groups: readonly GroupMoments[];
}

interface GroupMoments {
	/** The mean of every factor, in real units. */
	readonly means: Float64Array;
	/**
	 * Roots of the covariances of factors (cholesky.ts), in integers: of equal blocks along the diagonal, one where there
	 * are few factors.
	 */
	readonly roots: readonly Float64Array[];
}

/** Longer sums have covariances in blocks: to take the root of a matrix costs the third power of its size. */
const MOST_BLOCK = 1024;

/** Rows of factors that covariances are taken of, at least and for each factor; more hardly change them. */
const ROWS = { least: 2048, each: 4 };

/** Which rows of many are taken: multiples of this, modulo 2^32, are spread evenly, whatever shape there is. */
const SPREAD = 0x9e3779b1;

/** One run of a program: its inputs, and what every operator gave in each step. */
export interface TracedRun {
	readonly inputs: readonly Elements[];
	readonly steps: AsyncIterable<StepResult>;
}

/**
 * Moments of what products by constants read, by the name of the node that they come from. They are those of integers
 * that a program computes, not of the float model: the same on every machine, and so is what is rounded by them.
 */
export async function momentsOf(
	{ program, products }: Pick<Lowered, "program" | "products">,
	runs: AsyncIterable<TracedRun>,
	count: number,
): Promise<ReadonlyMap<string, Moments>> {
	const sums = new Map<string, Sums>();
	const known = new Map<string, Sums>();
	for (const [index, name] of products.entries()) {
		if (name === undefined) continue;
		const operator = program.operators[index];
		const key = sharedKey(program, operator);
		const one = known.get(key) ?? sumsOf(program, operator, count * program.steps);
		if (!one) continue;
		known.set(key, one);
		sums.set(name, one);
	}
	const distinct = new Set(sums.values());
	for await (const { inputs, steps } of runs) {
		let isFirst = true;
		for await (const { operators = [] } of steps) {
			for (const one of distinct) {
				const { source, index } = one.reads;
				// What is carried is an input in the first step alone.
				if (source === "operator") one.add(operators[index]);
				else if (isFirst) one.add(inputs[index]);
			}
			isFirst = false;
		}
	}
	const moments = new Map([...distinct].map((one) => [one, one.moments()]));
	return new Map([...sums].map(([name, one]) => [name, moments.get(one)!]));
}

/** Products of one key read the same rows. */
function sharedKey(program: Program, { form, operands: [x, w], shape }: Operator): string {
	const { shape: weights } = program.constants[w.index];
	const window = form.type === "conv" ? [form, weights.slice(1), shape.slice(2)] : [];
	return JSON.stringify([x, form.type, ...window]);
}

function sumsOf(program: Program, operator: Operator, runs: number): Sums | undefined {
	const [x, w] = operator.operands;
	if (x.source === "constant" || w.source !== "constant") return undefined;
	const spec = x.source === "input" ? program.inputs[x.index] : program.operators[x.index];
	const reader = rowReader(operator, spec, program.constants[w.index].shape);
	return reader && new Sums(x, spec.scale, reader, runs);
}

/** Sums over rows: whole numbers below 2^53 but for 32-bit values, added in one order. */
class Sums {
	readonly reads: TensorRef;
	readonly #scale: number;
	readonly #reader: Reader;
	readonly #share: number;
	readonly #size: number;
	readonly #groups: {
		readonly all: Float64Array;
		readonly taken: Float64Array;
		readonly blocks: readonly Float64Array[];
	}[];
	#rows = 0;
	#taken = 0;

	constructor(reads: TensorRef, scale: number, reader: Reader, runs: number) {
		const { length, groups, rows } = reader;
		this.reads = reads;
		this.#scale = scale;
		this.#reader = reader;
		const wanted = Math.max(ROWS.least, ROWS.each * length);
		this.#share = Math.min(1, wanted / (rows * runs));
		this.#size = Math.ceil(length / Math.ceil(length / MOST_BLOCK));
		this.#groups = Array.from({ length: groups }, () => ({
			all: new Float64Array(length),
			taken: new Float64Array(length),
			blocks: Array.from({ length: Math.ceil(length / this.#size) }, (_, k) => {
				const size = Math.min(this.#size, length - k * this.#size);
				return new Float64Array(size * size);
			}),
		}));
	}

	add(elements: Elements): void {
		const { length, groups, rows, read } = this.#reader;
		const row = new Float64Array(length);
		for (let r = 0; r < rows; r++) {
			const isTaken = Math.imul(this.#rows++, SPREAD) >>> 0 < this.#share * 2 ** 32;
			if (isTaken) this.#taken += 1;
			for (let g = 0; g < groups; g++) {
				read(elements, r, g, row);
				const { all, taken, blocks } = this.#groups[g];
				for (let i = 0; i < length; i++) all[i] += row[i];
				if (!isTaken) continue;
				for (let i = 0; i < length; i++) taken[i] += row[i];
				for (const [k, block] of blocks.entries()) addProducts(block, row, k * this.#size);
			}
		}
	}

	moments(): Moments {
		const groups = this.#groups.map(({ all, taken, blocks }) => {
			for (const [k, block] of blocks.entries()) {
				const size = Math.sqrt(block.length);
				const own = taken.subarray(k * this.#size, k * this.#size + size);
				for (let i = 0; i < size; i++)
					for (let j = i; j < size; j++)
						block[i * size + j] = (block[i * size + j] - (own[i] * own[j]) / this.#taken) / this.#taken;
			}
			return { means: all.map((sum) => (sum / this.#rows) * this.#scale), roots: blocks.map(rootOf) };
		});
		return { groups };
	}
}

/** The upper half of row ⊗ row, of the factors from `first` on. */
function addProducts(block: Float64Array, row: Float64Array, first: number): void {
	const size = Math.sqrt(block.length);
	for (let i = 0; i < size; i++) {
		const value = row[first + i];
		if (value === 0) continue;
		for (let j = i, at = i * size + i; j < size; j++, at++) block[at] += value * row[first + j];
	}
}
