import type { Form } from "./forms.ts";
import type { OperatorOf, TensorSpec } from "./operator.ts";

export type { Form } from "./forms.ts";
export {
	KIND,
	type Kind,
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

export interface InputTensor extends TensorSpec {
	readonly name: string;
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
