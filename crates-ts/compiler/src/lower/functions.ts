import { float, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";

export type RealFunction = (x: number) => number;

/**
 * The unary ONNX operators in float64, from the ONNX specification. Tables are filled from
 * these and never from onnxruntime, whose last bits depend on the machine.
 */
export const UNARY: Readonly<Record<string, (node: Node) => RealFunction>> = {
	Abs: () => Math.abs,
	Acos: () => Math.acos,
	Acosh: () => Math.acosh,
	Asin: () => Math.asin,
	Asinh: () => Math.asinh,
	Atan: () => Math.atan,
	Atanh: () => Math.atanh,
	Ceil: () => Math.ceil,
	Celu: (node) => {
		const alpha = float(node, "alpha", 1);
		return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
	},
	Cos: () => Math.cos,
	Cosh: () => Math.cosh,
	Elu: (node) => {
		const alpha = float(node, "alpha", 1);
		return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
	},
	Erf: () => erf,
	Exp: () => Math.exp,
	Floor: () => Math.floor,
	Gelu: (node) => (string(node, "approximate", "none") === "tanh" ? geluTanh : gelu),
	HardSigmoid: (node) => {
		const alpha = float(node, "alpha", 0.2);
		const beta = float(node, "beta", 0.5);
		return (x) => Math.max(0, Math.min(1, alpha * x + beta));
	},
	HardSwish: () => (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
	LeakyRelu: (node) => {
		const alpha = float(node, "alpha", 0.01);
		return (x) => (x < 0 ? alpha * x : x);
	},
	Log: () => (x) => (x > 0 ? Math.log(x) : Number.NEGATIVE_INFINITY),
	Mish: () => (x) => x * Math.tanh(softplus(x)),
	Reciprocal: () => (x) => 1 / x,
	Round: () => roundHalfEven,
	Selu: (node) => {
		const alpha = float(node, "alpha", 1.6732631921768188);
		const gamma = float(node, "gamma", 1.0507010221481323);
		return (x) => gamma * (x > 0 ? x : alpha * Math.expm1(x));
	},
	Shrink: (node) => {
		const lambd = float(node, "lambd", 0.5);
		const bias = float(node, "bias", 0);
		return (x) => (x < -lambd ? x + bias : x > lambd ? x - bias : 0);
	},
	Sigmoid: () => sigmoid,
	Sign: () => Math.sign,
	Sin: () => Math.sin,
	Sinh: () => Math.sinh,
	Softplus: () => softplus,
	Softsign: () => (x) => x / (1 + Math.abs(x)),
	Sqrt: () => (x) => (x > 0 ? Math.sqrt(x) : 0),
	Swish: (node) => {
		const alpha = float(node, "alpha", 1);
		return (x) => x * sigmoid(alpha * x);
	},
	Tan: () => Math.tan,
	Tanh: () => Math.tanh,
	ThresholdedRelu: (node) => {
		const alpha = float(node, "alpha", 1);
		return (x) => (x > alpha ? x : 0);
	},
};

/** Says all that UNARY's function of a node depends on; no function depends on a list, and a node with one is like no other. */
export function keyOfUnary({ name, opType, attributes }: Node): string {
	const parts = [...attributes].map(([attribute, { type, value }]) => {
		const isPlain = type === "float" || type === "int" || type === "string";
		return [attribute, type, isPlain ? String(value) : name];
	});
	return JSON.stringify([opType, parts]);
}

function sigmoid(x: number): number {
	return x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x));
}

function softplus(x: number): number {
	return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function gelu(x: number): number {
	return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

function geluTanh(x: number): number {
	return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

function roundHalfEven(x: number): number {
	const floor = Math.floor(x);
	const rest = x - floor;
	if (rest !== 0.5) return Math.round(x);
	return floor % 2 === 0 ? floor : floor + 1;
}

/** erf by its Taylor series up to 3 and a continued fraction beyond (Abramowitz and Stegun 7.1.6, 7.1.14); errors below 1e-13. */
export function erf(x: number): number {
	const z = Math.abs(x);
	if (z > 6) return Math.sign(x);
	const value = z < 3 ? erfSeries(z) : 1 - erfcFraction(z);
	return x < 0 ? -value : value;
}

function erfSeries(z: number): number {
	let term = z;
	let sum = z;
	for (let n = 1; Math.abs(term) > 1e-17 * sum && n < 200; n++) {
		term *= (2 * z * z) / (2 * n + 1);
		sum += term;
	}
	return (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum;
}

function erfcFraction(z: number): number {
	let fraction = z;
	for (let k = 60; k >= 1; k--) fraction = z + k / 2 / fraction;
	return Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction);
}
