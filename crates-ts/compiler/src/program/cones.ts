import { identityLayout } from "@umpire/graph/shapes.ts";
import { alike } from "@umpire/onnx/lazy-data.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import { DEFAULT_LIMITS } from "@umpire/operators/limits.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type {
	ConstantTensor,
	Descriptor,
	Operator,
	Program,
	TensorRef,
	TensorSpec,
} from "@umpire/operators/program.ts";
import { tensorOf } from "@umpire/operators/tensors.ts";
import { validateCone } from "@umpire/operators/validate-cone.ts";

type Layout = readonly number[];

/**
 * Gives products whose cones are too long to be settled copies of their operands in a layout in
 * which they are not, and matrix products that are settled in parts copies with which one part is
 * enough: a dispute then takes no partial results, which cost a round and 300,000 gas.
 * `chooseLayouts` decides once per tensor; where its consumers disagree, as a layer and its
 * gradient do, or a long kernel wants another axis last than the channels, this decides per consumer.
 *
 * @returns the program, and for each of its operators its number before, undefined for a copy
 */
export function shortenCones(program: Program): { program: Program; from: (number | undefined)[] } {
	const constants = [...program.constants];
	const operators: Operator[] = [];
	const from: (number | undefined)[] = [];
	const moved: number[] = [];
	const copies = new Map<string, TensorRef>();
	const current = (): Program => ({ ...program, constants, operators });
	const add = (operator: Operator, before?: number): number =>
		from.push(before) && operators.push(operator) - 1;

	const copyOf = (ref: TensorRef, layout: Layout, { node, opType }: Operator): TensorRef => {
		const spec = tensorOf(current(), ref);
		if (String(spec.layout) === String(layout)) return ref;
		const key = `${ref.source}:${ref.index}:${layout}`;
		const known = copies.get(key);
		if (known) return known;
		let copy: TensorRef;
		if (ref.source === "constant") {
			copy = { source: "constant", index: constants.push(laidOut(constants[ref.index], layout)) - 1 };
		} else {
			const { shape, width, low, high, scale } = spec;
			const view = { shape, layout, width, low, high, scale, kind: "View", operands: [ref] } as const;
			copy = { source: "operator", index: add({ ...view, form: { type: "reshape" }, node, opType }) };
		}
		copies.set(key, copy);
		return copy;
	};

	for (const [before, old] of program.operators.entries()) {
		const operands = old.operands.map((ref) =>
			ref.source === "operator" ? { ...ref, index: moved[ref.index] } : ref,
		);
		let operator: Operator = { ...old, operands };
		if (operator.kind === "Dot") {
			const specs = operands.map((ref) => tensorOf(current(), ref));
			const wish = settles(current(), operator) ? settlesAtOnce : settles;
			const layouts = wish(current(), operator)
				? undefined
				: candidates(operator, specs).find((some) => wish(...withLayouts(current(), operator, specs, some)));
			if (layouts) {
				const copied = operands.map((ref, k) => copyOf(ref, layouts[k], old));
				operator = { ...operator, operands: copied };
			}
		}
		moved[before] = add(operator, before);
	}
	const outputs = program.outputs.map((output) => ({ ...output, operator: moved[output.operator] }));
	return { program: { ...program, constants, operators, outputs }, from };
}

function laidOut(constant: ConstantTensor, layout: Layout): ConstantTensor {
	const { name, shape, width, low, high, scale } = constant;
	return alike(constant, { name, shape, layout, width, low, high, scale });
}

function settles(program: Program, operator: Operator): boolean {
	try {
		validateCone(descriptorIn(program, operator), { left: DEFAULT_LIMITS.counting });
		return true;
	} catch {
		return false;
	}
}

/**
 * Whether the first element of a matrix product has one part: all read alike, but for where leaves begin. Of others no
 * more is wished than that they settle.
 */
function settlesAtOnce(program: Program, operator: Operator): boolean {
	if (!settles(program, operator)) return false;
	return operator.form.type !== "matmul" || partCount(descriptorIn(program, operator), 0) === 1;
}

function descriptorIn(program: Program, operator: Operator): Descriptor {
	const operators = [...program.operators, operator];
	return descriptorOf({ ...program, operators }, operators.length - 1);
}

/** The program with both operands as inputs of these layouts, to try them without making copies. */
function withLayouts(
	program: Program,
	operator: Operator,
	specs: readonly TensorSpec[],
	layouts: readonly Layout[],
): [Program, Operator] {
	const inputs = specs.map((spec, k) => ({ ...spec, layout: layouts[k], name: `operand ${k}` }));
	const operands = specs.map((_, index) => ({ source: "input", index }) as const);
	return [
		{ ...program, inputs },
		{ ...operator, operands },
	];
}

/** Layouts of both operands in which the products along one reduced axis are neighbours, the longest axis first. */
function candidates({ form }: Operator, [x, w]: readonly TensorSpec[]): (readonly Layout[])[] {
	const rank = x.shape.length;
	if (form.type === "conv") {
		return identityLayout(rank)
			.slice(1)
			.sort((a, b) => w.shape[b] - w.shape[a])
			.map((axis) => [last(rank, axis), last(rank, axis)]);
	}
	if (form.type === "matmul") {
		return [[identityLayout(rank), last(w.shape.length, w.shape.length - 2)]];
	}
	if (form.type === "sum") return [[last(rank, Math.max(...form.axes)), w.layout]];
	return [[identityLayout(rank), w.layout]];
}

/** The axes in order, but for one that comes last. */
function last(rank: number, axis: number): number[] {
	return [...identityLayout(rank).filter((other) => other !== axis), axis];
}
