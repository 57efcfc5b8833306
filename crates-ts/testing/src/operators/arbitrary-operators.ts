import { WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import type { Form, Kind, Operator, Rescale, Rounding, TensorSpec } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import fc from "fast-check";
import { type Case, type TestTensor, tensor } from "./tensors.ts";

export type Gen = fc.GeneratorValue;

export const integer = (g: Gen, min: number, max: number): number => g(fc.integer, { min, max });
const integers = (g: Gen, count: number, min: number, max: number): number[] =>
	Array.from({ length: count }, () => integer(g, min, max));
const shuffled = (g: Gen, rank: number): number[] => {
	const axes = Array.from({ length: rank }, (_, axis) => axis);
	return g(() => fc.shuffledSubarray(axes, { minLength: rank }));
};
const widthOf = (g: Gen): Width => WIDTHS[integer(g, 0, 2)];

export function specOf(g: Gen, shape: readonly number[], width: Width = widthOf(g)): TensorSpec {
	return { shape, layout: shuffled(g, shape.length), width, ...rangeOf(width), scale: 1 };
}

export function filled(g: Gen, shape: readonly number[], width?: Width): TestTensor {
	const spec = specOf(g, shape, width);
	let state = integer(g, 1, 2 ** 31 - 1);
	return tensor(spec, () => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return spec.low + Math.floor((state / 2 ** 32) * (spec.high - spec.low + 1));
	});
}

/** Integers around 0 … size − 1: indices, conditions, divisors that are often 0. */
function near(g: Gen, shape: readonly number[], size: number): TestTensor {
	const spec = specOf(g, shape);
	return tensor(spec, () => integer(g, -2, size + 1));
}

const ones = (g: Gen, size: number): TestTensor => tensor(specOf(g, [size]), () => 1);

function rescaleOf(g: Gen, shape: readonly number[]): Rescale {
	const axes = shuffled(g, shape.length).slice(0, integer(g, 0, Math.min(2, shape.length)));
	const rows = Array.from({ length: elementCount(axes.map((axis) => shape[axis])) }, () => ({
		bias: BigInt(integer(g, -100000, 100000)),
		multiplier: integer(g, 1, 2 ** 20),
		shift: integer(g, 1, 40),
	}));
	return { axes, rows };
}

interface Built {
	readonly kind: Kind;
	readonly form: Form;
	readonly shape: readonly number[];
	readonly operands: readonly TestTensor[];
	/** Output width; by default that of the first operand. */
	readonly width?: Width;
}

function finish(g: Gen, built: Built): Case {
	const rescaled = built.kind === "Dot" || built.kind === "Add" || built.kind === "Mul";
	const width = built.width ?? (rescaled ? widthOf(g) : built.operands[0].spec.width);
	const operator: Operator = {
		...specOf(g, built.shape, width),
		kind: built.kind,
		form: built.form,
		operands: built.operands.map((_, index) => ({ source: "input", index })),
		...(rescaled ? { rescale: rescaleOf(g, built.shape) } : {}),
		node: "test",
		opType: built.form.type,
	};
	return { operator, operands: built.operands };
}

/** Windows that fit: input size, kernel, stride, dilation and pads of one spatial axis. */
function windows(g: Gen, rank: number) {
	const kernel = integers(g, rank, 1, 3);
	const strides = integers(g, rank, 1, 3);
	const dilations = integers(g, rank, 1, 2);
	const pads = integers(g, 2 * rank, 0, 3);
	const reach = kernel.map((k, i) => (k - 1) * dilations[i] + 1);
	const size = reach.map((r, i) => Math.max(1, r - pads[i] - pads[i + rank]) + integer(g, 0, 3));
	const output = size.map((s, i) => Math.floor((s + pads[i] + pads[i + rank] - reach[i]) / strides[i]) + 1);
	return { kernel, strides, dilations, pads, size, output };
}

const shapeOf = (g: Gen, least = 0): number[] => integers(g, integer(g, least, 4), 1, 4);

/** A shape that broadcasts to `shape`. */
const broadcastable = (g: Gen, shape: readonly number[]): number[] =>
	shape.slice(integer(g, 0, shape.length)).map((size) => (integer(g, 0, 2) === 0 ? 1 : size));

const BUILD: { readonly [T in Form["type"]]: (g: Gen) => Built } = {
	conv(g) {
		const { kernel, size, output, ...attributes } = windows(g, integer(g, 1, 3));
		const group = integer(g, 1, 3);
		const [batch, inputs, outputs] = integers(g, 3, 1, 3);
		return {
			kind: "Dot",
			form: { type: "conv", ...attributes, group },
			shape: [batch, outputs * group, ...output],
			operands: [
				filled(g, [batch, inputs * group, ...size]),
				filled(g, [outputs * group, inputs, ...kernel]),
			],
		};
	},
	matmul(g) {
		const [m, n] = integers(g, 2, 1, 4);
		const k = integer(g, 1, 3) === 1 ? integer(g, 100, 600) : integer(g, 1, 9);
		const batch = integers(g, integer(g, 0, 2), 1, 3);
		const operands = [filled(g, [...broadcastable(g, batch), m, k]), filled(g, [...batch, k, n])];
		return { kind: "Dot", form: { type: "matmul" }, shape: [...batch, m, n], operands };
	},
	sum(g) {
		const x = filled(g, shapeOf(g, 1));
		const axes = shuffled(g, x.spec.shape.length).slice(0, integer(g, 1, x.spec.shape.length));
		const last = x.spec.shape[Math.max(...axes)];
		const shape = x.spec.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
		return { kind: "Dot", form: { type: "sum", axes }, shape, operands: [x, ones(g, last)] };
	},
	pool(g) {
		const { size, output, ...attributes } = windows(g, integer(g, 1, 3));
		const [batch, channels] = integers(g, 2, 1, 3);
		const average = integer(g, 0, 1) === 1;
		const x = filled(g, [batch, channels, ...size]);
		const kernel = attributes.kernel[attributes.kernel.length - 1];
		return {
			kind: average ? "Dot" : "Max",
			form: { type: "pool", ...attributes },
			shape: [batch, channels, ...output],
			operands: average ? [x, ones(g, kernel)] : [x],
		};
	},
	linear(g) {
		const shape = shapeOf(g);
		const operands = [filled(g, shape), filled(g, broadcastable(g, shape))].slice(0, integer(g, 1, 2));
		return {
			kind: "Add",
			form: { type: "linear", coefficients: integers(g, operands.length, -9, 9) },
			shape,
			operands,
		};
	},
	product(g) {
		const shape = shapeOf(g);
		return {
			kind: "Mul",
			form: { type: "product" },
			shape,
			operands: [filled(g, broadcastable(g, shape)), filled(g, shape)],
		};
	},
	reduce(g) {
		const x = filled(g, shapeOf(g, 1));
		const axes = shuffled(g, x.spec.shape.length).slice(0, integer(g, 1, x.spec.shape.length));
		const shape = x.spec.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
		return { kind: "Max", form: { type: "reduce", axes }, shape, operands: [x] };
	},
	elementwise(g) {
		const shape = shapeOf(g);
		const width = widthOf(g);
		const more = Array.from({ length: integer(g, 0, 6) }, () => filled(g, broadcastable(g, shape), width));
		return {
			kind: "Max",
			form: { type: "elementwise" },
			shape,
			operands: [filled(g, shape, width), ...more],
		};
	},
	reshape(g) {
		const factors = integers(g, integer(g, 0, 4), 1, 4);
		const group = (): number[] => {
			const shape: number[] = [];
			for (const factor of factors) {
				if (shape.length > 0 && integer(g, 0, 1) === 0) shape[shape.length - 1] *= factor;
				else shape.push(factor);
			}
			return shape;
		};
		return { kind: "View", form: { type: "reshape" }, shape: group(), operands: [filled(g, group())] };
	},
	transpose(g) {
		const x = filled(g, shapeOf(g));
		const permutation = shuffled(g, x.spec.shape.length);
		const shape = permutation.map((axis) => x.spec.shape[axis]);
		return { kind: "View", form: { type: "transpose", permutation }, shape, operands: [x] };
	},
	slice(g) {
		const x = filled(g, integers(g, integer(g, 1, 4), 1, 6));
		const starts = x.spec.shape.map((size) => integer(g, 0, size - 1));
		const steps = starts.map(() => (integer(g, 0, 1) === 0 ? -1 : 1) * integer(g, 1, 3));
		const shape = x.spec.shape.map((size, axis) => {
			const room = steps[axis] > 0 ? size - 1 - starts[axis] : starts[axis];
			return integer(g, 1, Math.floor(room / Math.abs(steps[axis])) + 1);
		});
		return { kind: "View", form: { type: "slice", starts, steps }, shape, operands: [x] };
	},
	pad(g) {
		const x = filled(g, shapeOf(g));
		const begins = x.spec.shape.map(() => integer(g, -2, 3));
		const shape = x.spec.shape.map((size, axis) => Math.max(1, size + begins[axis] + integer(g, -2, 3)));
		const value = integer(g, x.spec.low, x.spec.high);
		return { kind: "View", form: { type: "pad", begins, value }, shape, operands: [x] };
	},
	concat(g) {
		const shape = integers(g, integer(g, 1, 4), 1, 4);
		const axis = integer(g, 0, shape.length - 1);
		const width = widthOf(g);
		const sizes = integers(g, integer(g, 1, 4), 1, 4);
		const operands = sizes.map((size) => filled(g, shape.with(axis, size), width));
		const total = sizes.reduce((sum, size) => sum + size, 0);
		return { kind: "View", form: { type: "concat", axis }, shape: shape.with(axis, total), operands };
	},
	expand(g) {
		const shape = shapeOf(g);
		return { kind: "View", form: { type: "expand" }, shape, operands: [filled(g, broadcastable(g, shape))] };
	},
	tile(g) {
		const x = filled(g, shapeOf(g));
		const shape = x.spec.shape.map((size) => size * integer(g, 1, 3));
		return { kind: "View", form: { type: "tile" }, shape, operands: [x] };
	},
	dilate(g) {
		const x = filled(g, shapeOf(g));
		const steps = x.spec.shape.map(() => integer(g, 1, 3));
		const shape = x.spec.shape.map((size, axis) => (size - 1) * steps[axis] + 1);
		return { kind: "View", form: { type: "dilate", steps }, shape, operands: [x] };
	},
	lookup(g) {
		const x = filled(g, shapeOf(g), 8);
		const table = filled(g, [integer(g, 1, 300)]);
		const form: Form = { type: "lookup", base: integer(g, -200, 200) };
		return { kind: "Gather", form, shape: x.spec.shape, operands: [x, table], width: table.spec.width };
	},
	gather(g) {
		const data = filled(g, shapeOf(g, 1));
		const axis = integer(g, 0, data.spec.shape.length - 1);
		const index = near(g, integers(g, integer(g, 0, 2), 1, 3), data.spec.shape[axis]);
		const shape = data.spec.shape.toSpliced(axis, 1, ...index.spec.shape);
		const form: Form = { type: "gather", axis };
		return { kind: "Gather", form, shape, operands: [index, data], width: data.spec.width };
	},
	gatherElements(g) {
		const data = filled(g, shapeOf(g, 1));
		const axis = integer(g, 0, data.spec.shape.length - 1);
		const shape = data.spec.shape.map((size, i) => integer(g, 1, i === axis ? 4 : size));
		const index = near(g, shape, data.spec.shape[axis]);
		const form: Form = { type: "gatherElements", axis };
		return { kind: "Gather", form, shape, operands: [index, data], width: data.spec.width };
	},
	quotient(g) {
		const shape = shapeOf(g);
		const rounding = g(() => fc.constantFrom<Rounding>("nearest", "zero", "floor"));
		return {
			kind: "Div",
			form: { type: "quotient", numerator: g(() => fc.constantFrom(1, 2, 3, 1000, 2 ** 20)), rounding },
			shape,
			operands: [filled(g, shape), g(fc.boolean) ? near(g, shape, 2) : filled(g, broadcastable(g, shape))],
			width: widthOf(g),
		};
	},
	select(g) {
		const shape = shapeOf(g);
		const width = widthOf(g);
		const operands = [near(g, shape, 2), filled(g, broadcastable(g, shape), width), filled(g, shape, width)];
		return { kind: "Select", form: { type: "select" }, shape, operands, width };
	},
	argmax(g) {
		const like = filled(g, shapeOf(g, 1));
		const axis = integer(g, 0, like.spec.shape.length - 1);
		const size = g(() => fc.constantFrom(1, 2, 4, 5, 9));
		const shape = like.spec.shape.with(axis, size);
		const x = g(fc.boolean) ? filled(g, shape) : near(g, shape, 2);
		const form: Form = { type: "argmax", axis, selectLast: g(fc.boolean) };
		return { kind: "ArgMax", form, shape: shape.with(axis, 1), operands: [x], width: widthOf(g) };
	},
};

export const FORM_TYPES = Object.keys(BUILD) as Form["type"][];

/** A random operator of one form, with random shapes, attributes, layouts, widths and operands. */
export function caseOf(g: Gen, type: Form["type"]): Case {
	return finish(g, BUILD[type](g));
}
