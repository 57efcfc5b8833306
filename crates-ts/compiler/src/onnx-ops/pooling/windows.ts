import { ints, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Context } from "../../lower/context.ts";

/** Sliding windows over spatial axes, as in ONNX's Conv and pools. */
export interface Windows {
	readonly kernel: readonly number[];
	readonly strides: readonly number[];
	readonly dilations: readonly number[];
	/** [begin…, end…] */
	readonly pads: readonly number[];
}

/** Why padsDilated is refused, and what helps. */
export const PADS_DILATED = [
	"onnxruntime does not pad dilated windows as ONNX says",
	"Give pads, not auto_pad",
] as const;

/** Whether a pool or convolution with dilations leaves its pads to auto_pad. */
export function padsDilated(node: Node): boolean {
	const same = string(node, "auto_pad", "NOTSET").startsWith("SAME");
	return same && (ints(node, "dilations") ?? []).some((step) => step > 1);
}

/** Reads strides, dilations, pads and auto_pad of the node; `size` and `out` are spatial sizes. */
export function windowsOf(
	context: Pick<Context, "node" | "error">,
	kernel: readonly number[],
	size: readonly number[],
	out: readonly number[],
): Windows {
	const { node } = context;
	const rank = kernel.length;
	const ones = new Array<number>(rank).fill(1);
	const strides = ints(node, "strides") ?? ones;
	const dilations = ints(node, "dilations") ?? ones;
	for (const [name, list] of Object.entries({ strides, dilations })) {
		if (list.length !== rank) throw context.error(`${name} [${list}] do not fit ${rank} spatial axes`);
	}
	const windows = { kernel, strides, dilations };
	const auto = string(node, "auto_pad", "NOTSET");
	if (padsDilated(node)) throw context.error(...PADS_DILATED);
	if (auto === "NOTSET" || auto === "") {
		const pads = ints(node, "pads") ?? new Array<number>(2 * rank).fill(0);
		if (pads.length !== 2 * rank) throw context.error(`pads [${pads}] do not fit ${rank} spatial axes`);
		return { ...windows, pads };
	}
	if (auto === "VALID") return { ...windows, pads: new Array<number>(2 * rank).fill(0) };
	if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER") throw context.error(`auto_pad ${auto} is unknown`);
	const begins: number[] = [];
	const ends: number[] = [];
	for (let axis = 0; axis < rank; axis++) {
		const reach = (kernel[axis] - 1) * dilations[axis] + 1;
		const total = Math.max((out[axis] - 1) * strides[axis] + reach - size[axis], 0);
		const begin = auto === "SAME_UPPER" ? Math.floor(total / 2) : Math.ceil(total / 2);
		begins.push(begin);
		ends.push(total - begin);
	}
	return { ...windows, pads: [...begins, ...ends] };
}
