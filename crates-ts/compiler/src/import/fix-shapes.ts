import { CompileError } from "@umpire/graph/errors.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Model, Tensor, ValueInfo } from "@umpire/onnx/model.ts";

/**
 * Gives every input a fixed shape: from `shapes` (by input name), else from the calibration
 * inputs, else from the model; a first dimension that nothing fixes becomes 1.
 * Annotations of other values are dropped: they may state symbolic sizes.
 * @throws CompileError if another dimension has no size, or sizes contradict the model
 */
export function fixShapes(
	model: Model,
	shapes: Readonly<Record<string, readonly number[]>> = {},
	calibration: readonly Tensor[] = [],
): Model {
	const { graph } = model;
	for (const name of Object.keys(shapes)) {
		if (!graph.inputs.some((input) => input.name === name)) {
			const names = graph.inputs.map((input) => `"${input.name}"`).join(", ");
			throw new CompileError(`a shape is given for "${name}", which is not an input`, {
				hint: `The inputs are ${names}`,
			});
		}
	}
	const symbols = new Map<string, number>();
	graph.inputs.forEach((input, k) => {
		const given = shapes[input.name] ?? calibration[k]?.dims;
		input.dims?.forEach((size, axis) => {
			if (typeof size === "string" && given?.length === input.dims?.length) symbols.set(size, given[axis]);
		});
	});
	const inputs = graph.inputs.map((input, k) =>
		fixInput(input, shapes[input.name] ?? calibration[k]?.dims, symbols),
	);
	return {
		...model,
		graph: {
			...graph,
			inputs,
			outputs: graph.outputs.map((output) => ({ ...output, dims: null })),
			valueInfo: [],
		},
	};
}

function fixInput(
	input: ValueInfo,
	given: readonly number[] | undefined,
	symbols: ReadonlyMap<string, number>,
): ValueInfo {
	const { name, dims } = input;
	if (dims === null) {
		if (given) return { ...input, dims: given };
		throw new CompileError(`input "${name}" has no declared shape`, { hint: shapeHint(name) });
	}
	const declared = `[${dims.map((size) => size ?? "?").join(", ")}]`;
	if (given && given.length !== dims.length) {
		throw new CompileError(`input "${name}" is declared as ${declared}, given is [${given.join(", ")}]`, {
			hint: "Give data or a shape of that rank",
		});
	}
	const fixed = dims.map((size, axis) => {
		if (typeof size === "number" && size > 0) {
			if (given && given[axis] !== size) {
				throw new CompileError(`input "${name}" is declared as ${declared}, given is [${given.join(", ")}]`, {
					hint: `Dimension ${axis} must be ${size}`,
				});
			}
			return size;
		}
		const known = given?.[axis] ?? (typeof size === "string" ? symbols.get(size) : undefined);
		if (known !== undefined) return known;
		if (axis === 0) return 1;
		throw new CompileError(`input "${name}" has no size for dimension ${axis} of ${declared}`, {
			hint: shapeHint(name),
		});
	});
	if (sizeOf(fixed) === 0) {
		throw new CompileError(`input "${name}" has no elements: its shape is [${fixed.join(", ")}]`, {
			hint: "Give every dimension a size of at least 1",
		});
	}
	return { ...input, dims: fixed };
}

function shapeHint(name: string): string {
	return `State its shape (shapes: { "${name}": [1, …] }) or give a sample input`;
}
