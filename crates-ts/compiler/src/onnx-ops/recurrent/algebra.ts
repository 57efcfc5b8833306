import type { ElementType } from "@umpire/onnx/model.ts";
import { intsOf, numbersOf, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** A value with the operator that computes it. */
export interface Emitted {
	readonly opType: string;
	readonly name: string;
}

/** Emits arithmetic on tensors of one float type. */
export class Algebra {
	readonly context: DecomposeContext;
	readonly type: ElementType;

	/** What has been emitted since the last call of `taken`. */
	#emitted: Emitted[] = [];

	constructor(context: DecomposeContext, type: ElementType) {
		this.context = context;
		this.type = type;
	}

	#emit(
		opType: string,
		inputs: readonly string[],
		attributes: Readonly<Record<string, number | number[]>> = {},
	): string {
		const name = this.context.emit(opType, inputs, attributes);
		this.#emitted.push({ opType, name });
		return name;
	}

	taken(): Emitted[] {
		const emitted = this.#emitted;
		this.#emitted = [];
		return emitted;
	}

	one(opType: string, x: string, attributes: Readonly<Record<string, number>> = {}): string {
		return this.#emit(opType, [x], attributes);
	}

	add(a: string, b: string): string {
		return this.#emit("Add", [a, b]);
	}

	sub(a: string, b: string): string {
		return this.#emit("Sub", [a, b]);
	}

	mul(a: string, b: string): string {
		return this.#emit("Mul", [a, b]);
	}

	matmul(a: string, b: string): string {
		return this.#emit("MatMul", [a, b]);
	}

	scalar(value: number): string {
		return scalarOf(this.context, this.type, value);
	}

	zeros(shape: readonly number[]): string {
		const count = shape.reduce((a, b) => a * b, 1);
		return numbersOf(this.context, this.type, shape, new Float64Array(count));
	}

	/** x[…] from starts[i] up to ends[i] along axes[i]. */
	slice(x: string, starts: readonly number[], ends: readonly number[], axes: readonly number[]): string {
		return this.#emit("Slice", [x, ...[starts, ends, axes].map((list) => intsOf(this.context, list))]);
	}

	concat(pieces: readonly string[], axis: number): string {
		return pieces.length === 1 ? pieces[0] : this.#emit("Concat", pieces, { axis });
	}

	reshape(x: string, shape: readonly number[]): string {
		return this.#emit("Reshape", [x, intsOf(this.context, shape)]);
	}

	transpose(x: string, perm: readonly number[]): string {
		return this.#emit("Transpose", [x], { perm: perm as number[] });
	}

	where(mask: string, yes: string, no: string): string {
		return this.#emit("Where", [mask, yes, no]);
	}
}
