import type { Elements } from "@umpire/commitment/elements.ts";
import { stridesOf, toPhysical } from "@umpire/commitment/tensor.ts";
import { runsOf } from "@umpire/operators/dot-parts.ts";
import { readsOf } from "@umpire/operators/parts.ts";
import { type Descriptor, KIND, type Program, SOURCE, type TensorSpec } from "@umpire/operators/program.ts";
import { indexValueOf } from "@umpire/operators/values.ts";

/** The numbers of a run, in physical order, as far as they are known here. */
export interface TraceTensors {
	readonly inputs: readonly Elements[];
	/** operators[step][index]. */
	readonly operators: readonly (readonly Elements[])[];
}

/** Where an operator's output stands in a trace. */
export interface TensorPlace {
	readonly step: number;
	readonly operator: number;
}

/** One tensor that an operator reads. */
export interface OperandTensor {
	readonly spec: TensorSpec;
	/** Of the operator that computed it, the input, or the constant. */
	readonly source: "constant" | "input" | "operator";
	readonly index: number;
	readonly physical: Elements;
}

/** The tensor behind an operand. */
export function operandOf(
	program: Program,
	trace: TraceTensors,
	{ step, operator }: TensorPlace,
	operand: number,
): OperandTensor {
	const ref = program.operators[operator].operands[operand];
	switch (ref.source) {
		case "constant": {
			const spec = program.constants[ref.index];
			const physical = toPhysical(spec.data, spec.shape, spec.layout);
			return { spec, source: "constant", index: ref.index, physical };
		}
		case "input":
			return {
				spec: program.inputs[ref.index],
				source: "input",
				index: ref.index,
				physical: trace.inputs[ref.index],
			};
		case "operator": {
			const spec = program.operators[ref.index];
			return { spec, source: "operator", index: ref.index, physical: trace.operators[step][ref.index] };
		}
		case "state": {
			const spec = program.operators[ref.index];
			if (step > 0) {
				return {
					spec,
					source: "operator",
					index: ref.index,
					physical: trace.operators[step - 1][ref.index],
				};
			}
			return { spec, source: "input", index: ref.initial, physical: trace.inputs[ref.initial] };
		}
	}
}

/** One number that another follows from: its operand and physical index. */
export interface NumberRead {
	readonly operand: number;
	readonly index: number;
}

/** What an element reads, in the order in which it is computed; of a sum of products both factors of each. */
export function elementReads(
	descriptor: Descriptor,
	element: number,
	operands: readonly Pick<OperandTensor, "physical">[],
): NumberRead[] {
	if (descriptor.kind === KIND.Dot) {
		const reads: NumberRead[] = [];
		for (const run of runsOf(descriptor, element)) {
			for (let j = 0; j < run.length; j++) {
				reads.push({ operand: 0, index: run.x + j }, { operand: 1, index: run.w + j });
			}
		}
		return reads;
	}
	const fetch = (operand: number, index: number): number => operands[operand].physical[index];
	return readsOf(descriptor, element, indexValueOf(descriptor, element, fetch)).flatMap(
		({ inBounds, operand, index }) => (inBounds ? [{ operand, index }] : []),
	);
}

/** Row-major index of the element at a physical index. */
export function logicalOf({
	shape,
	layout,
}: Pick<TensorSpec, "shape" | "layout">): (physical: number) => number {
	const sizes = layout.map((axis) => shape[axis]);
	const strides = stridesOf(shape);
	return (physical) => {
		let rest = physical;
		let logical = 0;
		for (let k = sizes.length - 1; k >= 0; k--) {
			logical += (rest % sizes[k]) * strides[layout[k]];
			rest = Math.floor(rest / sizes[k]);
		}
		return logical;
	};
}

/** More reads than that are not followed: a picture would not show them. */
const MOST_FOLLOWED = 300_000;

/**
 * The elements of a program's first input from which an element follows, through everything in between (logical
 * indices); undefined if those are too many, another step's, or none.
 */
export function inputCone(
	program: Program,
	descriptors: readonly Descriptor[],
	trace: TraceTensors,
	place: TensorPlace,
	element: number,
): Set<number> | undefined {
	const wanted = new Map<number, Set<number>>([[place.operator, new Set([element])]]);
	const found = new Set<number>();
	let followed = 0;
	for (let operator = place.operator; operator >= 0; operator--) {
		const elements = wanted.get(operator);
		if (elements === undefined) continue;
		const descriptor = descriptors[operator];
		const at = { step: place.step, operator };
		const operands = descriptor.operands.map((_, k) => operandOf(program, trace, at, k));
		for (const one of elements) {
			for (const { operand, index } of elementReads(descriptor, one, operands)) {
				if (++followed > MOST_FOLLOWED) return undefined;
				const { source, index: of } = descriptor.operands[operand];
				if (source === SOURCE.state) return undefined;
				if (source === SOURCE.input && of === 0) found.add(index);
				if (source !== SOURCE.operator) continue;
				const there = wanted.get(of);
				if (there === undefined) wanted.set(of, new Set([index]));
				else there.add(index);
			}
		}
	}
	if (found.size === 0) return undefined;
	const logical = logicalOf(program.inputs[0]);
	return new Set([...found].map(logical));
}
