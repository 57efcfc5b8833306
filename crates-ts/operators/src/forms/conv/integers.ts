import { type Body, int, ints } from "../../body.ts";
import { exactNumber, larger, magnitude } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { partialSums } from "../../dot-bounds.ts";
import { areSmallWeights, shiftRows } from "../../integer-rows.ts";
import { holds, mostOf, zeroPointOf } from "../../narrow.ts";
import { emitDequantise, emitHeldClip, emitNarrow } from "../../narrow-nodes.ts";
import { emitPads } from "../../pads.ts";
import { axesOf } from "../../windows.ts";
import type { ConvForm } from "./form.ts";
import type { ConvBounds } from "./split.ts";

/** The kernel's factor is a power of two and this, so that no sum lies half-way: it rounds halves to even. */
const UPWARDS = 1 + 2 ** -23;

/** Below it that factor moves a sum by less than half of one, and what it moves is never lost. */
const LIMIT = 2 ** 22;

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
	const rows = shiftRows(context, 1, outputs);
	if (rows === undefined || kernel.length > MOST_AXES) return undefined;
	const zero = zeroPointOf("uint8", operator);
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
	const bound = reach.reduce(larger, 0n);
	if (bound >= BigInt(LIMIT)) return undefined;
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const axes = axesOf(form, kernel, x.spec.shape.slice(2), operator.shape.slice(2));
		const from = zeroPointOf("uint8", x.range);
		const bytes = emitNarrow(body, a, "uint8", x.range);
		const padded = emitPads(body, bytes, axes, from);
		const scales = rows.map(({ shift }) => 2 ** -Number(shift) * UPWARDS);
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
	return {
		name: "8-bit Conv",
		bound: Number(bound),
		limit: LIMIT,
		emit,
		takes: ["uint8"],
		gives: "uint8",
	};
}
