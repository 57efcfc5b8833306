import { WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import type {
	ConstantTensor,
	Elements,
	InputTensor,
	Operator,
	Program,
	TensorRef,
	TensorSpec,
} from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import type { Gen } from "../operators/arbitrary-operators.ts";
import { axesOf, chance, elementsOf, permutation, pick, type Spread } from "./drawn-values.ts";

/** The shape that two shapes broadcast to. */
export function joint(a: readonly number[], b: readonly number[]): readonly number[] | undefined {
	const rank = Math.max(a.length, b.length);
	const shape: number[] = [];
	for (let i = 0; i < rank; i++) {
		const [x, y] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
		if (x !== y && x !== 1 && y !== 1) return undefined;
		shape.push(Math.max(x, y));
	}
	return shape;
}

export function drawnSpec(g: Gen, shape: readonly number[], width: Width): TensorSpec {
	const layout = chance(g, 5) ? axesOf(shape) : permutation(g, shape.length);
	return { shape, layout, width, ...rangeOf(width), scale: 1 };
}

/** A program that grows: what the next operator may read, and constants that it needs. */
export class DraftProgram {
	readonly g: Gen;
	readonly inputs: readonly InputTensor[];
	readonly constants: ConstantTensor[];
	readonly operators: readonly Operator[];

	constructor(
		g: Gen,
		inputs: readonly InputTensor[],
		constants: readonly ConstantTensor[] = [],
		operators: readonly Operator[] = [],
	) {
		this.g = g;
		this.inputs = inputs;
		this.constants = [...constants];
		this.operators = operators;
	}

	/** The same with one operator more. */
	with(operator: Operator): DraftProgram {
		return new DraftProgram(this.g, this.inputs, this.constants, [...this.operators, operator]);
	}

	copy(): DraftProgram {
		return new DraftProgram(this.g, this.inputs, this.constants, this.operators);
	}

	program(): Program {
		return {
			name: "drawn",
			steps: 1,
			inputs: this.inputs,
			constants: this.constants,
			operators: this.operators,
			outputs: [{ name: "y", operator: this.operators.length - 1 }],
		};
	}

	specOf(ref: TensorRef): TensorSpec {
		if (ref.source === "constant") return this.constants[ref.index];
		return ref.source === "input" ? this.inputs[ref.index] : this.operators[ref.index];
	}

	/** What may be read, the latest operators three times, for programs to become deep. */
	tensors(): TensorRef[] {
		const inputs = this.inputs.map((_, index): TensorRef => ({ source: "input", index }));
		const operators = this.operators.map((_, index): TensorRef => ({ source: "operator", index }));
		const late = operators.slice(-3);
		return [...inputs, ...operators, ...late, ...late];
	}

	any(): TensorRef {
		return pick(this.g, this.tensors());
	}

	/** One of the tensors that pass. */
	among(passes: (shape: readonly number[]) => boolean): TensorRef | undefined {
		const list = this.tensors().filter((ref) => passes(this.specOf(ref).shape));
		return list.length === 0 ? undefined : pick(this.g, list);
	}

	constant(shape: readonly number[], width: Width, spread?: Spread): TensorRef {
		return this.#add(drawnSpec(this.g, shape, width), elementsOf(this.g, width, elementCount(shape), spread));
	}

	ones(size: number): TensorRef {
		return this.#add(drawnSpec(this.g, [size], 8), new Int8Array(size).fill(1));
	}

	/** A tensor, or a constant of its own, that broadcasts with a shape. */
	beside(shape: readonly number[]): TensorRef {
		const { g } = this;
		const known = chance(g, 5) ? this.among((other) => joint(shape, other) !== undefined) : undefined;
		if (known !== undefined) return known;
		const axes = shape.slice(pick(g, [0, ...axesOf(shape), shape.length]));
		return this.constant(
			axes.map((size) => (chance(g, 3) ? 1 : size)),
			pick(g, WIDTHS),
		);
	}

	/** The largest magnitude that a tensor may hold. */
	most(ref: TensorRef): number {
		const { low, high } = this.specOf(ref);
		if (ref.source !== "constant") return Math.max(Math.abs(low), Math.abs(high));
		let most = 0;
		for (const value of this.constants[ref.index].data) most = Math.max(most, Math.abs(value));
		return most;
	}

	#add(spec: TensorSpec, data: Elements): TensorRef {
		const index = this.constants.push({ ...spec, name: `c${this.constants.length}`, data }) - 1;
		return { source: "constant", index };
	}
}
