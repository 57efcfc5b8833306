import type { Digits } from "./affine.ts";
import type { Coordinate, Form, Operator, TensorSpec } from "./program.ts";

/** How a form reads its operands, before simplification. */
export interface FormMaps {
	readonly digits: Digits;
	readonly operands: readonly OperandMap[];
	/** The descriptor's constants; none unless the kind has some. */
	readonly constants?: readonly number[];
}

export interface OperandMap {
	readonly coordinates: readonly Coordinate[];
	/** What a read out of bounds yields; 0 unless the form says otherwise. */
	readonly outside?: number;
	/** The coordinates' positions are named by the descriptor's constants: leave them as they are. */
	readonly addressed?: boolean;
}

/** An operator whose form is known to be of one type. */
export type OperatorOf<T extends Form["type"]> = Operator & { readonly form: Extract<Form, { type: T }> };

/** The access maps of one form: `operands` are the specs of its operands, in order. */
export type MapsOf<T extends Form["type"]> = (
	operator: OperatorOf<T>,
	operands: readonly TensorSpec[],
) => FormMaps;
