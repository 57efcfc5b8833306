import { type FloatType, LIMIT } from "../body.ts";
import { larger } from "../bounds.ts";
import { broadcastMaps } from "../broadcast-maps.ts";
import type { Context, Plan } from "../context.ts";
import { productSums } from "../dot-bounds.ts";
import { fits, planFor, rescaleOf, targetOf } from "../dot-plan.ts";
import type { FormDefinition } from "../form.ts";
import type { Rescale } from "../operator.ts";
import { ensure } from "../program-error.ts";
import { magnitudeOf } from "../range.ts";
import { emitFinish, emitRescale, rowConstant } from "../rescale-nodes.ts";
import { directBound, reduced } from "../rescale-plan.ts";
import { isBounded, requireBroadcast } from "../shape-rules.ts";

/** Add: Σ coefficients[k]·operand k, NumPy broadcasting. One or two operands. */
export interface LinearForm {
	readonly type: "linear";
	readonly coefficients: readonly number[];
}

export const linear: FormDefinition<LinearForm> = {
	kinds: ["Add"],
	operands: [1, 2],
	check({ form: { coefficients }, shape }, operands) {
		ensure(
			coefficients.length === operands.length,
			`${coefficients.length} coefficients, ${operands.length} operands`,
		);
		for (const c of coefficients) ensure(isBounded(c), `coefficient ${c} is not an integer within ±2^31`);
		requireBroadcast(shape, operands);
	},
	maps: (operator, operands) => ({
		...broadcastMaps(operator, operands),
		constants: operator.form.coefficients,
	}),
	plan: (context) => linearPlan(halved(context)),
};

/**
 * The same operator with the factors of two taken out that coefficients, biases and divisors share: what is left to
 * round needs a floor, and what is not needs none.
 */
function halved(context: Context<LinearForm>): Context<LinearForm> {
	const { axes, rows } = rescaleOf(context);
	const plain = rows.map(reduced);
	let { coefficients } = context.form;
	let taken = 0n;
	const isEven = (): boolean =>
		coefficients.every((c) => c % 2 === 0) &&
		plain.every(({ bias, shift }) => shift > taken && (bias >> taken) % 2n === 0n);
	while (isEven()) {
		coefficients = coefficients.map((c) => c / 2);
		taken += 1n;
	}
	if (taken === 0n) return context;
	const rescale = {
		axes,
		rows: plain.map(({ bias, multiplier, shift }) => ({
			bias: bias >> taken,
			multiplier: Number(multiplier),
			shift: Number(shift - taken),
		})),
	};
	return { ...context, form: { ...context.form, coefficients }, operator: { ...context.operator, rescale } };
}

/** Σ coefficient·operand; the rescaling's factor joins the coefficients where that stays exact. */
function linearPlan(context: Context<LinearForm>): Plan {
	const { form, operands } = context;
	const parts = operands.map((operand, k) => {
		const coefficient = { low: form.coefficients[k], high: form.coefficients[k] };
		return productSums(1, operand.range, coefficient);
	});
	const acc = { low: sum(parts.map((part) => part.low)), high: sum(parts.map((part) => part.high)) };
	// Partial results of any magnitude up to the sum of the operands' own.
	const reach = operands.reduce((total, operand, k) => {
		return total + BigInt(magnitudeOf(operand.range)) * BigInt(Math.abs(form.coefficients[k]));
	}, 0n);
	const partial = { low: -reach, high: reach };
	const rescale = rescaleOf(context);
	// What counts nothing is read all the same.
	const read = operands.map(({ range }) => BigInt(magnitudeOf(range)));
	const factor = largestFactor(form.coefficients, rescale);
	const bound = [factor, ...read].reduce(larger, directBound(rescale, [partial]));
	const folded = (["float32", "float64"] as const).find((type) => bound < BigInt(LIMIT[type]));
	const target = targetOf(context);
	if (folded !== undefined) {
		const plan = planFor(context, [acc], folded);
		return {
			name: `${folded} sum of ${operands.length}, rescaled by its coefficients`,
			bound: Number(bound),
			limit: LIMIT[folded],
			emit: (body, values) => {
				const terms = values.map((value, k) => {
					const factors = plan.factors.map((factor) => factor * form.coefficients[k]);
					const cast = body.cast(value, folded);
					if (factors.every((factor) => factor === 1)) return cast;
					return body.op("Mul", [cast, rowConstant(body, folded, factors, target)]);
				});
				if (plan.offsets.some((offset) => offset !== 0)) {
					terms.push(rowConstant(body, folded, plan.offsets, target));
				}
				const total = terms.slice(1).reduce((a, b) => body.op("Add", [a, b]), terms[0]);
				return emitFinish(body, total, plan, target);
			},
		};
	}
	const type: FloatType = "float64";
	if (!fits(partial, type)) throw new Error(`sums reach ${reach}, which float64 does not hold exactly`);
	const plan = planFor(context, [acc]);
	return {
		name: `float64 sum of ${operands.length}`,
		bound: Number(reach),
		limit: LIMIT[type],
		emit: (body, values) => {
			const terms = values.map((value, k) =>
				body.op("Mul", [body.cast(value, type), body.reals(type, [form.coefficients[k]])]),
			);
			return emitRescale(
				body,
				terms.slice(1).reduce((a, b) => body.op("Add", [a, b]), terms[0]),
				plan,
				target,
			);
		},
	};
}

/** The coefficients are constants of the body too, whatever their operands' range (it may be 0 alone). */
function largestFactor(coefficients: readonly number[], { rows }: Rescale): bigint {
	const largest = BigInt(Math.max(...coefficients.map(Math.abs)));
	return rows.reduce((most, row) => larger(most, largest * reduced(row).multiplier), 0n);
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
