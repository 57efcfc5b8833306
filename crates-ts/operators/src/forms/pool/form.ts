import type { Context } from "../../context.ts";
import { type Axis, axesOf } from "../../windows.ts";

/**
 * Dot (average: Σ over the window; operand 1 is a constant of ones [kernel's last size]) or
 * Max: sliding windows over the spatial axes of x [N, C, …spatial]; positions outside x do not count.
 */
export interface PoolForm {
	readonly type: "pool";
	readonly kernel: readonly number[];
	readonly strides: readonly number[];
	readonly pads: readonly number[];
	readonly dilations: readonly number[];
}

export function windowAxes({ form, operands, operator }: Context<PoolForm>): Axis[] {
	return axesOf(form, form.kernel, operands[0].spec.shape.slice(2), operator.shape.slice(2));
}
