import { LIMIT } from "../../body.ts";
import { type Bounds, larger, largest } from "../../bounds.ts";
import type { Context } from "../../context.ts";
import { partialSums, productSums, sumWeights, type Weights } from "../../dot-bounds.ts";
import { digitRanges, digits, type Limbs, WHOLE } from "../../limbs.ts";
import type { ConvForm } from "./form.ts";

/** Both operands' limbs, and what the sums of products of any two limbs can reach. */
export interface Split {
	readonly x: Limbs;
	readonly w: Limbs;
	readonly bound: bigint;
}

/** Bounds of a convolution's partial sums; the sums of the weights are computed once. */
export class ConvBounds {
	readonly #context: Context<ConvForm>;
	readonly #weights = new Map<string, readonly Weights[]>();

	constructor(context: Context<ConvForm>) {
		this.#context = context;
	}

	/** Products in one sum. */
	get count(): number {
		return this.#context.operands[1].spec.shape.slice(1).reduce((a, b) => a * b, 1);
	}

	/** Per output channel, for digit i of x and digit j of w; one for all if w is no constant. */
	channels(x: Limbs = WHOLE, w: Limbs = WHOLE, i = 0, j = 0): Bounds[] {
		const [xOperand, wOperand] = this.#context.operands;
		const range = digitRanges(xOperand.range, x)[i];
		if (wOperand.data === undefined) {
			return [productSums(this.count, range, digitRanges(wOperand.range, w)[j])];
		}
		return this.weights(wOperand.data, w, j).map((sums) => partialSums(sums, range));
	}

	/** Sums of digit j of the constant weights, per output channel. */
	weights(data: ArrayLike<number>, limbs: Limbs = WHOLE, j = 0): readonly Weights[] {
		const key = `${limbs.count},${limbs.bits},${j}`;
		let sums = this.#weights.get(key);
		if (sums === undefined) {
			const { count } = this;
			const channels = this.#context.operands[1].spec.shape[0];
			sums = sumWeights(digits(data, limbs, j), channels, count, 1);
			this.#weights.set(key, sums);
		}
		return sums;
	}
}

/** The fewest convolutions (up to `most`) whose sums are exact; among those the smallest bound. */
export function chooseSplit(context: Context<ConvForm>, bounds: ConvBounds, most: number): Split | undefined {
	const [x, w] = context.operands;
	for (let cost = 1; cost <= most; cost++) {
		let best: Split | undefined;
		for (let count = 1; count <= cost; count++) {
			if (cost % count !== 0) continue;
			for (const wLimbs of candidates(cost / count, w.spec.width)) {
				for (const xLimbs of candidates(count, x.spec.width)) {
					const bound = splitBound(bounds, xLimbs, wLimbs);
					if (bound < BigInt(LIMIT.float32) && (best === undefined || bound < best.bound)) {
						best = { x: xLimbs, w: wLimbs, bound };
					}
				}
			}
		}
		if (best !== undefined) return best;
	}
	return undefined;
}

function candidates(count: number, width: number): Limbs[] {
	if (count === 1) return [WHOLE];
	if (count > 4) return [];
	const result: Limbs[] = [];
	for (let bits = Math.ceil(width / count) - 2; bits <= Math.ceil(width / count) + 2; bits++) {
		if (bits >= 1 && bits * (count - 1) < width) result.push({ count, bits });
	}
	return result;
}

/** The largest sum of one convolution; 2^53 if the sums of all together leave float64. */
function splitBound(bounds: ConvBounds, x: Limbs, w: Limbs): bigint {
	let bound = 0n;
	let total = 0n;
	for (let j = 0; j < w.count; j++) {
		for (let i = 0; i < x.count; i++) {
			const sums = largest(bounds.channels(x, w, i, j));
			bound = larger(bound, sums);
			total += sums << BigInt(i * x.bits + j * w.bits);
		}
	}
	return total < BigInt(LIMIT.float64) ? bound : BigInt(LIMIT.float64);
}
