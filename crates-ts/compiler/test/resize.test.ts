import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, test } from "vitest";
import { expectSameFloats } from "./decompose.ts";

/** As floats the same as onnxruntime, as a program within 1 % of it. */
async function expectSame(model: Model, inputs?: readonly Tensor[], tolerance?: number): Promise<Model> {
	const primitive = await expectSameFloats(model, inputs, tolerance);
	await expectFaithful(model, 1e-2, inputs ? { inputs: [inputs] } : {});
	return primitive;
}

type Attributes = Record<string, number | string | number[]>;

interface Sizes {
	readonly scales?: number[];
	readonly sizes?: number[];
	readonly roi?: number[];
}

function resize(shape: number[], { scales, sizes, roi }: Sizes, attributes: Attributes, opset = 19) {
	return modelOf(
		[shape],
		(g, [x]) => {
			const part = (name: string, values: number[] | undefined) =>
				values ? g.constant(name, floats([values.length], values)) : "";
			const inputs = [x, part("roi", roi), part("scales", scales)];
			if (sizes) inputs.push(g.ints("sizes", sizes));
			return g.node("Resize", inputs, attributes);
		},
		opset,
	);
}

const TRANSFORMATIONS = [
	"half_pixel",
	"half_pixel_symmetric",
	"pytorch_half_pixel",
	"align_corners",
	"asymmetric",
];
const CHANGES: [number[], Sizes][] = [
	[[1, 2, 4, 4], { scales: [1, 1, 2, 3] }],
	[[1, 1, 5, 7], { scales: [1, 1, 0.7, 0.5] }],
	[[2, 1, 3, 5], { sizes: [2, 1, 7, 2] }],
	[[1, 1, 4, 4], { sizes: [1, 1, 1, 9] }],
];

describe.each(TRANSFORMATIONS)("%s", (coordinate_transformation_mode) => {
	test.each(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])(
		"nearest, %s",
		async (nearest_mode) => {
			for (const [shape, sizes] of CHANGES) {
				await expectSameFloats(
					resize(shape, sizes, { mode: "nearest", nearest_mode, coordinate_transformation_mode }),
				);
			}
		},
	);
	test("linear and cubic", async () => {
		for (const [shape, sizes] of CHANGES) {
			await expectSame(resize(shape, sizes, { mode: "linear", coordinate_transformation_mode }));
			for (const exclude_outside of [0, 1]) {
				const cubic = { mode: "cubic", cubic_coeff_a: -0.5, exclude_outside, coordinate_transformation_mode };
				await expectSame(resize(shape, sizes, cubic));
			}
		}
	});
});

test("a coordinate on the boundary between two elements", async () => {
	await expectSame(
		resize([1, 1, 5, 5], { scales: [1, 1, 0.6, 0.6] }, { mode: "nearest", nearest_mode: "floor" }),
	);
});

test("tf_crop_and_resize fills what lies outside", async () => {
	const roi = [0, 0, 0.4, -0.2, 1, 1, 0.6, 1.3];
	for (const mode of ["nearest", "linear"]) {
		const attributes = {
			mode,
			coordinate_transformation_mode: "tf_crop_and_resize",
			extrapolation_value: 10,
		};
		await expectSame(resize([1, 1, 4, 4], { roi, sizes: [1, 1, 3, 5] }, attributes));
	}
});

test("antialias", async () => {
	for (const mode of ["linear", "cubic"]) {
		const attributes = { mode, antialias: 1 };
		await expectSame(resize([1, 1, 8, 9], { scales: [1, 1, 0.5, 0.6] }, attributes), undefined, 1e-4);
		await expectSame(resize([1, 2, 6, 6], { scales: [1, 1, 1.5, 0.5] }, attributes), undefined, 1e-4);
	}
});

test("axes and keep_aspect_ratio_policy", async () => {
	for (const keep_aspect_ratio_policy of ["stretch", "not_larger", "not_smaller"]) {
		const attributes = { axes: [3, 2], mode: "linear", keep_aspect_ratio_policy };
		await expectSame(resize([1, 2, 4, 6], { sizes: [8, 3] }, attributes));
	}
	await expectSame(resize([1, 2, 4, 6], { scales: [2] }, { axes: [-1], mode: "nearest" }));
});

test("one and three spatial axes", async () => {
	await expectSame(resize([1, 2, 5], { scales: [1, 1, 2] }, { mode: "linear" }));
	await expectSame(resize([1, 1, 3, 4, 5], { scales: [1, 1, 2, 1, 1.5] }, { mode: "linear" }));
	await expectSame(resize([1, 1, 3, 4, 5], { scales: [1, 1, 2, 1, 1.5] }, { mode: "nearest" }));
});

test("the forms of opsets 7, 9, 10 and 11", async () => {
	for (const mode of ["nearest", "linear"]) {
		const scales = (values: number[]) => floats([4], values);
		await expectSame(
			modelOf([[1, 1, 3, 4]], (g, [x]) => g.node("Upsample", [x], { mode, scales: [1, 1, 2, 3] }), 7),
		);
		for (const [opset, opType] of [
			[9, "Upsample"],
			[10, "Resize"],
		] as const) {
			const build = (values: number[]) =>
				modelOf(
					[[1, 1, 3, 4]],
					(g, [x]) => g.node(opType, [x, g.constant("s", scales(values))], { mode }),
					opset,
				);
			await expectSame(build([1, 1, 2, 1.5]));
			if (opset === 10) await expectSame(build([1, 1, 0.7, 0.5]));
		}
		await expectSame(resize([1, 1, 3, 4], { roi: [], scales: [1, 1, 2, 2] }, { mode }, 11));
	}
});

describe("GridSample by a constant grid", () => {
	for (const align_corners of [0, 1]) {
		test.each(["zeros", "border", "reflection"])(
			`align_corners ${align_corners}, %s`,
			async (padding_mode) => {
				const grid = random([2, 3, 4, 2], 5);
				for (const mode of ["linear", "nearest", "cubic"]) {
					const model = modelOf(
						[[2, 3, 4, 5]],
						(g, [x]) =>
							g.node("GridSample", [x, g.constant("grid", grid)], { mode, padding_mode, align_corners }),
						20,
					);
					await expectSame(model, undefined, 1e-4);
				}
				const volume = modelOf(
					[[1, 2, 3, 4, 5]],
					(g, [x]) => {
						const points = g.constant("grid", random([1, 2, 3, 2, 3], 6));
						return g.node("GridSample", [x, points], { padding_mode, align_corners });
					},
					20,
				);
				await expectSame(volume, undefined, 1e-4);
			},
		);
	}
	test("opset 16 names, and the grid of an AffineGrid", async () => {
		const theta = floats([1, 2, 3], [0.7, 0.2, 0.1, -0.2, 0.7, -0.1]);
		const model = modelOf(
			[[1, 2, 4, 5]],
			(g, [x]) => {
				const size = g.ints("size", [1, 2, 3, 4]);
				return g.node("GridSample", [x, g.node("AffineGrid", [g.constant("theta", theta), size])]);
			},
			20,
		);
		await expectSame(model);
		const old = modelOf([[1, 1, 4, 4]], (g, [x]) =>
			g.node("GridSample", [x, g.constant("grid", random([1, 2, 2, 2]))], { mode: "bicubic" }),
		);
		await expectSame(old, undefined, 1e-4);
	});
});

test("AffineGrid of a transformation that inputs give", async () => {
	for (const align_corners of [0, 1]) {
		const plane = modelOf(
			[[2, 2, 3]],
			(g, [theta]) => g.node("AffineGrid", [theta, g.ints("size", [2, 1, 3, 4])], { align_corners }),
			20,
		);
		await expectSame(plane);
		const volume = modelOf(
			[[1, 3, 4]],
			(g, [theta]) => g.node("AffineGrid", [theta, g.ints("size", [1, 1, 2, 3, 4])], { align_corners }),
			20,
		);
		await expectSame(volume);
	}
});
