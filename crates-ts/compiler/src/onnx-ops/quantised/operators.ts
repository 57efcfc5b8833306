import { type OnnxOperator, operator } from "../operator.ts";
import {
	decomposeConvInteger,
	decomposeMatMulInteger,
	decomposeQLinearConv,
	decomposeQLinearMatMul,
} from "./integer-products.ts";
import {
	decomposeDequantizeLinear,
	decomposeDynamicQuantizeLinear,
	decomposeQuantizeLinear,
} from "./linear.ts";

/** Quantised operators. */
export const QUANTISED: readonly OnnxOperator[] = [
	operator({
		name: "ConvInteger",
		since: 10,
		decompose: decomposeConvInteger,
		summary: "the convolution of what the integers stand for",
	}),
	operator({
		name: "DequantizeLinear",
		since: 10,
		decompose: decomposeDequantizeLinear,
		summary: "(x − zero point)·scale, per tensor, per axis and in blocks",
	}),
	operator({
		name: "DynamicQuantizeLinear",
		since: 11,
		decompose: decomposeDynamicQuantizeLinear,
		summary: "the scale covers the tensor's own range and 0",
	}),
	operator({
		name: "MatMulInteger",
		since: 10,
		decompose: decomposeMatMulInteger,
		summary: "the product of what the integers stand for",
	}),
	operator({
		name: "QLinearConv",
		since: 10,
		decompose: decomposeQLinearConv,
		summary: "the scales go into the weights, so that the product counts units of the result",
	}),
	operator({
		name: "QLinearMatMul",
		since: 10,
		decompose: decomposeQLinearMatMul,
		summary: "the scales go into the factors, so that the product counts units of the result",
	}),
	operator({
		name: "QuantizeLinear",
		since: 10,
		decompose: decomposeQuantizeLinear,
		summary: "x / scale + zero point, rounded and clipped, per tensor, per axis and in blocks",
	}),
];
