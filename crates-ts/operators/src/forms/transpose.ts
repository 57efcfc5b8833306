import { coordinatesOf, Digits } from "../affine.ts";
import { ints } from "../body.ts";
import { movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { isPermutation, requireSame, requireWidest } from "../shape-rules.ts";

/** View: output axis i is operand axis permutation[i]. */
export interface TransposeForm {
	readonly type: "transpose";
	readonly permutation: readonly number[];
}

export const transpose: FormDefinition<TransposeForm> = {
	kinds: ["View"],
	operands: [1, 1],
	check({ form: { permutation }, shape }, [x]) {
		ensure(isPermutation(permutation, x.shape.length), `[${permutation}] does not permute [${x.shape}]`);
		requireSame(
			shape,
			permutation.map((axis) => x.shape[axis]),
			"output",
		);
	},
	checkWidth: requireWidest,
	maps(operator, [x]) {
		const digits = new Digits(operator);
		const positions = x.shape.map((_, axis) => digits.axis(operator.form.permutation.indexOf(axis)));
		return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
	},
	plan(context) {
		const { permutation } = context.form;
		const plan = movePlan("Transpose", context, (body, [value]) =>
			permutation.length === 0 ? value : body.op("Transpose", [value], { perm: ints(permutation) }),
		);
		return { ...plan, moves: true };
	},
};
