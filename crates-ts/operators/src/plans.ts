import { argmaxPlan } from "./argmax/function.ts";
import { concatPlan } from "./concat/function.ts";
import { type Context, contextOf, type OperatorContext, type Plan } from "./context.ts";
import { convPlan } from "./conv/function.ts";
import { dilatePlan } from "./dilate/function.ts";
import { elementwisePlan } from "./elementwise/function.ts";
import { ExactnessError } from "./errors.ts";
import { expandPlan } from "./expand/function.ts";
import { gatherPlan } from "./gather/function.ts";
import { gatherElementsPlan } from "./gather-elements/function.ts";
import { linearPlan } from "./linear/function.ts";
import { lookupPlan } from "./lookup/function.ts";
import { matmulPlan } from "./matmul/function.ts";
import { padPlan } from "./pad/function.ts";
import { poolPlan } from "./pool/function.ts";
import { productPlan } from "./product/function.ts";
import type { Form, Program } from "./program.ts";
import { quotientPlan } from "./quotient/function.ts";
import { reducePlan } from "./reduce/function.ts";
import { reshapePlan } from "./reshape/function.ts";
import { selectPlan } from "./select/function.ts";
import { slicePlan } from "./slice/function.ts";
import { sumPlan } from "./sum/function.ts";
import { tilePlan } from "./tile/function.ts";
import { transposePlan } from "./transpose/function.ts";

/** One line per form. */
const PLANNERS: { readonly [T in Form["type"]]: (context: Context<T>) => Plan } = {
	conv: convPlan,
	matmul: matmulPlan,
	sum: sumPlan,
	pool: poolPlan,
	linear: linearPlan,
	product: productPlan,
	reduce: reducePlan,
	elementwise: elementwisePlan,
	reshape: reshapePlan,
	transpose: transposePlan,
	slice: slicePlan,
	pad: padPlan,
	concat: concatPlan,
	expand: expandPlan,
	tile: tilePlan,
	dilate: dilatePlan,
	lookup: lookupPlan,
	gather: gatherPlan,
	gatherElements: gatherElementsPlan,
	quotient: quotientPlan,
	select: selectPlan,
	argmax: argmaxPlan,
};

interface Planned {
	readonly context: OperatorContext;
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
	const planner = PLANNERS[context.form.type] as (context: OperatorContext) => Plan;
	try {
		const plan = planner(context);
		if (!(plan.bound < plan.limit))
			throw new Error(`integers reach ${plan.bound}, the limit is ${plan.limit}`);
		return { context, plan };
	} catch (error) {
		throw new ExactnessError(index, program.operators[index], error as Error);
	}
}
