import { type Body, type FloatType, LIMIT } from "../body.ts";
import { larger } from "../bounds.ts";
import { broadcastMaps } from "../broadcast-maps.ts";
import { type Context, carrier, type Plan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { magnitudeOf, type Range } from "../range.ts";
import { ROUNDING, type Rounding } from "../rounding.ts";
import { requireBroadcast } from "../shape-rules.ts";

/** Div: numerator·operand 0 / operand 1, rounded to a whole number and clipped; 0 where operand 1 is 0. NumPy broadcasting. */
export interface QuotientForm {
	readonly type: "quotient";
	readonly numerator: number;
	readonly rounding: Rounding;
}

const MAX_NUMERATOR = 2 ** 48;

/**
 * Floors of quotients are exact while 2·a·|x| + |y| stays below half of what a type holds exactly: in float64 that is
 * what the protocol admits (docs/protocol.md section 2).
 */
const QUOTIENT_LIMIT: Readonly<Record<FloatType, number>> = { float32: 2 ** 23, float64: 2 ** 52 };

export const quotient: FormDefinition<QuotientForm> = {
	kinds: ["Div"],
	operands: [2, 2],
	check({ form: { numerator, rounding }, shape }, operands) {
		const valid = Number.isInteger(numerator) && numerator >= 1 && numerator <= MAX_NUMERATOR;
		ensure(valid, `numerator ${numerator} is not in 1 … 2^48`);
		ensure(Object.hasOwn(ROUNDING, rounding), `unknown rounding ${rounding}`);
		requireBroadcast(shape, operands);
	},
	range: ({ low, high }) => ({ low, high }),
	maps: (operator, operands) => ({
		...broadcastMaps(operator, operands),
		constants: [operator.form.numerator, ROUNDING[operator.form.rounding]],
	}),
	plan: quotientPlan,
};

/**
 * a·x / y, rounded and clipped. A correctly rounded quotient of integers below half of what its type holds exactly
 * never reaches the next whole number: it is at least 1/|y| away from it, and half a unit in its last place is less.
 */
function quotientPlan(context: Context<QuotientForm>): Plan {
	const { form, operands, operator } = context;
	const [x, y] = operands;
	const { numerator, rounding } = form;
	const dividends = BigInt(2 * numerator) * BigInt(magnitudeOf(x.range));
	const divisors = BigInt(magnitudeOf(y.range));
	const zero = y.range.low <= 0 && y.range.high >= 0;
	const type = typeOf(context, dividends + divisors);
	// A divisor so large that nothing but 0 is left, where it stands for 0: unless what is below 0 is rounded down.
	const beyond = zero && rounding !== "floor" ? divisorBeyond(numerator, x.range, type) : 1;
	const bound = dividends + larger(divisors, BigInt(beyond));
	return {
		name: `${type} quotient, rounded ${rounding === "zero" ? "towards 0" : rounding === "floor" ? "down" : "to nearest"}`,
		bound: Number(bound),
		limit: QUOTIENT_LIMIT[type],
		emit: (body, values) => {
			const [dividend, given] = values.map((value) => body.cast(value, type));
			const scalar = (value: number): string => body.reals(type, [value]);
			const isZero = zero ? body.op("Equal", [given, scalar(0)], {}, "bool") : undefined;
			const divisor =
				isZero === undefined ? given : body.op("Where", [isZero, scalar(beyond), given], {}, type);
			const scaled = (factor: number): string =>
				factor === 1 ? dividend : body.op("Mul", [dividend, scalar(factor)]);
			let quotient: string;
			if (rounding === "nearest") {
				const sum = body.op("Add", [scaled(2 * numerator), divisor]);
				quotient = body.op("Floor", [body.op("Div", [sum, body.op("Mul", [divisor, scalar(2)])])]);
			} else {
				quotient = body.op("Div", [scaled(numerator), divisor]);
				quotient = rounding === "floor" ? body.op("Floor", [quotient]) : emitTruncate(body, quotient, type);
			}
			if (isZero !== undefined && beyond === 1)
				quotient = body.op("Where", [isZero, scalar(0), quotient], {}, type);
			const clipped = body.op("Clip", [quotient, scalar(operator.low), scalar(operator.high)]);
			return body.cast(clipped, carrier(operator));
		},
	};
}

/** A power of two above twice what is divided, if its type holds their sum and twice it; 1 otherwise. */
function divisorBeyond(numerator: number, range: Range, type: FloatType): number {
	const most = 2 * numerator * magnitudeOf(range);
	const power = 2 ** (Math.floor(Math.log2(Math.max(1, most))) + 1);
	return power < QUOTIENT_LIMIT[type] / 2 ? power : 1;
}

/** float32 where it holds the numbers, the factors and the clip; nothing that is carried in float64 is cast to it. */
function typeOf({ form, operands, operator }: Context<QuotientForm>, bound: bigint): FloatType {
	const isSmall =
		bound < BigInt(QUOTIENT_LIMIT.float32) &&
		2 * form.numerator < LIMIT.float32 &&
		[operator, ...operands.map(({ spec }) => spec)].every((spec) => carrier(spec) === "float32");
	return isSmall ? "float32" : "float64";
}

function emitTruncate(body: Body, value: string, type: FloatType): string {
	const negative = body.op("Less", [value, body.reals(type, [0])], {}, "bool");
	const [ceil, floor] = ["Ceil", "Floor"].map((opType) => body.op(opType, [value]));
	return body.op("Where", [negative, ceil, floor], {}, type);
}
