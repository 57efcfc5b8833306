import type { Width } from "@umpire/commitment/constants.ts";
import { emptyElements, rangeOf } from "@umpire/commitment/elements.ts";
import type { Elements, Form, Operator, Program, Row, TensorSpec } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { randomSource } from "./networks.ts";

/** A program, inputs at the ends of what they may be, and the plan by which its last operator is computed. */
export interface PlanProgram {
	readonly plan: string;
	readonly program: Program;
	readonly inputs: readonly Elements[];
}

/** A layer: a product by constant weights of some bits, or a form by itself. */
interface Layer {
	readonly form: Form;
	readonly kind: Operator["kind"];
	readonly shape: readonly number[];
	readonly constant?: { readonly shape: readonly number[]; readonly width: Width; readonly most: number };
	readonly rows?: { readonly axis: number; readonly multiplier: number; readonly shift: number };
	readonly width: Width;
	readonly clip?: readonly [low: number, high: number];
	/** The first operand is the result of so many layers before the last one's, which is the second. */
	readonly beside?: number;
}

const conv = (group: number, pad: number): Form => ({
	type: "conv",
	strides: [1, 1],
	pads: [pad, pad, pad, pad],
	dilations: [1, 1],
	group,
});
const matmul: Form = { type: "matmul" };
const rows = (axis: number, shift: number, multiplier = 1) => ({ axis, multiplier, shift });
const weights = (shape: readonly number[], most: number, width: Width = 8) => ({ shape, width, most });
const dot = { kind: "Dot" } as const;

/** Layers behind an input of a width and a shape, under the name of the last one's plan. */
const CASES: readonly (readonly [plan: string, Width, readonly number[], readonly Layer[]])[] = [
	[
		"8-bit MatMul",
		8,
		[9, 67],
		[
			{ ...dot, form: matmul, shape: [9, 131], constant: weights([67, 131], 63), rows: rows(1, 9), width: 8 },
			{ ...dot, form: matmul, shape: [9, 35], constant: weights([131, 35], 63), rows: rows(1, 9), width: 16 },
		],
	],
	[
		"2 8-bit MatMul",
		16,
		[9, 67],
		[
			{
				...dot,
				form: matmul,
				shape: [9, 131],
				constant: weights([67, 131], 63),
				rows: rows(1, 9),
				width: 16,
			},
			{
				...dot,
				form: matmul,
				shape: [9, 35],
				constant: weights([131, 35], 63),
				rows: rows(1, 10),
				width: 16,
				clip: [0, 32767],
			},
		],
	],
	[
		"4 8-bit MatMul, weights in two digits",
		16,
		[2, 128],
		[
			{
				...dot,
				form: matmul,
				shape: [2, 514],
				constant: weights([128, 514], 8127, 16),
				rows: rows(1, 16),
				width: 16,
			},
			{
				...dot,
				form: matmul,
				shape: [2, 131],
				constant: weights([514, 131], 8127, 16),
				rows: rows(1, 14),
				width: 16,
				clip: [0, 32767],
			},
		],
	],
	[
		"4 8-bit MatMul, weights in two digits",
		16,
		[1, 1999],
		[
			{
				...dot,
				form: matmul,
				shape: [1, 34],
				// So many small ones that sums are halved, and so small a divisor that every unit of them shows.
				constant: weights([1999, 34], 70, 16),
				rows: rows(1, 11),
				width: 32,
			},
		],
	],
	[
		"8-bit Conv",
		8,
		[2, 5, 9, 9],
		[
			{
				...dot,
				form: conv(1, 1),
				shape: [2, 18, 9, 9],
				constant: weights([18, 5, 3, 3], 63),
				rows: rows(1, 8),
				width: 16,
				clip: [0, 255],
			},
			{
				...dot,
				form: conv(18, 1),
				shape: [2, 18, 9, 9],
				constant: weights([18, 1, 3, 3], 63),
				rows: rows(1, 7),
				width: 8,
			},
			{
				...dot,
				form: conv(3, 0),
				shape: [2, 12, 9, 9],
				constant: weights([12, 6, 1, 1], 63),
				rows: rows(1, 6),
				width: 8,
			},
		],
	],
	[
		"float32 Conv, rescaled by its weights",
		8,
		[1, 16, 7, 7],
		[
			{
				...dot,
				form: conv(1, 1),
				shape: [1, 24, 7, 7],
				constant: weights([24, 16, 3, 3], 800, 16),
				rows: rows(1, 12),
				width: 8,
			},
		],
	],
	[
		"float64 MatMul, rescaled by its weights",
		16,
		[5, 70],
		[
			{
				...dot,
				form: matmul,
				shape: [5, 40],
				constant: weights([70, 40], 32767, 16),
				rows: rows(1, 18),
				width: 16,
			},
		],
	],
	[
		"float64 MatMul per position, rescaled by its weights",
		16,
		[1, 20, 6, 6],
		[
			{
				...dot,
				form: conv(1, 0),
				shape: [1, 33, 6, 6],
				constant: weights([33, 20, 1, 1], 32767, 16),
				rows: rows(1, 17),
				width: 16,
			},
		],
	],
	[
		"GatherElements from a table",
		16,
		[300],
		[
			{
				kind: "Gather",
				form: { type: "lookup", base: -500 },
				shape: [300],
				constant: weights([1001], 32767, 16),
				width: 16,
			},
		],
	],
	[
		"8-bit MatMul per position",
		8,
		[2, 67, 5, 3],
		[
			{
				...dot,
				form: conv(1, 0),
				shape: [2, 131, 5, 3],
				constant: weights([131, 67, 1, 1], 63),
				rows: rows(1, 9),
				width: 8,
			},
			{
				...dot,
				form: conv(1, 0),
				shape: [2, 35, 5, 3],
				constant: weights([35, 131, 1, 1], 63),
				rows: rows(1, 9),
				width: 16,
			},
		],
	],
	[
		"2 8-bit MatMul per position",
		16,
		[2, 67, 5, 3],
		[
			{
				...dot,
				form: conv(1, 0),
				shape: [2, 131, 5, 3],
				constant: weights([131, 67, 1, 1], 63),
				rows: rows(1, 9),
				width: 16,
			},
			{
				...dot,
				form: conv(1, 0),
				shape: [2, 35, 5, 3],
				constant: weights([35, 131, 1, 1], 63),
				rows: rows(1, 10),
				width: 16,
				clip: [0, 32767],
			},
		],
	],
	[
		"float64 products of rows and columns, summed",
		16,
		[9, 1, 67],
		[
			{ form: { type: "reshape" }, kind: "View", shape: [9, 1, 67], width: 16 },
			{ form: { type: "reshape" }, kind: "View", shape: [9, 67, 1], width: 16 },
			{
				...dot,
				form: matmul,
				shape: [9, 1, 1],
				rows: rows(1, 22, 3),
				width: 16,
				beside: 1,
			},
		],
	],
	[
		"float32 products of rows and columns, summed",
		8,
		[9, 1, 67],
		[
			{ form: { type: "reshape" }, kind: "View", shape: [9, 1, 67], width: 8 },
			{ form: { type: "reshape" }, kind: "View", shape: [9, 67, 1], width: 8 },
			{ ...dot, form: matmul, shape: [9, 1, 1], rows: rows(1, 4), width: 16, beside: 1 },
		],
	],
	[
		"float64 quotient, rounded to nearest",
		16,
		[12, 67],
		[
			{ form: { type: "reshape" }, kind: "View", shape: [12, 67], width: 16 },
			{ form: { type: "reduce", axes: [1] }, kind: "Max", shape: [12, 1], width: 16 },
			{
				form: { type: "linear", coefficients: [1] },
				kind: "Add",
				shape: [12, 1],
				rows: rows(0, 12),
				width: 16,
				clip: [-1, 4],
			},
			{
				form: { type: "quotient", numerator: 4099, rounding: "nearest" },
				kind: "Div",
				shape: [12, 67],
				width: 32,
				beside: 2,
			},
		],
	],
	[
		"float32 quotient, rounded towards 0",
		8,
		[12, 67],
		[
			{ form: { type: "reshape" }, kind: "View", shape: [12, 67], width: 8 },
			{
				form: { type: "linear", coefficients: [1] },
				kind: "Add",
				shape: [12, 67],
				rows: rows(0, 5),
				width: 8,
				clip: [-3, 3],
			},
			{
				form: { type: "quotient", numerator: 7, rounding: "zero" },
				kind: "Div",
				shape: [12, 67],
				width: 16,
				beside: 1,
			},
		],
	],
	[
		"float64 product",
		16,
		[12, 67],
		[
			{ form: { type: "reshape" }, kind: "View", shape: [12, 67], width: 16 },
			{ form: { type: "reduce", axes: [1] }, kind: "Max", shape: [12, 1], width: 16 },
			{
				form: { type: "product" },
				kind: "Mul",
				shape: [12, 67],
				rows: rows(1, 29, 20011),
				width: 16,
				beside: 1,
			},
		],
	],
	[
		"float32 sum of 2, rescaled by its coefficients",
		16,
		[12, 67],
		[
			{ form: { type: "reshape" }, kind: "View", shape: [12, 67], width: 16 },
			{ form: { type: "reduce", axes: [1] }, kind: "Max", shape: [12, 1], width: 16 },
			{
				form: { type: "linear", coefficients: [64, -1] },
				kind: "Add",
				shape: [12, 67],
				rows: rows(0, 6),
				width: 16,
				beside: 1,
			},
		],
	],
];

/** A program of each of these plans, of few numbers: at the ends of what they may be, and drawn. */
export function planPrograms(): PlanProgram[] {
	return CASES.map(([plan, width, shape, layers], seed) => {
		const random = randomSource(seed + 1);
		const input = { ...specOf(shape, width), name: "x" };
		const program = { name: plan, steps: 1, inputs: [input], constants: [], operators: [], outputs: [] };
		const made = layers.reduce<Program>((before, layer) => withLayer(before, layer, random), program);
		const outputs = [{ name: "y", operator: layers.length - 1 }];
		return { plan, program: { ...made, outputs }, inputs: [drawn(input, random)] };
	});
}

function withLayer(program: Program, layer: Layer, random: () => number): Program {
	const { form, kind, shape, constant, rows, width, clip, beside } = layer;
	const { operators, constants } = program;
	const from =
		operators.length === 0
			? ({ source: "input", index: 0 } as const)
			: ({ source: "operator", index: operators.length - 1 } as const);
	const spec = constant && specOf(constant.shape, constant.width);
	const added = spec && {
		...spec,
		name: `c${constants.length}`,
		data: drawn(
			{ ...spec, low: -constant.most - (constant.most < 127 ? 1 : 0), high: constant.most },
			random,
		),
	};
	const own = specOf(shape, width);
	const back = { source: "operator", index: operators.length - 1 - (beside ?? 0) } as const;
	const operands = beside === undefined ? [from] : [back, from];
	const operator: Operator = {
		...own,
		...(clip ? { low: clip[0], high: clip[1] } : {}),
		kind,
		form,
		operands: [...operands, ...(added ? [{ source: "constant", index: constants.length } as const] : [])],
		...(rows ? { rescale: { axes: [rows.axis], rows: rowsOf(shape[rows.axis], rows, random) } } : {}),
		node: `n${operators.length}`,
		opType: form.type,
	};
	return {
		...program,
		constants: added ? [...constants, added] : constants,
		operators: [...operators, operator],
	};
}

const specOf = (shape: readonly number[], width: Width): TensorSpec => ({
	shape,
	layout: shape.map((_, axis) => axis),
	width,
	...rangeOf(width),
	scale: 1,
});

const rowsOf = (
	count: number,
	{ multiplier, shift }: { readonly multiplier: number; readonly shift: number },
	random: () => number,
): Row[] =>
	Array.from({ length: count }, () => ({ bias: BigInt((random() % 4001) - 2000), multiplier, shift }));

/** Runs of the least and of the greatest number, and numbers in between. */
function drawn({ shape, width, low, high }: TensorSpec, random: () => number): Elements {
	const data = emptyElements(width, elementCount(shape));
	for (let i = 0; i < data.length; ) {
		const kind = random() % 4;
		const end = Math.min(data.length, i + 1 + (random() % 40));
		for (; i < end; i++) data[i] = [low, high][kind] ?? low + (random() % (high - low + 1));
	}
	return data;
}
