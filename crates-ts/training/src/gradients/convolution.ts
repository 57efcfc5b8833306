import { type Windows, windowsOf } from "@umpire/compiler/onnx-ops/pooling/windows.ts";
import { int } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";
import type { Gradient, Gradients } from "./gradient.ts";

/** What a convolution's operand gains: the transposed convolution of what its result gains. */
function towardsOperand(
	tape: Tape,
	gain: string,
	w: string,
	windows: Windows,
	group: number,
	size: number[],
) {
	const { kernel, strides, dilations, pads } = windows;
	const rank = kernel.length;
	const out = tape.shape(gain).slice(2);
	const [batch] = tape.shape(gain);
	const padding = size.map((wanted, i) => {
		const reach = (kernel[i] - 1) * dilations[i] + 1;
		return wanted - ((out[i] - 1) * strides[i] + reach - pads[i] - pads[rank + i]);
	});
	const channels = tape.shape(w)[1] * group;
	const attributes = { strides, dilations, pads, group, kernel_shape: kernel, output_padding: padding };
	const facts = { shape: [batch, channels, ...size], type: tape.type(gain) };
	// Behind the last window there is less than a stride.
	return tape.emit("ConvTranspose", [gain, w], facts, attributes);
}

/** What a convolution's weights gain: a convolution of its operand by what its result gains, strides and dilations exchanged. */
function towardsWeights(tape: Tape, x: string, gain: string, windows: Windows, group: number): string {
	const { kernel, strides, dilations, pads } = windows;
	const rank = kernel.length;
	const [batch, channels, ...size] = tape.shape(x);
	const [, filters, ...out] = tape.shape(gain);
	const spatial = size.map((_, i) => i);
	const split = tape.reshape(x, [batch, group, channels / group, ...size]);
	const turned = tape.transpose(split, [2, 1, 0, ...spatial.map((i) => i + 3)]);
	const maps = tape.reshape(turned, [channels / group, group * batch, ...size]);
	const patterns = tape.transpose(gain, [1, 0, ...spatial.map((i) => i + 2)]);
	const found = spatial.map((i) => {
		const reach = (out[i] - 1) * strides[i] + 1;
		return Math.floor((size[i] + pads[i] + pads[rank + i] - reach) / dilations[i]) + 1;
	});
	const y = tape.emit(
		"Conv",
		[maps, patterns],
		{ shape: [channels / group, filters, ...found], type: tape.type(x) },
		{ strides: dilations, dilations: strides, pads, group, kernel_shape: out },
	);
	const axes = spatial.map((i) => i + 2);
	const cut = tape.slice(
		y,
		axes,
		axes.map(() => 0),
		[...kernel],
	);
	return tape.transpose(cut, [1, 0, ...axes]);
}

/** Σ over everything but the channels. */
function towardsBias(tape: Tape, gain: string): string {
	const axes = tape.shape(gain).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
	return tape.sum(gain, axes, true);
}

const conv: Gradient = (node, tape, [gain], wanted) => {
	const [x, w] = node.inputs;
	const size = tape.shape(x).slice(2);
	const kernel = tape.shape(w).slice(2);
	const windows = windowsOf(at(node, tape), kernel, size, tape.shape(gain).slice(2));
	const group = int(node, "group", 1);
	return [
		wanted.has(0) ? towardsOperand(tape, gain, w, windows, group, [...size]) : undefined,
		wanted.has(1) ? towardsWeights(tape, x, gain, windows, group) : undefined,
		wanted.has(2) ? towardsBias(tape, gain) : undefined,
	];
};

/** The convolution's rules with operand and result exchanged. */
const convTranspose: Gradient = (node, tape, [gain], wanted) => {
	const [x, w] = node.inputs;
	const kernel = tape.shape(w).slice(2);
	const size = tape.shape(gain).slice(2);
	// What ONNX pads here, a convolution of the result pads; output_padding is less than a stride, so that no further window fits.
	const windows = windowsOf(at(node, tape), kernel, size, tape.shape(x).slice(2));
	const auto = node.attributes.get("auto_pad");
	if (node.attributes.has("output_shape") || (auto?.type === "string" && auto.value.startsWith("SAME"))) {
		throw tape.error("its pads follow from its output's shape", "Give pads");
	}
	const group = int(node, "group", 1);
	const { strides, dilations, pads } = windows;
	const attributes = { strides, dilations, pads, group, kernel_shape: kernel };
	const facts = { shape: tape.shape(x), type: tape.type(x) };
	return [
		wanted.has(0) ? tape.emit("Conv", [gain, w], facts, attributes) : undefined,
		wanted.has(1) ? towardsWeights(tape, gain, x, windows, group) : undefined,
		wanted.has(2) ? towardsBias(tape, gain) : undefined,
	];
};

const at = (node: Node, tape: Tape) => ({ node, error: tape.error.bind(tape) });

/** Convolutions. */
export const CONVOLUTION: Gradients = { Conv: conv, ConvTranspose: convTranspose };
