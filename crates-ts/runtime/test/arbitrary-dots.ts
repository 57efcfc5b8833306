import type { Width } from "@umpire/commitment/constants.ts";
import type { Form, Operator } from "@umpire/operators/program.ts";
import fc from "fast-check";
import { type Case, caseOf, ones, type Source } from "./arbitrary-case.ts";
import { clips, rescales, shapes, sizeOf, specs, values } from "./arbitrary-tensors.ts";

const small: fc.Arbitrary<Width> = fc.constantFrom<Width>(8, 16);
const widths: fc.Arbitrary<Width> = fc.constantFrom<Width>(8, 16, 32);

/** An operand of any layout, as a constant or as an input. */
export const source = (shape: readonly number[], width: Width, constant: boolean): fc.Arbitrary<Source> =>
	constant
		? fc
				.tuple(specs(shape, width), values(width, sizeOf(shape)))
				.map(([spec, data]): Source => ({ spec, data, constant: true }))
		: fc
				.tuple(specs(shape, width), values(width, sizeOf(shape)))
				.map(([spec, data]): Source => ({ spec, data, constant: false }));

/** Finishes a rescaled operator: its width, layout, clip and rows. */
export function rescaled(
	kind: Operator["kind"],
	form: Form,
	shape: readonly number[],
	operands: readonly fc.Arbitrary<Source>[],
	axes: readonly (readonly number[])[],
): fc.Arbitrary<Case> {
	return widths.chain((width) =>
		fc
			.tuple(specs(shape, width), clips(width), rescales(shape, axes), fc.tuple(...operands))
			.map(([spec, clip, rescale, sources]) => caseOf({ kind, form, ...spec, ...clip, rescale }, sources)),
	);
}

const spatialAxis = fc
	.record({
		size: fc.integer({ min: 1, max: 6 }),
		kernel: fc.integer({ min: 1, max: 3 }),
		stride: fc.integer({ min: 1, max: 3 }),
		dilation: fc.integer({ min: 1, max: 3 }),
		begin: fc.integer({ min: 0, max: 4 }),
		end: fc.integer({ min: 0, max: 4 }),
	})
	.filter((a) => a.size + a.begin + a.end >= (a.kernel - 1) * a.dilation + 1);
type SpatialAxis = typeof spatialAxis extends fc.Arbitrary<infer T> ? T : never;

const spatial = fc.array(spatialAxis, { minLength: 1, maxLength: 3 });

const outputSize = (a: SpatialAxis): number =>
	Math.floor((a.size + a.begin + a.end - (a.kernel - 1) * a.dilation - 1) / a.stride) + 1;

const lists = (axes: readonly SpatialAxis[]) => ({
	strides: axes.map((a) => a.stride),
	pads: [...axes.map((a) => a.begin), ...axes.map((a) => a.end)],
	dilations: axes.map((a) => a.dilation),
});

export const convs: fc.Arbitrary<Case> = fc
	.record({
		axes: spatial,
		batch: fc.integer({ min: 1, max: 2 }),
		group: fc.integer({ min: 1, max: 3 }),
		channels: fc.integer({ min: 1, max: 3 }),
		filters: fc.integer({ min: 1, max: 3 }),
		xWidth: widths,
		wWidth: small,
		constant: fc.boolean(),
	})
	.chain(({ axes, batch, group, channels, filters, xWidth, wWidth, constant }) => {
		const x = [batch, channels * group, ...axes.map((a) => a.size)];
		const w = [filters * group, channels, ...axes.map((a) => a.kernel)];
		const shape = [batch, filters * group, ...axes.map(outputSize)];
		const form = { type: "conv", ...lists(axes), group } as const;
		const operands = [source(x, xWidth, false), source(w, wWidth, constant)];
		return rescaled("Dot", form, shape, operands, [[], [1], [1, 2], shape.map((_, i) => i)]);
	});

/** Convolutions large enough for onnxruntime's blocked layout, with real weights. */
export const wideConvs: fc.Arbitrary<Case> = fc
	.record({ side: fc.integer({ min: 3, max: 6 }), filters: fc.constantFrom(8, 16, 32), width: small })
	.chain(({ side, filters, width }) => {
		const form = { type: "conv", strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
		const operands = [source([1, 16, side, side], width, false), source([filters, 16, 3, 3], 8, true)];
		return rescaled("Dot", form, [1, filters, side, side], operands, [[], [1]]);
	});

/** Convolutions of 16 bits whose rows are small enough to join the weights of two float32 convolutions. */
export const halvedConvs: fc.Arbitrary<Case> = fc
	.record({
		filters: fc.integer({ min: 1, max: 4 }),
		channels: fc.constantFrom(1, 3, 8),
		least: fc.integer({ min: 1, max: 12 }),
		spread: fc.integer({ min: 0, max: 3 }),
		width: small,
	})
	.chain(({ filters, channels, least, spread, width }) => {
		const shape = [1, filters, 4, 4];
		const form = { type: "conv", strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
		const row = fc.record({
			bias: fc.bigInt(-(2n ** 22n), 2n ** 22n),
			multiplier: fc.integer({ min: 1, max: 5 }),
			shift: fc.integer({ min: least, max: least + spread }),
		});
		const operands = fc.tuple(
			source([1, channels, 4, 4], 16, false),
			source([filters, channels, 3, 3], 8, true),
		);
		const rows = fc.array(row, { minLength: filters, maxLength: filters });
		return fc
			.tuple(specs(shape, width), clips(width), rows, operands)
			.map(([spec, clip, list, sources]) =>
				caseOf({ kind: "Dot", form, ...spec, ...clip, rescale: { axes: [1], rows: list } }, sources),
			);
	});

/** Convolutions whose weights are too large for one float32 sum over all channels. */
export const slicedConvs: fc.Arbitrary<Case> = fc
	.record({
		filters: fc.integer({ min: 1, max: 3 }),
		xWidth: small,
		most: fc.integer({ min: 1500, max: 4000 }),
	})
	.chain(({ filters, xWidth, most }) => {
		const shape = [2, filters, 3, 3];
		const form = { type: "conv", strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;
		const w = [filters, 16, 3, 3];
		const weights = fc
			.tuple(
				specs(w, 16),
				fc.array(fc.integer({ min: -most, max: most }), { minLength: sizeOf(w), maxLength: sizeOf(w) }),
			)
			.map(([spec, data]): Source => ({ spec, data: Int16Array.from(data), constant: true }));
		const operands = [source([2, 16, 3, 3], xWidth, false), weights];
		return rescaled("Dot", form, shape, operands, [[], [1]]);
	});

/** Convolutions by a kernel of one position, some with strides. */
export const pointwiseConvs: fc.Arbitrary<Case> = fc
	.record({
		batch: fc.integer({ min: 1, max: 2 }),
		axes: fc.array(
			fc.record({ size: fc.integer({ min: 1, max: 5 }), stride: fc.integer({ min: 1, max: 3 }) }),
			{
				minLength: 1,
				maxLength: 3,
			},
		),
		channels: fc.integer({ min: 1, max: 5 }),
		filters: fc.integer({ min: 1, max: 4 }),
		xWidth: widths,
	})
	.chain(({ batch, axes, channels, filters, xWidth }) => {
		const none = axes.map(() => 0);
		const form = {
			type: "conv",
			strides: axes.map(({ stride }) => stride),
			pads: [...none, ...none],
			dilations: axes.map(() => 1),
			group: 1,
		} as const;
		const shape = [batch, filters, ...axes.map(({ size, stride }) => Math.ceil(size / stride))];
		const operands = [
			source([batch, channels, ...axes.map(({ size }) => size)], xWidth, false),
			source([filters, channels, ...axes.map(() => 1)], 16, true),
		];
		return rescaled("Dot", form, shape, operands, [[], [1]]);
	});

export const averages: fc.Arbitrary<Case> = fc
	.record({
		axes: spatial,
		batch: fc.integer({ min: 1, max: 2 }),
		channels: fc.integer({ min: 1, max: 3 }),
		width: widths,
	})
	.chain(({ axes, batch, channels, width }) => {
		const kernel = axes.map((a) => a.kernel);
		const form = { type: "pool", kernel, ...lists(axes) } as const;
		const shape = [batch, channels, ...axes.map(outputSize)];
		const x = source([batch, channels, ...axes.map((a) => a.size)], width, false);
		return rescaled("Dot", form, shape, [x, ones(kernel.at(-1) ?? 1)], [[], [2]]);
	});

/** onnxruntime pools over at most three axes at once: more are few and small. */
const manyAxes = fc.array(
	spatialAxis.filter(({ size, begin, end }) => size + begin + end <= 6),
	{ minLength: 4, maxLength: 5 },
);

export const maxPools: fc.Arbitrary<Case> = fc
	.record({
		axes: fc.oneof({ weight: 3, arbitrary: spatial }, { weight: 1, arbitrary: manyAxes }),
		batch: fc.integer({ min: 1, max: 2 }),
		channels: fc.integer({ min: 1, max: 3 }),
		width: widths,
	})
	.chain(({ axes, batch, channels, width }) => {
		const form = { type: "pool", kernel: axes.map((a) => a.kernel), ...lists(axes) } as const;
		const shape = [batch, channels, ...axes.map(outputSize)];
		return fc
			.tuple(specs(shape, width), source([batch, channels, ...axes.map((a) => a.size)], width, false))
			.map(([spec, x]) => caseOf({ kind: "Max", form, ...spec }, [x]));
	});

export const matmuls: fc.Arbitrary<Case> = fc
	.record({
		lead: shapes(0, 2, 3),
		single: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
		cut: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.boolean()),
		size: fc.tuple(...[4, 20, 5].map((max) => fc.integer({ min: 1, max }))),
		aWidth: small,
		bWidth: small,
		constant: fc.boolean(),
	})
	.chain(({ lead, single, cut, size: [m, k, n], aWidth, bWidth, constant }) => {
		// Either operand may lack leading axes or have size 1 there.
		const a = lead.map((s, i) => (single[i] ? 1 : s));
		const b = lead.map((s, i) => (single[i + 2] ? 1 : s)).slice(cut[1] ? cut[0] : 0);
		const full = lead.map((_, i) => Math.max(a[i], b[i - (lead.length - b.length)] ?? 1));
		const shape = [...full, m, n];
		const operands = [source([...a, m, k], aWidth, false), source([...b, k, n], bWidth, constant)];
		return rescaled("Dot", { type: "matmul" }, shape, operands, [[], [shape.length - 1], [shape.length - 2]]);
	});

export const sums: fc.Arbitrary<Case> = fc.tuple(shapes(1, 4), widths).chain(([x, width]) =>
	fc
		.subarray(
			x.map((_, i) => i),
			{ minLength: 1 },
		)
		.chain((axes) => {
			const shape = x.map((size, i) => (axes.includes(i) ? 1 : size));
			const operands = [source(x, width, false), ones(x[axes.at(-1) ?? 0])];
			return rescaled("Dot", { type: "sum", axes }, shape, operands, [[], [0]]);
		}),
);

export const all = {
	conv: convs,
	"wide conv": wideConvs,
	"halved conv": halvedConvs,
	"sliced conv": slicedConvs,
	"pointwise conv": pointwiseConvs,
	"average pool": averages,
	"max pool": maxPools,
	matmul: matmuls,
	sum: sums,
};
