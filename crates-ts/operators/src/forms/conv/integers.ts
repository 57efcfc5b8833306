import { type Body, int, ints, LIMIT } from "../../body.ts";
import { exactNumber, magnitude } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { partialSums } from "../../dot-bounds.ts";
import { areSmallWeights, fractionRows } from "../../integer-rows.ts";
import { holds, mostOf, zeroPointOf } from "../../narrow.ts";
import { emitDequantise, emitHeldClip, emitNarrow } from "../../narrow-nodes.ts";
import { emitPads } from "../../pads.ts";
import type { Fraction } from "../../rescale-plan.ts";
import { axesOf } from "../../windows.ts";
import type { ConvForm } from "./form.ts";
import type { ConvBounds } from "./split.ts";

/** The kernel's factor is a row's and this, or a little more, so that no sum lies half-way: it rounds halves to even. */
const UPWARDS = 1 + 2 ** -23;

/** Below it that factor moves a sum over a power of two by less than half of one, and what it moves is never lost. */
const POWER_LIMIT = 2 ** 22;

/**
 * With so small a shift s any multiplier will do: results are cut at 256, below which the factor moves a quotient by less
 * than 2^−14, and quotients lie 2^−s apart. Of the sum nothing is asked but that float32 holds it.
 */
const MOST_SHIFT = 13n;

/** Larger multipliers leave the factor too few bits to be told apart from others. */
const MOST_MULTIPLIER = 2n ** 20n;

/** The least float32 that is at least a row's factor times 1 + 2^−23: less than times 1 + 2^−22. */
function upwards({ multiplier, shift }: Pick<Fraction, "multiplier" | "shift">): number {
	const wanted = Number(multiplier) * 2 ** -Number(shift) * UPWARDS;
	const bits = new Uint32Array(Float32Array.of(wanted).buffer);
	if (Math.fround(wanted) < wanted) bits[0] += 1;
	return new Float32Array(bits.buffer)[0];
}

/** What the kernel's sums stay below; undefined for rows that it does not take, at this zero point of its results. */
function limitOf({ multiplier, shift }: Fraction, zero: number): number | undefined {
	if (shift <= MOST_SHIFT && multiplier < MOST_MULTIPLIER && (zero === 0 || multiplier === 1n))
		return LIMIT.float32;
	return multiplier === 1n ? POWER_LIMIT : undefined;
}

/** Spatial axes that the kernel takes. */
const MOST_AXES = 3;

/**
 * A convolution of bytes by weights of 7 bits that gives bytes, in one integer kernel: dense, grouped or depthwise.
 * Its result has no zero point of its own: that is in the bias, so that all that is rounded is positive or cut off, and
 * halves go up.
 *
 * @returns undefined if the kernel does not take operands, rows, sums or result
 */
export function integersPlan(context: Context<ConvForm>, bounds: ConvBounds): Plan | undefined {
	const { form, operator, operands } = context;
	const [x, w] = operands;
	if (w.data === undefined || !areSmallWeights(w)) return undefined;
	if (!holds("uint8", x.range) || !holds("uint8", operator)) return undefined;
	const kernel = w.spec.shape.slice(2);
	const outputs = w.spec.shape[0];
	const rows = fractionRows(context, 1, outputs);
	if (rows === undefined || kernel.length > MOST_AXES) return undefined;
	const zero = zeroPointOf("uint8", operator);
	const limits = rows.map((row) => limitOf(row, zero));
	const biases = rows.map(({ bias, shift }) => bias + (BigInt(zero) << shift));
	const held = { low: 0, high: mostOf("uint8") };
	const reach = bounds.weights(w.data).map((weights, channel) => {
		const sums = partialSums(weights, x.range);
		const bias = biases[channel];
		// The kernel sums what bytes hold and takes the zero point off afterwards.
		const inside = magnitude(partialSums(weights, held)) * 2n + (bias < 0n ? -bias : bias);
		if (inside >= 2n ** 31n) return 2n ** 31n;
		return magnitude({
			low: sums.low + (bias < 0n ? bias : 0n),
			high: sums.high + (bias > 0n ? bias : 0n),
		});
	});
	if (reach.some((bound, channel) => bound >= BigInt(limits[channel] ?? 0))) return undefined;
	const [bound, limit] = reach
		.map((bound, channel) => [Number(bound), limits[channel] ?? 1] as const)
		.reduce((a, b) => (b[0] / b[1] > a[0] / a[1] ? b : a));
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const axes = axesOf(form, kernel, x.spec.shape.slice(2), operator.shape.slice(2));
		const from = zeroPointOf("uint8", x.range);
		const bytes = emitNarrow(body, a, "uint8", x.range);
		const padded = emitPads(body, bytes, axes, from);
		const scales = rows.map(upwards);
		const single = scales.every((scale) => scale === scales[0]);
		const one = body.reals("float32", [1]);
		const result = body.op(
			"QLinearConv",
			[
				padded.value,
				one,
				body.integers("uint8", [from]),
				body.cast(b, "int8"),
				single ? body.reals("float32", [scales[0]]) : body.reals("float32", scales, [outputs]),
				body.integers("int8", [0]),
				one,
				body.integers("uint8", [0]),
				body.integers("int32", biases.map(exactNumber), [outputs]),
			],
			{
				kernel_shape: ints(kernel),
				strides: ints(form.strides),
				pads: ints(padded.pads),
				dilations: ints(form.dilations),
				group: int(form.group),
			},
			"uint8",
		);
		const clipped = emitHeldClip(body, result, "uint8", operator);
		if (body.resultNarrow === "uint8") return clipped;
		return body.cast(emitDequantise(body, clipped, zero), body.resultType ?? "float32");
	};
	const isPower = rows.every(({ multiplier }) => multiplier === 1n);
	return {
		name: isPower ? "8-bit Conv" : "8-bit Conv, any multipliers",
		bound,
		limit,
		emit,
		takes: ["uint8"],
		gives: "uint8",
	};
}
