import type { Form } from "./forms.ts";
import type { OperatorOf, TensorSpec } from "./operator.ts";

export type { Form } from "./forms.ts";
export {
	KIND,
	type Kind,
	OPEN_ENDS,
	type OpenEnds,
	type Rescale,
	type Row,
	SOURCE,
	type Source,
	type TensorRef,
	type TensorSpec,
} from "./operator.ts";
export { ROUNDING, type Rounding } from "./rounding.ts";
export type { Coordinate, Descriptor, Operand, ProgramHeader } from "./structs.ts";

/** Elements of a tensor in logical (row-major) order, as the width's typed array. */
export type Elements = Int8Array | Int16Array | Int32Array;

export interface ConstantTensor extends TensorSpec {
	readonly name: string;
	readonly data: Elements;
}

/** Types of a model's inputs that hold whole numbers. */
export const WHOLE_TYPES = [
	"int8",
	"uint8",
	"int16",
	"uint16",
	"int32",
	"uint32",
	"int64",
	"uint64",
	"bool",
] as const;
export type WholeType = (typeof WHOLE_TYPES)[number];

/**
 * An input. Several of one name are one tensor on several grids, the finer of which end before its largest
 * numbers: what is beyond is clipped there, and told by the first.
 */
export interface InputTensor extends TensorSpec {
	readonly name: string;
	/**
	 * The type that the model takes there, where that is one of whole numbers. Like the nodes' names it is for those who
	 * make inputs, and no part of the program's root.
	 */
	readonly type?: WholeType;
	/** Where features of unlike size stand side by side: an integer v stands for v·scale·2^exponent. */
	readonly powers?: Powers;
	/**
	 * The numbers that NaN is given as, where the model says what becomes of what is missing: one for all elements, or
	 * one for each place of the last axis.
	 */
	readonly missing?: readonly number[];
}

/** An exponent of 2 for every element of a tensor: those of `shape`, whose sizes are the tensor's own or 1, broadcast to it. */
export interface Powers {
	readonly shape: readonly number[];
	readonly exponents: readonly number[];
}

/** One operator of a program: its output tensor, its kind and form, its operands. */
export type Operator = OperatorOf<Form>;

export interface Program {
	readonly name: string;
	readonly steps: number;
	readonly inputs: readonly InputTensor[];
	readonly constants: readonly ConstantTensor[];
	readonly operators: readonly Operator[];
	/** Which operators are model outputs, in the model's order; outputs[0] is the primary output of claims. */
	readonly outputs: readonly { readonly name: string; readonly operator: number }[];
	/** True: claims state the output alone, and commit to their trace when they are challenged. False by default. */
	readonly lazy?: boolean;
	/**
	 * Steps of a segment, 2 at least: claims commit to the last step of every segment, and to a segment's other steps
	 * when it is challenged. Left out: the program has no segments. Not together with `lazy`.
	 */
	readonly segment?: number;
}

/** Whether an input is a tensor that an earlier one of its name gives already, on another grid. */
export function isGivenAgain(inputs: readonly InputTensor[], index: number): boolean {
	return inputs.findIndex(({ name }) => name === inputs[index].name) < index;
}
