import { FORMS } from "@umpire/operators/forms.ts";
import { isRescaled } from "@umpire/operators/kinds.ts";
import type {
	ConstantTensor,
	Form,
	Kind,
	Program,
	TensorRef,
	TensorSpec,
} from "@umpire/operators/program.ts";

/** One small operator of a form; operands are inputs unless they have `data`. */
export interface Example {
	/** Where the form's kind leaves a choice. */
	readonly kind?: Kind;
	readonly form: Form;
	readonly operands: readonly Operand[];
	readonly shape: readonly number[];
	/** What the element of the output at its indices is. */
	readonly element: string;
}

interface Operand {
	readonly shape: readonly number[];
	readonly data?: readonly number[];
}

const x = (...shape: number[]): Operand => ({ shape });
const constant = (data: readonly number[], ...shape: number[]): Operand => ({ shape, data });
const ones = (size: number): Operand => constant(new Array<number>(size).fill(1), size);
const ramp = (size: number): number[] => Array.from({ length: size }, (_, k) => (k % 7) - 3);
const WINDOW = { strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] };

/** The examples of every form. */
export const EXAMPLES: { readonly [T in Form["type"]]: readonly Example[] } = {
	conv: [
		{
			form: { type: "conv", ...WINDOW, strides: [1, 1], pads: [1, 1, 1, 1], group: 1 },
			operands: [x(1, 2, 4, 4), constant(ramp(54), 3, 2, 3, 3)],
			shape: [1, 3, 4, 4],
			element:
				"y[n, m, o] = φ(Σ x[n, g·C/group + c, o·stride + k·dilation − pad]·w[m, c, k]) over c and k; g is m's group; 0 outside of x",
		},
	],
	matmul: [
		{
			form: { type: "matmul" },
			operands: [x(2, 3), x(3, 2)],
			shape: [2, 2],
			element: "y[…, i, j] = φ(Σ a[…, i, k]·b[…, k, j]) over k",
		},
	],
	sum: [
		{
			form: { type: "sum", axes: [1] },
			operands: [x(2, 4), ones(4)],
			shape: [2, 1],
			element: "y[i] = φ(Σ x[i with other positions along axes])",
		},
	],
	pool: [
		{
			kind: "Dot",
			form: { type: "pool", kernel: [2, 2], ...WINDOW },
			operands: [x(1, 2, 4, 4), ones(2)],
			shape: [1, 2, 2, 2],
			element: "y[n, c, o] = φ(Σ x[n, c, o·stride + k·dilation − pad]) over k",
		},
		{
			kind: "Max",
			form: { type: "pool", kernel: [2, 2], ...WINDOW },
			operands: [x(1, 2, 4, 4)],
			shape: [1, 2, 2, 2],
			element: "y[n, c, o] = max x[n, c, o·stride + k·dilation − pad] over k",
		},
	],
	linear: [
		{
			form: { type: "linear", coefficients: [3, -5] },
			operands: [x(2, 3), x(3)],
			shape: [2, 3],
			element: "y[i] = φ(c₀·x₀[i] + c₁·x₁[i])",
		},
	],
	product: [
		{
			form: { type: "product" },
			operands: [x(2, 3), x(2, 1)],
			shape: [2, 3],
			element: "y[i] = φ(x₀[i]·x₁[i])",
		},
	],
	reduce: [
		{
			form: { type: "reduce", axes: [1] },
			operands: [x(2, 4)],
			shape: [2, 1],
			element: "y[i] = max x[i with other positions along axes]",
		},
	],
	elementwise: [
		{
			form: { type: "elementwise" },
			operands: [x(2, 3), x(3)],
			shape: [2, 3],
			element: "y[i] = max(x₀[i], x₁[i], …)",
		},
	],
	reshape: [
		{ form: { type: "reshape" }, operands: [x(2, 3)], shape: [3, 2], element: "flat(y)[e] = flat(x)[e]" },
	],
	transpose: [
		{
			form: { type: "transpose", permutation: [1, 0] },
			operands: [x(2, 3)],
			shape: [3, 2],
			element: "y[i₀, i₁, …] = x[j₀, j₁, …] where j[permutation[a]] = i[a]",
		},
	],
	slice: [
		{
			form: { type: "slice", starts: [0, 5], steps: [1, -2] },
			operands: [x(2, 6)],
			shape: [2, 3],
			element: "y[i] = x[starts + steps·i]",
		},
	],
	pad: [
		{
			form: { type: "pad", begins: [0, 1], value: 0 },
			operands: [x(2, 3)],
			shape: [2, 5],
			element: "y[i] = x[i − begins], or value outside of x",
		},
	],
	concat: [
		{
			form: { type: "concat", axis: 1 },
			operands: [x(2, 1), x(2, 2)],
			shape: [2, 3],
			element: "y[i] = x_k[i − the sizes of the operands before k, along axis]",
		},
	],
	expand: [
		{
			form: { type: "expand" },
			operands: [x(1, 3)],
			shape: [2, 3],
			element: "y[i] = x[i], with 0 for i along axes of size 1",
		},
	],
	tile: [
		{ form: { type: "tile" }, operands: [x(1, 3)], shape: [2, 6], element: "y[i] = x[i mod size of x]" },
	],
	dilate: [
		{
			form: { type: "dilate", steps: [1, 2] },
			operands: [x(2, 3)],
			shape: [2, 5],
			element: "y[i] = x[i / steps] where that is whole, else 0",
		},
	],
	lookup: [
		{
			form: { type: "lookup", base: -2 },
			operands: [x(4), constant([4, 1, 0, 1, 4], 5)],
			shape: [4],
			element: "y[i] = table[clip(x[i] − base, 0, n − 1)]",
		},
	],
	gather: [
		{
			form: { type: "gather", axis: 0 },
			operands: [x(2), constant(ramp(12), 4, 3)],
			shape: [2, 3],
			element: "y[…, i, …] = data[…, clip(index[i], 0, size − 1), …], along axis",
		},
	],
	gatherElements: [
		{
			form: { type: "gatherElements", axis: 1 },
			operands: [x(2, 1), x(2, 4)],
			shape: [2, 1],
			element: "y[i] = data[i with clip(index[i], 0, size − 1) along axis]",
		},
	],
	quotient: [
		{
			form: { type: "quotient", numerator: 100, rounding: "nearest" },
			operands: [x(2, 3), x(2, 1)],
			shape: [2, 3],
			element: "y[i] = clip(numerator·x₀[i] / x₁[i] rounded, low, high); 0 where x₁[i] = 0",
		},
	],
	select: [
		{
			form: { type: "select" },
			operands: [x(2, 3), x(2, 3), x(3)],
			shape: [2, 3],
			element: "y[i] = x₁[i] if x₀[i] ≠ 0, else x₂[i]",
		},
	],
	argmax: [
		{
			form: { type: "argmax", axis: 1, selectLast: false },
			operands: [x(2, 4)],
			shape: [2, 1],
			element: "y[i] = the position along axis of the largest x[i with that position]",
		},
	],
};

/** Everything is int8 in −127 … 127 at scale 1; products and sums are multiplied by 5/2^8 and rounded. */
export function programOf(example: Example): Program {
	const { form } = example;
	const kind = example.kind ?? FORMS[form.type].kinds[0];
	const constants: ConstantTensor[] = [];
	const inputs: Program["inputs"][number][] = [];
	const operands = example.operands.map(({ shape, data }, k): TensorRef => {
		const name = `operand_${k}`;
		if (!data) return { source: "input", index: inputs.push({ ...specOf(shape), name }) - 1 };
		const index = constants.push({ ...specOf(shape), name, data: Int8Array.from(data) }) - 1;
		return { source: "constant", index };
	});
	const rescale = { rows: [{ bias: 0n, multiplier: 5, shift: 8 }], axes: [] };
	const operator = {
		...specOf(example.shape),
		kind,
		form,
		operands,
		...(isRescaled(kind) ? { rescale } : {}),
		node: "example",
		opType: form.type,
	};
	const outputs = [{ name: "y", operator: 0 }];
	return { name: "example", steps: 1, inputs, constants, operators: [operator], outputs };
}

function specOf(shape: readonly number[]): TensorSpec {
	return { shape, layout: shape.map((_, axis) => axis), width: 8, low: -127, high: 127, scale: 1 };
}
