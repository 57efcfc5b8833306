import { alike } from "@umpire/onnx/lazy-data.ts";
import type { Context, Plan } from "./context.ts";
import { ExactnessError } from "./errors.ts";
import { definitionOf, type Form } from "./forms.ts";
import type { Program } from "./program.ts";
import { rangeOf } from "./ranges.ts";
import { tensorOf } from "./tensors.ts";

interface Planned {
	readonly context: Context<Form>;
	readonly plan: Plan;
}

/** Planning adds up all weights: once per program. */
const cache = new WeakMap<Program, Map<number, Planned>>();

/**
 * How an operator of a program is computed exactly.
 * @throws ExactnessError naming the operator, if no way is known.
 */
export function planOf(program: Program, index: number): Planned {
	const known = cache.get(program) ?? new Map<number, Planned>();
	cache.set(program, known);
	const planned = known.get(index) ?? makePlan(program, index);
	known.set(index, planned);
	return planned;
}

function makePlan(program: Program, index: number): Planned {
	const context = contextOf(program, index);
	try {
		const plan = definitionOf(context.form).plan(context);
		if (!(plan.bound < plan.limit))
			throw new Error(`integers reach ${plan.bound}, the limit is ${plan.limit}`);
		return { context, plan };
	} catch (error) {
		throw new ExactnessError(index, program.operators[index], error as Error);
	}
}

function contextOf(program: Program, index: number): Context<Form> {
	const operator = program.operators[index];
	const operands = operator.operands.map((ref) => {
		const own = { spec: tensorOf(program, ref), range: rangeOf(program, ref) };
		// A plan is kept: the elements of its constants are not, where they are made when they are asked for.
		return ref.source === "constant" ? alike(program.constants[ref.index], own) : { ...own, data: undefined };
	});
	return { operator, form: operator.form, operands };
}
