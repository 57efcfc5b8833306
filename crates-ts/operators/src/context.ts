import type { Body, FloatType } from "./body.ts";
import type { NarrowType } from "./narrow.ts";
import type { OperatorBase, TensorSpec } from "./operator.ts";
import { magnitudeOf, type Range } from "./range.ts";

/** One operand of the operator whose function is being made. */
export interface OperandContext {
	readonly spec: TensorSpec;
	/** What the values can be, for every admissible input. */
	readonly range: Range;
	/** The elements, if the operand is a constant. */
	readonly data: ArrayLike<number> | undefined;
}

/** An operator with all that its plan and its function depend on. */
export interface OperatorContext {
	readonly operator: OperatorBase;
	readonly operands: readonly OperandContext[];
}

/** The same, of one form. */
export interface Context<F> extends OperatorContext {
	readonly form: F;
}

/** A plan says how an operator is computed and why no step of it rounds. */
export interface Plan {
	/** In words, for the certificate. */
	readonly name: string;
	/** Largest integer magnitude that occurs where exactness depends on it. */
	readonly bound: number;
	/** 2^24 or 2^53: `bound` is below it. */
	readonly limit: number;
	/** The unsigned type that it can give its result in, with the zero point of the operator's range. */
	readonly gives?: NarrowType;
	/** The unsigned types that it takes operands in, by operand; others are given to it as carriers. */
	readonly takes?: readonly (NarrowType | undefined)[];
	/** True if it only moves the values of its one operand, in whatever type they are. */
	readonly moves?: boolean;
	/** Adds the nodes to a body; takes the operands' names and returns the result's. */
	readonly emit: (body: Body, operands: readonly string[]) => string;
}

/** What tensors of a width travel as between operators: integers up to 16 bits as float32, others as float64. */
export const carrier = (spec: { readonly width: number }): FloatType =>
	spec.width === 32 ? "float64" : "float32";

/** A plan that only moves values: exact because every value fits the carrier. */
export function movePlan(name: string, context: OperatorContext, emit: Plan["emit"]): Plan {
	const bound = Math.max(...context.operands.map((operand) => magnitudeOf(operand.range)));
	return { name, bound, limit: context.operands.some((o) => o.spec.width === 32) ? 2 ** 53 : 2 ** 24, emit };
}
