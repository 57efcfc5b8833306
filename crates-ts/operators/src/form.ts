import type { Digits } from "./affine.ts";
import type { Context, Plan } from "./context.ts";
import type { Kind, OperatorBase, OperatorOf, TensorSpec } from "./operator.ts";
import type { Range } from "./range.ts";
import type { Coordinate } from "./structs.ts";

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

/**
 * All that is known of a form, F being its attributes. `operands` are always the specs of the operator's operands,
 * in order; `check` comes first, so that the others may rely on what it ensures.
 */
export interface FormDefinition<F> {
	/** The kinds that an operator of this form may have. */
	readonly kinds: readonly [Kind, ...Kind[]];
	/** Least and greatest number of operands. */
	readonly operands: readonly [least: number, most: number];
	/** What operand 1, where there is one, must be: a constant, or a constant of ones. Anything by default. */
	readonly second?: "constant" | "ones";
	/** Throws ProgramError unless attributes and shapes fit each other. */
	readonly check: (operator: OperatorOf<F>, operands: readonly TensorSpec[]) => void;
	/**
	 * Throws ProgramError unless the output's width holds the result, whatever the operands hold. None where the
	 * kind clips its result.
	 */
	readonly checkWidth?: (operator: OperatorOf<F>, operands: readonly TensorSpec[]) => void;
	/**
	 * The values that the result can take where `ranges` are those of the operands; by default any that an operand
	 * takes. Not asked where φ clips.
	 */
	readonly range?: (
		operator: OperatorOf<F>,
		ranges: readonly Range[],
		operands: readonly TensorSpec[],
	) => Range;
	/** The access maps, from which the descriptor is made (protocol section 2). */
	readonly maps: (operator: OperatorOf<F>, operands: readonly TensorSpec[]) => FormMaps;
	/**
	 * How the ONNX function computes it exactly.
	 * @throws Error saying why there is no exact way
	 */
	readonly plan: (context: Context<F>) => Plan;
	/** True if the plan converts its operands itself; otherwise it is given them in the carrier of their width. */
	readonly converts?: boolean;
	/** True if tensors between operators of this form may stay float64 where their plans are in float64. */
	readonly staysWide?: boolean;
	/** Multiplications of one run, if they are many. */
	readonly multiplications?: (operator: OperatorBase, operands: readonly TensorSpec[]) => number;
}
