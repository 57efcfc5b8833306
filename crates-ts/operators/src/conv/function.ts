import { type Body, int, ints, LIMIT } from "../body.ts";
import { type Bounds, larger, largest } from "../bounds.ts";
import type { Context, Plan } from "../context.ts";
import { partialSums, productSums, sumWeights } from "../dot-bounds.ts";
import {
	boundsPerRow,
	canFold,
	foldedWeights,
	offsetVector,
	planFor,
	rescaleOf,
	targetOf,
} from "../dot-plan.ts";
import { digitRanges, digits, emitLimbs, type Limbs, WHOLE } from "../limbs.ts";
import { emitPads } from "../pool/pads.ts";
import { axesOf } from "../pool/windows.ts";
import { emitFinish, emitRescale } from "../rescale/function.ts";

/** Both operands' limbs, and what the sums of products of any two limbs can reach. */
interface Split {
	readonly x: Limbs;
	readonly w: Limbs;
	readonly bound: bigint;
}

/**
 * Convolution has a float32 kernel only. Its products are exact if all partial sums stay below
 * 2^24, which splitting either operand into limbs achieves; the sums of limbs meet in float64.
 */
export function convPlan(context: Context<"conv">): Plan {
	const { operator, operands } = context;
	const [x, w] = operands;
	const rescale = rescaleOf(context);
	const channels = channelBounds(context, WHOLE, WHOLE, 0, 0);
	const rows = boundsPerRow(rescale, channels, 1);
	if (canFold(rescale, rows, 1, "float32")) {
		const plan = planFor(context, rows);
		const emit = (body: Body, [a, b]: readonly string[]): string => {
			const weights = foldedWeights(body, b, w.spec.shape.length, 0, plan);
			const offsets = offsetVector(body, plan, operator.shape[1]);
			const sum = emitConv(body, context, body.cast(a, "float32"), weights, offsets);
			// Always a Floor: it keeps onnxruntime from fusing what follows into the convolution.
			return emitFinish(body, sum, { ...plan, floor: true }, targetOf(context));
		};
		return { name: "float32 Conv, rescaled by its weights", bound: plan.bound, limit: LIMIT.float32, emit };
	}
	const split = chooseSplit(context);
	const plan = planFor(context, rows, "float64");
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const left = emitLimbs(body, a, split.x);
		const right = emitLimbs(body, b, split.w);
		let acc: string | undefined;
		for (const limb of left) {
			for (const weights of right) {
				const sum = body.cast(emitConv(body, context, limb, weights), "float64");
				acc = acc === undefined ? sum : body.op("Add", [acc, sum]);
			}
		}
		return emitRescale(body, acc ?? "", plan, targetOf(context));
	};
	const name = `${split.x.count * split.w.count} float32 Conv (${describe("x", x.spec.width, split.x)}, ${describe("w", w.spec.width, split.w)}), float64 rescale`;
	return { name, bound: Number(split.bound), limit: LIMIT.float32, emit };
}

const describe = (name: string, width: number, limbs: Limbs): string =>
	limbs.count === 1 ? `${name} of ${width} bits` : `${name} in ${limbs.count} limbs of ${limbs.bits} bits`;

function emitConv(body: Body, context: Context<"conv">, x: string, w: string, bias?: string): string {
	const { form, operator, operands } = context;
	const kernel = operands[1].spec.shape.slice(2);
	const axes = axesOf(form, kernel, operands[0].spec.shape.slice(2), operator.shape.slice(2));
	const padded = emitPads(body, x, axes, 0);
	return body.op("Conv", bias === undefined ? [padded.value, w] : [padded.value, w, bias], {
		kernel_shape: ints(kernel),
		strides: ints(form.strides),
		pads: ints(padded.pads),
		dilations: ints(form.dilations),
		group: int(form.group),
	});
}

/** Bounds of the partial sums per output channel, for limb i of x and limb j of w. */
function channelBounds(context: Context<"conv">, xl: Limbs, wl: Limbs, i: number, j: number): Bounds[] {
	const [x, w] = context.operands;
	const range = digitRanges(x.range, xl)[i];
	const [outputs, ...taps] = w.spec.shape;
	const count = taps.reduce((a, b) => a * b, 1);
	if (w.data === undefined) return [productSums(count, range, digitRanges(w.range, wl)[j])];
	const weights = sumWeights(digits(w.data, wl, j), outputs, (index) => Math.floor(index / count));
	return weights.map((sums) => partialSums(sums, range));
}

/** The fewest convolutions whose sums are exact; among those the smallest bound. */
function chooseSplit(context: Context<"conv">): Split {
	const [x, w] = context.operands;
	for (let cost = 1; cost <= 16; cost++) {
		let best: Split | undefined;
		for (let count = 1; count <= cost; count++) {
			if (cost % count !== 0) continue;
			for (const wLimbs of candidates(cost / count, w.spec.width)) {
				for (const xLimbs of candidates(count, x.spec.width)) {
					const bound = splitBound(context, xLimbs, wLimbs);
					if (bound < BigInt(LIMIT.float32) && (best === undefined || bound < best.bound)) {
						best = { x: xLimbs, w: wLimbs, bound };
					}
				}
			}
		}
		if (best !== undefined) return best;
	}
	throw new Error("no split of the operands makes the convolution exact: its sums have too many terms");
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
function splitBound(context: Context<"conv">, x: Limbs, w: Limbs): bigint {
	let bound = 0n;
	let total = 0n;
	for (let j = 0; j < w.count; j++) {
		for (let i = 0; i < x.count; i++) {
			const sums = largest(channelBounds(context, x, w, i, j));
			bound = larger(bound, sums);
			total += sums << BigInt(i * x.bits + j * w.bits);
		}
	}
	return total < BigInt(LIMIT.float64) ? bound : BigInt(LIMIT.float64);
}
