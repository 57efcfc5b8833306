import type { Program, TensorRef } from "@umpire/operators/program.ts";

/** The numbers with which an input may choose entries of a table. */
export interface IndexBounds {
	readonly low: number;
	readonly high: number;
}

/** Forms whose output has the numbers of their first operand, wherever they stand. */
const MOVES: ReadonlySet<string> = new Set(["reshape", "transpose", "slice", "expand"]);

/**
 * Inputs that are indices into tables (token ids into an embedding), by their place, with what ONNX's Gather takes: the
 * program clips what is beyond, so that any input has a result, where the model would refuse it.
 */
export function indexInputs(program: Program): ReadonlyMap<number, IndexBounds> {
	const bounds = new Map<number, IndexBounds>();
	const bind = (input: number | undefined, low: number, high: number) => {
		if (input === undefined) return;
		const known = bounds.get(input);
		bounds.set(input, { low: Math.max(low, known?.low ?? low), high: Math.min(high, known?.high ?? high) });
	};
	for (const { form, operands } of program.operators) {
		if (form.type !== "gather") continue;
		const [index, data] = operands;
		const size = shapeOf(program, data)?.[form.axis];
		if (size === undefined) continue;
		bind(inputOf(program, index), 0, size - 1);
		// Negative indices count from the end: a table that has both halves makes them positive.
		const wrapped = index.source === "operator" ? program.operators[index.index] : undefined;
		if (wrapped?.form.type !== "lookup" || wrapped.form.base !== -size) continue;
		bind(inputOf(program, wrapped.operands[0]), -size, size - 1);
	}
	return bounds;
}

/** The input whose numbers a tensor has; undefined if it has others. */
function inputOf(program: Program, ref: TensorRef): number | undefined {
	const { source, index } = ref;
	if (source === "input") return index;
	if (source === "state") return ref.initial;
	if (source !== "operator") return undefined;
	const { form, operands } = program.operators[index];
	return MOVES.has(form.type) && operands.length === 1 ? inputOf(program, operands[0]) : undefined;
}

function shapeOf({ operators, constants, inputs }: Program, { source, index }: TensorRef) {
	const tensors = source === "constant" ? constants : source === "input" ? inputs : operators;
	return tensors[index]?.shape;
}
