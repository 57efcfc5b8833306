import { lowerUnary } from "../../lower/tables.ts";
import { type OnnxOperator, operator } from "../operator.ts";

/** An operator of lower/functions.ts. */
function unary(name: string, since: number): OnnxOperator {
	return operator({
		name,
		since,
		lower: lowerUnary,
		summary: "a table of the function, computed in float64",
	});
}

/** Functions of one variable: tables. */
export const FUNCTIONS: readonly OnnxOperator[] = [
	unary("Abs", 1),
	unary("Acos", 7),
	unary("Acosh", 9),
	unary("Asin", 7),
	unary("Asinh", 9),
	unary("Atan", 7),
	unary("Atanh", 9),
	unary("Ceil", 1),
	unary("Celu", 12),
	unary("Cos", 7),
	unary("Cosh", 9),
	unary("Elu", 1),
	unary("Erf", 9),
	unary("Exp", 1),
	unary("Floor", 1),
	unary("Gelu", 20),
	unary("HardSigmoid", 1),
	unary("HardSwish", 14),
	unary("LeakyRelu", 1),
	unary("Log", 1),
	unary("Mish", 18),
	unary("Reciprocal", 1),
	unary("Round", 11),
	unary("Selu", 1),
	unary("Shrink", 9),
	unary("Sigmoid", 1),
	unary("Sign", 9),
	unary("Sin", 7),
	unary("Sinh", 9),
	unary("Softplus", 1),
	unary("Softsign", 1),
	unary("Sqrt", 1),
	unary("Swish", 24),
	unary("Tan", 7),
	unary("Tanh", 1),
	unary("ThresholdedRelu", 10),
];
