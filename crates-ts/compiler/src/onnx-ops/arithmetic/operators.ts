import { lowerPow } from "../../lower/tables.ts";
import { lowerMod } from "../integers/integer-table.ts";
import { type OnnxOperator, operator } from "../operator.ts";
import { lowerCast } from "./cast.ts";
import { decomposeAffine, decomposeImageScaler, decomposeScaled } from "./experimental.ts";
import { lowerClip, lowerMax } from "./max.ts";
import {
	decomposeCastLike,
	decomposeClip,
	decomposeMod,
	decomposePow,
	decomposePRelu,
} from "./operands-from-inputs.ts";
import { lowerPRelu } from "./prelu.ts";
import { lowerDiv, lowerMul } from "./scale.ts";
import { lowerSum } from "./sum.ts";

const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** Sums, products, quotients, clips and casts, element by element. */
export const ARITHMETIC: readonly OnnxOperator[] = [
	operator({
		name: "Add",
		since: 1,
		lower: lowerSum(ones),
		summary: "a linear combination of its operands, with NumPy broadcasting",
	}),
	operator({
		name: "Affine",
		since: 1,
		decompose: decomposeAffine,
		summary: "of ONNX's first opset: alpha·x + beta",
	}),
	operator({
		name: "Cast",
		since: 1,
		lower: lowerCast,
		summary: "between numeric types: towards zero from floats, the low bits of integers",
	}),
	operator({
		name: "CastLike",
		since: 15,
		decompose: decomposeCastLike,
		summary: "the second operand only says the type",
	}),
	operator({
		name: "Clip",
		since: 1,
		lower: lowerClip,
		decompose: decomposeClip,
		summary: "at the operand's own scale; with bounds from the inputs a Max and a Min",
	}),
	operator({
		name: "Div",
		since: 1,
		lower: lowerDiv,
		summary: "by a constant it is a product, of a constant number a table",
	}),
	operator({
		name: "ImageScaler",
		since: 1,
		decompose: decomposeImageScaler,
		summary: "of ONNX's first opset: scale·x + bias, which is per channel",
	}),
	operator({
		name: "Max",
		since: 1,
		lower: lowerMax(false),
		summary: "of any number of operands, at one scale; with a constant number a clip",
	}),
	operator({
		name: "Mean",
		since: 1,
		lower: lowerSum((count) => ones(count).map(() => 1 / count)),
		summary: "a linear combination of its operands, each by one over their number",
	}),
	operator({
		name: "Min",
		since: 1,
		lower: lowerMax(true),
		summary: "−max(−x) of any number of operands; with a constant number a clip",
	}),
	operator({
		name: "Mod",
		since: 10,
		lower: lowerMod,
		decompose: decomposeMod,
		summary: "by a constant number a table; by another x − y·⌊x / y⌋, or towards zero",
	}),
	operator({
		name: "Mul",
		since: 1,
		lower: lowerMul,
		summary: "of two activations, or of one and a constant",
	}),
	operator({
		name: "Neg",
		since: 1,
		lower: lowerSum(() => [-1]),
		summary: "a linear combination of one operand: −x",
	}),
	operator({
		name: "PRelu",
		since: 1,
		lower: lowerPRelu,
		decompose: decomposePRelu,
		summary: "max(x, 0) + slope·min(x, 0)",
	}),
	operator({
		name: "ParametricSoftplus",
		since: 1,
		decompose: decomposeScaled("Softplus"),
		summary: "of ONNX's first opset: alpha·softplus(beta·x)",
	}),
	operator({
		name: "Pow",
		since: 1,
		lower: lowerPow,
		decompose: decomposePow,
		summary:
			"with a constant exponent or base a table; of many exponents a table for each, of two tensors exp(y·log x)",
	}),
	operator({ name: "Relu", since: 1, lower: lowerClip, summary: "a clip at the operand's own scale" }),
	operator({
		name: "Scale",
		since: 1,
		decompose: decomposeAffine,
		summary: "of ONNX's first opset: scale·x",
	}),
	operator({
		name: "ScaledTanh",
		since: 1,
		decompose: decomposeScaled("Tanh"),
		summary: "of ONNX's first opset: alpha·tanh(beta·x)",
	}),
	operator({
		name: "Sub",
		since: 1,
		lower: lowerSum(() => [1, -1]),
		summary: "a linear combination of its operands, with NumPy broadcasting",
	}),
	operator({
		name: "Sum",
		since: 1,
		lower: lowerSum(ones),
		summary: "a linear combination of its operands, with NumPy broadcasting",
	}),
];
