import { coordinatesOf, Digits } from "../affine.ts";
import { movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { requirePerAxis, requireWidest } from "../shape-rules.ts";

/** View: ONNX Tile, output axis i has repeats·size; reads modulo the operand's size. */
export interface TileForm {
	readonly type: "tile";
}

export const tile: FormDefinition<TileForm> = {
	kinds: ["View"],
	operands: [1, 1],
	check({ shape }, [x]) {
		requirePerAxis(x.shape, { output: shape });
		const whole = shape.every((size, axis) => size % x.shape[axis] === 0);
		ensure(whole, `[${shape}] does not repeat [${x.shape}] whole times`);
	},
	checkWidth: requireWidest,
	maps(operator, [x]) {
		const digits = new Digits(operator);
		const positions = x.shape.map((size, axis) => ({ ...digits.axis(axis), modulus: size }));
		return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
	},
	plan(context) {
		const { shape } = context.operands[0].spec;
		const repeats = context.operator.shape.map((size, axis) => size / shape[axis]);
		if (!repeats.every(Number.isInteger)) throw new Error("a tiled axis must be a multiple of the operand's");
		return movePlan("Tile", context, (body, [value]) => body.op("Tile", [value, body.list(repeats)]));
	},
};
