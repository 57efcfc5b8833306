import type { Width } from "@umpire/commitment/constants.ts";
import type { Form, Operator, Program, Rescale, Row } from "@umpire/operators/program.ts";
import fc from "fast-check";
import { type Case, caseOf, type Source } from "./arbitrary-case.ts";
import { source } from "./arbitrary-dots.ts";
import { clips, elementsOf, sizeOf, specs } from "./arbitrary-tensors.ts";

/** Weights that integer kernels take: half of them at the ends of 7 bits. */
export const smallWeights = (shape: readonly number[], width: Width = 8): fc.Arbitrary<Source> => {
	const weight = fc.oneof(fc.constantFrom(-64, 63, -64, 63, 0, 1, -1), fc.integer({ min: -64, max: 63 }));
	const count = sizeOf(shape);
	const list = fc.oneof(
		fc.array(weight, { minLength: count, maxLength: count }),
		fc.constantFrom(-64, 63).map((value) => Array<number>(count).fill(value)),
	);
	return fc
		.tuple(specs(shape, width), list)
		.map(([spec, data]) => ({ spec, data: elementsOf(width, data), constant: true }));
};

/** Rows that divide by powers of two, some written as other fractions. */
export const powerRows = (count: number, most = 20): fc.Arbitrary<Row[]> => {
	const row = fc
		.record({
			bias: fc.oneof(fc.constant(0n), fc.bigInt(-3000n, 3000n), fc.bigInt(-(2n ** 22n), 2n ** 22n)),
			shift: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 7, max: most })),
			common: fc.constantFrom(0, 0, 1),
		})
		.map(({ bias, shift, common }): Row => {
			const more = shift === 0 ? 1 : common;
			return { bias, multiplier: 2 ** more, shift: shift + more };
		});
	return fc.oneof(
		fc.array(row, { minLength: count, maxLength: count }),
		row.map((one) => Array.from({ length: count }, () => one)),
	);
};

const widths: fc.Arbitrary<Width> = fc.constantFrom<Width>(8, 16, 32);

/** A clip that is a byte's, wherever the width admits it. */
const byteClips = (width: Width): fc.Arbitrary<{ low: number; high: number }> =>
	width === 8 ? clips(width) : fc.oneof(fc.constant({ low: 0, high: 255 }), clips(width));

/** An operator whose rows, one for each of `channels`, divide by powers of two. */
export const shifted = (
	form: Form,
	shape: readonly number[],
	[axis, channels]: readonly [number, number],
): fc.Arbitrary<Omit<Operator, "operands" | "node" | "opType">> =>
	widths.chain((width) =>
		fc.tuple(specs(shape, width), byteClips(width), powerRows(channels)).map(([spec, clip, rows]) => {
			const rescale: Rescale = { axes: [axis], rows };
			return { kind: "Dot", form, ...spec, ...clip, rescale };
		}),
	);

/** Matrix products by weights of 7 bits. */
export const kernelMatmuls: fc.Arbitrary<Case> = fc
	.record({
		lead: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
		k: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 30, max: 140 })),
		n: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 15, max: 33 })),
		xWidth: fc.constantFrom<Width>(8, 16),
		wWidth: fc.constantFrom<Width>(8, 8, 16),
	})
	.chain(({ lead, k, n, xWidth, wWidth }) => {
		const shape = [...lead, n];
		const operator = shifted({ type: "matmul" }, shape, [lead.length, n]);
		const operands = fc.tuple(source([...lead, k], xWidth, false), smallWeights([k, n], wWidth));
		return fc.tuple(operator, operands).map(([made, sources]) => caseOf(made, sources));
	});

const axis = fc
	.record({
		size: fc.integer({ min: 1, max: 7 }),
		kernel: fc.integer({ min: 1, max: 3 }),
		stride: fc.integer({ min: 1, max: 2 }),
		dilation: fc.integer({ min: 1, max: 2 }),
		begin: fc.integer({ min: 0, max: 3 }),
		end: fc.integer({ min: 0, max: 3 }),
	})
	.filter((a) => a.size + a.begin + a.end >= (a.kernel - 1) * a.dilation + 1);

/** Convolutions of bytes by weights of 7 bits: dense, grouped, depthwise, padded. */
export const kernelConvs: fc.Arbitrary<Case> = fc
	.record({
		axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
		batch: fc.integer({ min: 1, max: 2 }),
		group: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 9 })),
		channels: fc.integer({ min: 1, max: 4 }),
		filters: fc.integer({ min: 1, max: 4 }),
		depthwise: fc.boolean(),
	})
	.chain(({ axes, batch, group, channels, filters, depthwise }) => {
		const [inputs, outputs] = depthwise ? [1, 1] : [channels, filters];
		const x = [batch, inputs * group, ...axes.map((a) => a.size)];
		const w = [outputs * group, inputs, ...axes.map((a) => a.kernel)];
		const out = axes.map((a) => {
			return Math.floor((a.size + a.begin + a.end - (a.kernel - 1) * a.dilation - 1) / a.stride) + 1;
		});
		const form = {
			type: "conv",
			strides: axes.map((a) => a.stride),
			pads: [...axes.map((a) => a.begin), ...axes.map((a) => a.end)],
			dilations: axes.map((a) => a.dilation),
			group,
		} as const;
		const operator = shifted(form, [batch, outputs * group, ...out], [1, outputs * group]);
		return fc
			.tuple(operator, fc.tuple(source(x, 8, false), smallWeights(w)))
			.map(([made, sources]) => caseOf(made, sources));
	});

/** Convolutions by weights of 7 bits at single positions, of 8 and 16 bits. */
export const pointwiseConvs: fc.Arbitrary<Case> = fc
	.record({
		sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
		strides: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 3, maxLength: 3 }),
		batch: fc.integer({ min: 1, max: 2 }),
		channels: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 30, max: 140 })),
		filters: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 15, max: 33 })),
		xWidth: fc.constantFrom<Width>(8, 16, 16),
	})
	.chain(({ sizes, strides: all, batch, channels, filters, xWidth }) => {
		const strides = sizes.map((_, i) => all[i]);
		const ones = sizes.map(() => 1);
		const form = {
			type: "conv",
			strides,
			pads: [...sizes, ...sizes].map(() => 0),
			dilations: ones,
			group: 1,
		} as const;
		const out = sizes.map((size, i) => Math.floor((size - 1) / strides[i]) + 1);
		const operator = shifted(form, [batch, filters, ...out], [1, filters]);
		return fc
			.tuple(
				operator,
				source([batch, channels, ...sizes], xWidth, false),
				smallWeights([filters, channels, ...ones]),
			)
			.map(([made, ...sources]) => caseOf(made, sources));
	});

/** The operator of a case behind another that clips its input to what a byte, or 16 bits without a sign, holds. */
export const behindClip = ({ program, inputs }: Case, low: number, high: number): Case => {
	const [input] = program.inputs;
	const [operator] = program.operators;
	const first: Operator = {
		...input,
		width: 32,
		low,
		high,
		kind: "Add",
		form: { type: "linear", coefficients: [1] },
		operands: [{ source: "input", index: 0 }],
		rescale: { axes: [], rows: [{ bias: 0n, multiplier: 2, shift: 1 }] },
		node: "clip",
		opType: "Clip",
	};
	const [, ...others] = operator.operands;
	const made: Program = {
		...program,
		operators: [first, { ...operator, operands: [{ source: "operator", index: 0 }, ...others] }],
		outputs: [{ name: "output", operator: 1 }],
	};
	return { program: made, inputs };
};

/** Operators one after the other, each reading the one before: some of their results travel as bytes. */
export const chained = (cases: readonly Case[]): Case => {
	const [{ program, inputs }] = cases;
	const constants = cases.flatMap((one) => one.program.constants);
	let before = 0;
	const operators = cases.map(
		(
			{
				program: {
					operators: [operator],
					constants: own,
				},
			},
			index,
		): Operator => {
			const operands = operator.operands.map(({ source, index: from }) => {
				if (source === "constant") return { source, index: from + before } as const;
				return index === 0
					? ({ source: "input", index: 0 } as const)
					: ({ source: "operator", index: index - 1 } as const);
			});
			before += own.length;
			return { ...operator, operands };
		},
	);
	const outputs = [{ name: "output", operator: operators.length - 1 }];
	return { program: { ...program, constants, operators, outputs }, inputs };
};

const view = (form: Form, from: readonly number[], shape: readonly number[], given: Operator): Case => {
	const layout = shape.map((_, i) => i);
	const { width, low, high, scale } = given;
	const spec = { shape: from, layout: from.map((_, i) => i), width, low, high, scale };
	const data = elementsOf(width, Array<number>(sizeOf(from)).fill(0));
	return caseOf({ kind: "View", form, ...spec, shape, layout }, [{ spec, data, constant: false }]);
};

/** Dense layers of a batch, turned round and reshaped on the way. */
export const chains: fc.Arbitrary<Case> = fc
	.record({
		sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 3, maxLength: 4 }),
		xWidth: fc.constantFrom<Width>(8, 16),
		turned: fc.boolean(),
	})
	.chain(({ sizes, xWidth, turned }) => {
		const [first, ...others] = sizes;
		const layers = others.map((n, i) => {
			const x = source([2, sizes[i]], xWidth, false);
			const operands = fc.tuple(x, smallWeights([sizes[i], n]));
			return fc
				.tuple(shifted({ type: "matmul" }, [2, n], [1, n]), operands)
				.map(([made, sources]) => caseOf(made, sources));
		});
		return fc.tuple(...layers).map((list) => {
			if (!turned) return chained(list);
			const [head] = list;
			const [operator] = head.program.operators;
			const [, n] = operator.shape;
			const back = view({ type: "transpose", permutation: [1, 0] }, [2, n], [n, 2], operator);
			const again = view({ type: "transpose", permutation: [1, 0] }, [n, 2], [2, n], operator);
			const flat = view({ type: "reshape" }, [2, n], [2, n], operator);
			return first > 20
				? chained([head, back, again, ...list.slice(1)])
				: chained([head, flat, ...list.slice(1)]);
		});
	});
