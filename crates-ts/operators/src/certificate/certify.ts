import type { OperandContext, OperatorContext } from "../context.ts";
import { carrier } from "../context.ts";
import { ExactnessError } from "../errors.ts";
import { functionOf, stored } from "../functions.ts";
import { heldRange, isNarrow, type TravelType } from "../narrow.ts";
import { planOf } from "../plans.ts";
import type { Program } from "../program.ts";
import { rangeOf } from "../ranges.ts";
import { elementCount } from "../tensors.ts";
import { travelTypes } from "../travel.ts";
import { type Abstract, uniform } from "./abstract.ts";
import type { Reach } from "./exact.ts";
import { walk } from "./walk.ts";

/** A body's tensors are at most this large, and this many times the size of its operands and result besides. */
const MOST_ELEMENTS = 2 ** 22;
const MOST_TIMES = 64;

/** How far one operator's numbers reach in the bodies that a session may run. */
export interface Certified {
	readonly plan: string;
	readonly reach: Reach;
}

/**
 * Builds and walks the ONNX functions of all operators, as they are run when the outputs alone are recorded and as
 * they are when the whole trace is.
 *
 * @throws ExactnessError naming the first operator whose body cannot be built or may round
 */
export function certify(program: Program): Certified[] {
	const outputs = new Set(program.outputs.map(({ operator }) => operator));
	for (const { operands } of program.operators) {
		for (const { source, index } of operands) if (source === "state") outputs.add(index);
	}
	const travel = travelTypes(program, outputs);
	return program.operators.map((operator, index) => {
		const { context, plan } = planOf(program, index);
		const differs =
			travel.has(index) ||
			operator.operands.some((ref) => ref.source === "operator" && travel.has(ref.index));
		const none = new Map<number, TravelType>();
		const variants = differs ? [none, travel] : [none];
		try {
			const reaches = variants.map((variant) => reachOf(program, index, context, variant));
			const reach = reaches.reduce((a, b) => (a.bound / a.limit >= b.bound / b.limit ? a : b));
			return { plan: plan.name, reach };
		} catch (error) {
			throw new ExactnessError(index, operator, error as Error);
		}
	});
}

function reachOf(
	program: Program,
	index: number,
	context: OperatorContext,
	travel: ReadonlyMap<number, TravelType>,
): Reach {
	const definition = functionOf(program, index, travel);
	const operands = context.operands.map((operand, k): Abstract => {
		const { source, index: from } = program.operators[index].operands[k];
		return abstractOf(operand, source === "operator" ? travel.get(from) : undefined);
	});
	const { result, reach, elements } = walk(definition, operands);
	const known = [program.operators[index], ...context.operands.map(({ spec }) => spec)];
	const most = MOST_ELEMENTS + MOST_TIMES * known.reduce((sum, { shape }) => sum + elementCount(shape), 0);
	if (elements > most) {
		throw new Error(`its body makes a tensor of ${elements} elements on the way, more than ${most}`);
	}
	const own = rangeOf(program, { source: "operator", index });
	const carried = travel.get(index);
	const { low, high } = isNarrow(carried) ? heldRange(carried, own) : own;
	const { cells, type } = result;
	if (cells.low.some((value, i) => !(value >= low && cells.high[i] <= high && cells.unit[i] >= 1))) {
		throw new Error(`its results may leave ${low} … ${high}`);
	}
	const { shape } = program.operators[index];
	if (result.shape.length !== shape.length || shape.some((size, axis) => result.shape[axis] !== size)) {
		throw new Error(`its result has shape [${result.shape}], [${shape}] expected`);
	}
	const expected = carried ?? carrier(program.operators[index]);
	if (type !== expected) throw new Error(`its result is ${type}, ${expected} expected`);
	return reach;
}

function abstractOf({ spec, range, data }: OperandContext, travel: TravelType | undefined): Abstract {
	const { low, high } = isNarrow(travel) ? heldRange(travel, range) : range;
	const cells = uniform(spec.shape.length, low, high);
	const type = data !== undefined ? stored(spec) : (travel ?? carrier(spec));
	return { name: "", type, shape: spec.shape, cells, data };
}
