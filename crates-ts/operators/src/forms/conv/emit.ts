import { type Body, int, ints } from "../../body.ts";
import type { Context } from "../../context.ts";
import { emitPads } from "../../pads.ts";
import { axesOf } from "../../windows.ts";
import type { ConvForm } from "./form.ts";

/** One Conv node, with whatever padding it cannot express in front. */
export function emitConv(
	body: Body,
	context: Context<ConvForm>,
	x: string,
	w: string,
	bias?: string,
): string {
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
