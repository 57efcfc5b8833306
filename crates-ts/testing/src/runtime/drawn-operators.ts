import { WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import type { Form, Kind, Operator, Rounding, TensorRef } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { integer } from "../operators/arbitrary-operators.ts";
import { type DraftProgram, drawnSpec, joint } from "./draft-program.ts";
import {
	axesOf,
	chance,
	clipOf,
	cut,
	edge,
	permutation,
	pick,
	rescaleOf,
	someOf,
	WEIGHTS,
	widthFrom,
} from "./drawn-values.ts";

interface Proposal {
	readonly kind: Kind;
	readonly form: Form;
	readonly shape: readonly number[];
	readonly operands: readonly TensorRef[];
	/** At least that of the widest operand that is not an index or a condition, by default the first. */
	readonly width?: Width;
	/** Of what is rescaled: how large sums become, and which axis is one of channels. */
	readonly sums?: { readonly most: number; readonly channels: number };
}

/** An operator that reads what a draft has; undefined where nothing there fits. It may be invalid, too. */
type Propose = (draft: DraftProgram, x: TensorRef) => Proposal | undefined;

const widest = (draft: DraftProgram, refs: readonly TensorRef[]): Width =>
	pick(draft.g, [WIDTHS.find((width) => refs.every((ref) => draft.specOf(ref).width <= width)) ?? 32, 32]);

function product(draft: DraftProgram, a: TensorRef, b: TensorRef, count: number, channels: number) {
	return { most: draft.most(a) * draft.most(b) * count, channels };
}

/** Windows of up to `most` places per axis, of which some lie wholly in the padding; undefined if none fits. */
function windows({ g }: DraftProgram, sizes: readonly number[], most: number) {
	const axes = sizes.map((size) => {
		const kernel = chance(g, 3) ? 1 : integer(g, 1, most);
		const [dilation, stride] = [integer(g, 1, 2), integer(g, 1, 3)];
		const [begin, end] = most === 1 ? [0, 0] : [integer(g, 0, 3), integer(g, 0, 3)];
		const room = size + begin + end - (kernel - 1) * dilation - 1;
		return { kernel, dilation, stride, begin, end, output: Math.floor(room / stride) + 1 };
	});
	if (axes.some(({ output }) => output < 1)) return undefined;
	return {
		kernel: axes.map(({ kernel }) => kernel),
		output: axes.map(({ output }) => output),
		attributes: {
			strides: axes.map(({ stride }) => stride),
			pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
			dilations: axes.map(({ dilation }) => dilation),
		},
	};
}

const PROPOSE: { readonly [T in Form["type"]]: Propose } = {
	matmul(draft, x) {
		const { g } = draft;
		const { shape } = draft.specOf(x);
		if (shape.length < 2) return undefined;
		const [lead, k] = [shape.slice(0, -2), shape[shape.length - 1]];
		const fits = (other: readonly number[]): boolean =>
			other.length >= 2 && other.at(-2) === k && joint(other.slice(0, -2), lead) !== undefined;
		const stack = chance(g, 8) ? [] : lead.map((size) => (chance(g, 3) ? 1 : size));
		const w =
			(chance(g, 5) ? draft.among(fits) : undefined) ??
			draft.constant([...stack, k, integer(g, 1, 9)], pick(g, [8, 8, 16, 32]), pick(g, WEIGHTS));
		const other = draft.specOf(w).shape;
		const joined = joint(lead, other.slice(0, -2));
		if (joined === undefined) return undefined;
		const result = [...joined, shape[shape.length - 2], other[other.length - 1]];
		const sums = product(draft, x, w, k, result.length - 1);
		return { kind: "Dot", form: { type: "matmul" }, shape: result, operands: [x, w], sums };
	},
	conv(draft, x) {
		const { g } = draft;
		const { shape } = draft.specOf(x);
		if (shape.length < 3) return undefined;
		const [batch, channels, ...sizes] = shape;
		const fit = windows(draft, sizes, pick(g, [1, 3, 3, 3]));
		if (fit === undefined) return undefined;
		const divisors = Array.from({ length: channels }, (_, i) => i + 1).filter((d) => channels % d === 0);
		const group = pick(g, [1, ...divisors]);
		const outputs = group * pick(g, [1, 1, 2, 3, 4]);
		const taps = [channels / group, ...fit.kernel];
		const w = draft.constant([outputs, ...taps], pick(g, [8, 8, 16]), pick(g, WEIGHTS));
		return {
			kind: "Dot",
			form: { type: "conv", ...fit.attributes, group },
			shape: [batch, outputs, ...fit.output],
			operands: [x, w],
			sums: product(draft, x, w, elementCount(taps), 1),
		};
	},
	sum(draft, x) {
		const { shape } = draft.specOf(x);
		if (shape.length === 0) return undefined;
		const axes = someOf(draft.g, axesOf(shape), 1);
		const w = draft.ones(shape[Math.max(...axes)]);
		const sums = product(draft, x, w, elementCount(axes.map((axis) => shape[axis])), 0);
		const result = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
		return { kind: "Dot", form: { type: "sum", axes }, shape: result, operands: [x, w], sums };
	},
	pool(draft, x) {
		const [batch, channels, ...sizes] = draft.specOf(x).shape;
		const fit = sizes.length === 0 ? undefined : windows(draft, sizes, 3);
		if (fit === undefined) return undefined;
		const form: Form = { type: "pool", kernel: fit.kernel, ...fit.attributes };
		const shape = [batch, channels, ...fit.output];
		if (chance(draft.g, 5)) return { kind: "Max", form, shape, operands: [x] };
		const w = draft.ones(fit.kernel[fit.kernel.length - 1]);
		return {
			kind: "Dot",
			form,
			shape,
			operands: [x, w],
			sums: product(draft, x, w, elementCount(fit.kernel), 1),
		};
	},
	linear(draft, x) {
		const { g } = draft;
		const refs = chance(g, 5) ? [x] : [x, draft.beside(draft.specOf(x).shape)];
		const operands = chance(g, 5) ? refs : refs.reverse();
		const shape = operands
			.map((ref) => draft.specOf(ref).shape)
			.reduce<readonly number[] | undefined>((all, own) => all && joint(all, own), []);
		if (shape === undefined) return undefined;
		const coefficients = operands.map(() =>
			pick(g, [1, 1, -1, 2, 0, integer(g, -300, 300), integer(g, -70000, 70000), edge(g)]),
		);
		const most = operands.reduce((sum, ref, i) => sum + draft.most(ref) * Math.abs(coefficients[i]), 0);
		const sums = { most, channels: shape.length - 1 };
		return { kind: "Add", form: { type: "linear", coefficients }, shape, operands, sums };
	},
	product(draft, x) {
		const y = draft.beside(draft.specOf(x).shape);
		const shape = joint(draft.specOf(x).shape, draft.specOf(y).shape);
		if (shape === undefined) return undefined;
		const operands = chance(draft.g, 5) ? [x, y] : [y, x];
		const sums = product(draft, x, y, 1, shape.length - 1);
		return { kind: "Mul", form: { type: "product" }, shape, operands, sums };
	},
	reduce(draft, x) {
		const { shape } = draft.specOf(x);
		if (shape.length === 0) return undefined;
		const axes = someOf(draft.g, axesOf(shape), 1);
		const result = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
		return { kind: "Max", form: { type: "reduce", axes }, shape: result, operands: [x] };
	},
	elementwise(draft, x) {
		const operands = [x];
		let { shape } = draft.specOf(x);
		for (let more = integer(draft.g, 0, 3); more > 0; more--) {
			const y = draft.beside(shape);
			shape = joint(shape, draft.specOf(y).shape) ?? shape;
			operands.push(y);
		}
		const width = widest(draft, operands);
		return { kind: "Max", form: { type: "elementwise" }, shape, operands, width };
	},
	reshape(draft, x) {
		const { g } = draft;
		const { shape } = draft.specOf(x);
		let sizes = permutation(g, shape.length).map((axis) => shape[axis]);
		if (sizes.length > 1 && chance(g, 5)) sizes = [sizes[0] * sizes[1], ...sizes.slice(2)];
		if (chance(g, 5)) sizes.splice(integer(g, 0, sizes.length), 0, 1);
		const even = sizes.findIndex((size) => size % 2 === 0);
		if (even >= 0 && chance(g, 3)) sizes.splice(even, 1, 2, sizes[even] / 2);
		return { kind: "View", form: { type: "reshape" }, shape: sizes, operands: [x] };
	},
	transpose(draft, x) {
		const { shape } = draft.specOf(x);
		const order = permutation(draft.g, shape.length);
		const form: Form = { type: "transpose", permutation: order };
		return { kind: "View", form, shape: order.map((axis) => shape[axis]), operands: [x] };
	},
	slice(draft, x) {
		const { g } = draft;
		const axes = draft.specOf(x).shape.map((size) => {
			const start = integer(g, 0, size - 1);
			const step = pick(g, [1, 1, 2, 3, -1, -2, -3]);
			const room = step > 0 ? size - 1 - start : start;
			return { start, step, size: integer(g, 1, Math.floor(room / Math.abs(step)) + 1) };
		});
		const [starts, steps] = [axes.map(({ start }) => start), axes.map(({ step }) => step)];
		const shape = axes.map(({ size }) => size);
		return { kind: "View", form: { type: "slice", starts, steps }, shape, operands: [x] };
	},
	pad(draft, x) {
		const { g } = draft;
		const { shape, width: least } = draft.specOf(x);
		// Now and then all of an axis is cut off, and what is left is padding.
		const begins = shape.map((size) => (chance(g, 2) ? -size : integer(g, -2, 3)));
		const sizes = shape.map((size, axis) => Math.max(1, size + begins[axis] + integer(g, -2, 3)));
		const width = widthFrom(g, least);
		const value = edge(g, rangeOf(width).low, rangeOf(width).high);
		return { kind: "View", form: { type: "pad", begins, value }, shape: sizes, operands: [x], width };
	},
	concat(draft, x) {
		const { g } = draft;
		const { shape } = draft.specOf(x);
		if (shape.length === 0) return undefined;
		const axis = integer(g, 0, shape.length - 1);
		const alike = (own: readonly number[]): boolean =>
			own.length === shape.length && own.every((size, i) => i === axis || size === shape[i]);
		const more = Array.from({ length: integer(g, 0, 2) }, () =>
			chance(g, 7)
				? (draft.among(alike) ?? x)
				: draft.constant(shape.with(axis, integer(g, 1, 3)), pick(g, WIDTHS)),
		);
		const operands = [x, ...more];
		const total = operands.reduce((sum, ref) => sum + draft.specOf(ref).shape[axis], 0);
		const width = widest(draft, operands);
		return { kind: "View", form: { type: "concat", axis }, shape: shape.with(axis, total), operands, width };
	},
	expand(draft, x) {
		const { g } = draft;
		const sizes = draft.specOf(x).shape.map((size) => (size === 1 ? integer(g, 1, 3) : size));
		const shape = chance(g, 3) ? [2, ...sizes] : sizes;
		return { kind: "View", form: { type: "expand" }, shape, operands: [x] };
	},
	tile(draft, x) {
		const shape = draft.specOf(x).shape.map((size) => size * pick(draft.g, [1, 1, 2]));
		return { kind: "View", form: { type: "tile" }, shape, operands: [x] };
	},
	dilate(draft, x) {
		const { shape } = draft.specOf(x);
		const steps = shape.map(() => pick(draft.g, [1, 1, 2, 3]));
		const sizes = shape.map((size, axis) => (size - 1) * steps[axis] + 1);
		return { kind: "View", form: { type: "dilate", steps }, shape: sizes, operands: [x] };
	},
	lookup(draft, x) {
		const { g } = draft;
		const { shape, low, high } = draft.specOf(x);
		const size = pick(g, [1, 2, 256, integer(g, 1, 300)]);
		const table = draft.constant([size], pick(g, WIDTHS));
		const base = cut(pick(g, [low, high, low - 5, high - size, edge(g)]), -(2 ** 31), 2 ** 31 - 1);
		const width = widthFrom(g, draft.specOf(table).width);
		return { kind: "Gather", form: { type: "lookup", base }, shape, operands: [x, table], width };
	},
	gather(draft, x) {
		const data = draft.any();
		const { shape, width: least } = draft.specOf(data);
		const index = draft.specOf(x).shape;
		if (shape.length === 0 || shape.length + index.length > 6) return undefined;
		const axis = integer(draft.g, 0, shape.length - 1);
		const result = shape.toSpliced(axis, 1, ...index);
		const width = widthFrom(draft.g, least);
		return { kind: "Gather", form: { type: "gather", axis }, shape: result, operands: [x, data], width };
	},
	gatherElements(draft, x) {
		const { shape } = draft.specOf(x);
		if (shape.length === 0) return undefined;
		const data = draft.among((own) => own.length === shape.length) ?? x;
		const form: Form = { type: "gatherElements", axis: integer(draft.g, 0, shape.length - 1) };
		const width = widthFrom(draft.g, draft.specOf(data).width);
		return { kind: "Gather", form, shape, operands: [x, data], width };
	},
	quotient(draft, x) {
		const { g } = draft;
		const y = draft.beside(draft.specOf(x).shape);
		const shape = joint(draft.specOf(x).shape, draft.specOf(y).shape);
		if (shape === undefined) return undefined;
		const small = [1, 2, 3, integer(g, 1, 300), integer(g, 1, 2 ** 20)];
		const numerator = pick(g, [...small, 2 ** 20, 2 ** 22, 2 ** 31, 2 ** 36]);
		const rounding = pick<Rounding>(g, ["nearest", "zero", "floor"]);
		const operands = chance(g, 5) ? [x, y] : [y, x];
		const form: Form = { type: "quotient", numerator, rounding };
		return { kind: "Div", form, shape, operands, width: pick(g, WIDTHS) };
	},
	select(draft, x) {
		const own = draft.specOf(x).shape;
		const refs = [x, draft.beside(own), draft.beside(own)];
		const operands = permutation(draft.g, 3).map((i) => refs[i]);
		const shape = operands
			.map((ref) => draft.specOf(ref).shape)
			.reduce<readonly number[] | undefined>((all, one) => all && joint(all, one), []);
		if (shape === undefined) return undefined;
		const width = widest(draft, operands.slice(1));
		return { kind: "Select", form: { type: "select" }, shape, operands, width };
	},
	argmax(draft, x) {
		const { shape } = draft.specOf(x);
		if (shape.length === 0) return undefined;
		const axis = integer(draft.g, 0, shape.length - 1);
		const form: Form = { type: "argmax", axis, selectLast: chance(draft.g, 5) };
		return { kind: "ArgMax", form, shape: shape.with(axis, 1), operands: [x], width: pick(draft.g, WIDTHS) };
	},
};

const FORMS = Object.keys(PROPOSE) as Form["type"][];
/** Where onnxruntime has most to put together, and what it moves past these. */
const OFTEN: readonly Form["type"][] = [
	...(["matmul", "matmul", "matmul", "conv", "conv", "conv", "conv", "linear", "linear"] as const),
	...(["quotient", "quotient", "reshape", "transpose", "slice", "pad", "lookup"] as const),
];

/** A draft with one operator more, which may be invalid; undefined where what was drawn fits nothing. */
export function grown(draft: DraftProgram, mostElements: number): DraftProgram | undefined {
	const { g } = draft;
	const next = draft.copy();
	const x = next.any();
	const proposal = PROPOSE[pick(g, [...FORMS, ...OFTEN])](next, x);
	if (proposal === undefined || elementCount(proposal.shape) > mostElements) return undefined;
	const { kind, form, shape, operands, sums } = proposal;
	const rescaled = sums !== undefined;
	const width = proposal.width ?? (rescaled ? pick(g, WIDTHS) : widthFrom(g, draft.specOf(x).width));
	const operator: Operator = {
		...drawnSpec(g, shape, width),
		...(rescaled || kind === "Div" ? clipOf(g, width) : {}),
		kind,
		form,
		operands,
		...(rescaled ? { rescale: rescaleOf(g, shape, sums.most, sums.channels) } : {}),
		node: `n${draft.operators.length}`,
		opType: form.type,
	};
	return next.with(operator);
}
