import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { expectSameFloats } from "./decompose.ts";

/** As floats the same as onnxruntime, as a program within 1 % of it. */
async function expectSame(model: Model, inputs?: readonly Tensor[], tolerance?: number): Promise<Model> {
	const primitive = await expectSameFloats(model, inputs, tolerance);
	await expectFaithful(model, 1e-2, inputs ? { inputs: [inputs] } : {});
	return primitive;
}

const column = (g: GraphBuilder, name: string, dims: readonly number[], values: readonly number[]) =>
	g.constant(name, tensorFrom("int64", dims, values));

describe("ScatterND and ScatterElements by constant indices", () => {
	for (const reduction of ["none", "add", "mul", "max", "min"]) {
		test(`ScatterND, ${reduction}, with duplicates and negative indices`, async () => {
			const model = modelOf(
				[
					[4, 3, 2],
					[4, 2],
				],
				(g, [x, u]) => {
					const values = reduction === "none" ? [0, 1, -1, 2, 2, 0, 1, 1] : [0, 1, -1, 2, 0, 1, 0, 1];
					return g.node("ScatterND", [x, column(g, "i", [4, 2], values), u], { reduction });
				},
				18,
			);
			await expectSame(model);
		});
		test(`ScatterElements, ${reduction}`, async () => {
			for (const axis of [0, 1, -1]) {
				const values = reduction === "none" ? [0, -1, 2, 1] : [0, 0, -1, 1];
				const model = modelOf(
					[
						[3, 4],
						[2, 2],
					],
					(g, [x, u]) =>
						g.node("ScatterElements", [x, column(g, "i", [2, 2], values), u], { axis, reduction }),
					18,
				);
				await expectSame(model);
			}
		});
	}
	test("onto a constant", async () => {
		const model = modelOf([[2, 2]], (g, [u]) => {
			const base = g.constant("base", floats([3, 2], [1, 2, 3, 4, 5, 6]));
			return g.node("ScatterElements", [base, column(g, "i", [2, 2], [0, 1, 2, 0]), u]);
		});
		await expectSame(model);
	});
	test("Scatter of opset 9", async () => {
		const model = modelOf(
			[
				[3, 2],
				[2, 2],
			],
			(g, [x, u]) => g.node("Scatter", [x, column(g, "i", [2, 2], [0, 1, 2, 0]), u]),
			9,
		);
		const primitive = await expectSame(model);
		expect(primitive.graph.nodes.some(({ opType }) => /Scatter/.test(opType))).toBe(false);
	});
});

describe("scatters by indices that inputs decide", () => {
	const indices = (dims: readonly number[], values: readonly number[]): Tensor =>
		tensorFrom("int64", dims, values);
	for (const reduction of ["none", "add", "mul", "max", "min"]) {
		test(`${reduction}`, async () => {
			const nd = modelOf(
				[
					[3, 2, 2],
					[3, 2],
				],
				(g, [x, u]) => g.node("ScatterND", [x, g.input("i", "int64", [3, 2]), u], { reduction }),
				18,
			);
			const own = reduction === "none" ? [0, 1, -1, 0, 1, 1] : [0, 1, -1, 0, 0, 1];
			await expectSame(nd, [random([3, 2, 2]), random([3, 2], 2), indices([3, 2], own)]);
			for (const axis of [0, 1]) {
				const elements = modelOf(
					[
						[3, 4],
						[2, 3],
					],
					(g, [x, u]) =>
						g.node("ScatterElements", [x, g.input("i", "int64", [2, 3]), u], { axis, reduction }),
					18,
				);
				const values = axis === 0 ? [0, 1, -1, 2, 0, 1] : [3, -2, 0, 1, 2, 3];
				await expectSame(elements, [random([3, 4]), random([2, 3], 2), indices([2, 3], values)]);
			}
		});
	}
});

describe("scatters of many updates by indices that inputs decide", () => {
	const places = 7;
	const count = 150;
	const at = (size: number) =>
		Array.from({ length: size }, (_, u) => ((u * u + 3 * u) % (2 * places - 3)) - places);
	for (const reduction of ["none", "add", "max", "min"]) {
		test(`${reduction}, of rows that one index sends`, async () => {
			const rows = modelOf(
				[
					[places, 3],
					[count, 3],
				],
				(g, [x, u]) => {
					const column = g.node("Unsqueeze", [g.input("i", "int64", [count]), g.ints("axes", [1])]);
					const index = g.node("Expand", [column, g.ints("shape", [count, 3])]);
					return g.node("ScatterElements", [x, index, u], { axis: 0, reduction });
				},
				18,
			);
			const inputs = [random([places, 3]), random([count, 3], 2), tensorFrom("int64", [count], at(count))];
			const primitive = await expectSame(rows, inputs);
			const compared = primitive.graph.nodes.filter(({ opType }) => opType === "Equal");
			expect(compared.length).toBe(1);
			expect(primitive.graph.nodes.length).toBeLessThan(30);
			const isProduct = primitive.graph.nodes.some(({ opType }) => opType === "MatMul");
			expect(isProduct).toBe(reduction === "add");
		});
		test(`${reduction}, of elements that each have an index`, async () => {
			for (const axis of [0, 1]) {
				const own = axis === 0 ? [places, 3] : [2, places];
				const reach = own.map((size, a) => (a === axis ? count : size));
				const elements = modelOf(
					[own, reach],
					(g, [x, u]) => g.node("ScatterElements", [x, g.input("i", "int64", reach), u], { axis, reduction }),
					18,
				);
				const values = tensorFrom("int64", reach, at(reach[0] * reach[1]));
				await expectSame(elements, [random(own), random(reach, 2), values]);
			}
		});
		test(`${reduction}, of slices that tuples send`, async () => {
			const slices = modelOf(
				[
					[places, 2, 3],
					[count, 3],
				],
				(g, [x, u]) => g.node("ScatterND", [x, g.input("i", "int64", [count, 2]), u], { reduction }),
				18,
			);
			const tuples = Array.from({ length: 2 * count }, (_, k) =>
				k % 2 === 0 ? at(count)[k / 2] : ((k >> 1) % 4) - 2,
			);
			const inputs = [random([places, 2, 3]), random([count, 3], 2), tensorFrom("int64", [count, 2], tuples)];
			await expectSame(slices, inputs);
		});
	}

	test("and of whole numbers, which count", async () => {
		const counts = modelOf(
			[[places]],
			(g, [x]) => {
				const ones = g.node("Cast", [g.node("Sign", [g.input("u", "float32", [count])])], { to: 7 });
				const start = g.node("Cast", [x], { to: 7 });
				const index = g.input("i", "int64", [count]);
				return g.node("ScatterElements", [start, index, ones], { reduction: "add" });
			},
			18,
		);
		await expectSame(counts, [random([places]), random([count], 2), tensorFrom("int64", [count], at(count))]);
	});
});

test("Trilu of both sides and every diagonal", async () => {
	for (const upper of [0, 1]) {
		for (const k of [-5, -1, 0, 1, 2, 5]) {
			for (const shape of [
				[3, 4],
				[2, 4, 3],
				[1, 2, 1, 3],
			]) {
				await expectSame(
					modelOf([shape], (g, [x]) => g.node("Trilu", [x, column(g, "k", [], [k])], { upper })),
				);
			}
		}
	}
	await expectSame(modelOf([[3, 3]], (g, [x]) => g.node("Trilu", [x])));
});

test("CumSum along every axis, exclusive and reverse", async () => {
	for (const [exclusive, reverse] of [
		[0, 0],
		[0, 1],
		[1, 0],
		[1, 1],
	]) {
		for (const axis of [0, 1, 2, -1]) {
			const model = modelOf([[2, 5, 3]], (g, [x]) =>
				g.node("CumSum", [x, column(g, "axis", [], [axis])], { exclusive, reverse }),
			);
			await expectSame(model);
		}
	}
});

test("OneHot with axes, other values, depth and negative indices", async () => {
	const index = tensorFrom("int64", [2, 3], [0, 4, -1, 2, -5, 9]);
	for (const axis of [0, 1, -1]) {
		for (const values of [
			[0, 1],
			[-1.5, 2],
		]) {
			const model = modelOf([], (g) => {
				const i = g.input("i", "int64", [2, 3]);
				return g.node("OneHot", [i, column(g, "d", [1], [5]), g.constant("v", floats([2], values))], {
					axis,
				});
			});
			await expectSame(model, [index]);
		}
	}
});

test("TopK with ties, both directions, both outputs", async () => {
	const tied = floats([2, 6], [1, 3, 3, 2, 3, 0, -1, -1, 5, 5, 0, 2]);
	for (const largest of [0, 1]) {
		for (const k of [1, 3, 6]) {
			const model = modelOf([[2, 6]], (g, [x]) => {
				g.node("TopK", [x, column(g, "k", [1], [k])], { largest }, "top", ["values", "indices"]);
				return ["values", "indices"];
			});
			await expectSame(model, [tied]);
			const inner = modelOf([[2, 6, 3]], (g, [x]) => {
				g.node("TopK", [x, column(g, "k", [1], [k])], { largest, axis: 1 }, "top", ["values", "indices"]);
				return ["values", "indices"];
			});
			await expectSame(inner);
		}
	}
});

test("Compress by a constant condition", async () => {
	const condition = tensorFrom("bool", [3], [1, 0, 1]);
	for (const axis of [0, 1, -1, undefined]) {
		const model = modelOf([[3, 4]], (g, [x]) =>
			g.node("Compress", [x, g.constant("c", condition)], axis === undefined ? {} : { axis }),
		);
		await expectSame(model);
	}
});

test("ReverseSequence by constant and by given lengths", async () => {
	for (const [time_axis, batch_axis] of [
		[0, 1],
		[1, 0],
	]) {
		const batch = batch_axis === 1 ? 3 : 4;
		const lengths = tensorFrom("int64", [batch], [1, 3, 2, 3].slice(0, batch));
		const build = (constant: boolean) =>
			modelOf([[4, 3, 2]], (g, [x]) => {
				const l = constant ? g.constant("l", lengths) : g.input("l", "int64", [batch]);
				return g.node("ReverseSequence", [x, l], { time_axis, batch_axis });
			});
		await expectSame(build(true));
		await expectSame(build(false), [random([4, 3, 2]), lengths]);
	}
});

test("Col2Im with strides, pads and dilations", async () => {
	const build = (shape: number[], image: number[], block: number[], attributes: Record<string, number[]>) =>
		modelOf(
			[shape],
			(g, [x]) => g.node("Col2Im", [x, g.ints("image", image), g.ints("block", block)], attributes),
			18,
		);
	await expectSame(build([1, 5, 5], [5, 5], [1, 5], {}));
	await expectSame(build([2, 8, 9], [4, 4], [2, 2], {}));
	await expectSame(build([1, 9, 16], [4, 4], [3, 3], { pads: [1, 1, 1, 1] }));
	await expectSame(build([1, 9, 4], [5, 5], [3, 3], { strides: [2, 2] }));
	await expectSame(build([1, 4, 9], [5, 5], [2, 2], { dilations: [2, 2] }));
});

test("CenterCropPad", async () => {
	for (const size of [
		[2, 2],
		[5, 7],
		[3, 6],
		[6, 1],
	]) {
		await expectSame(modelOf([[4, 5]], (g, [x]) => g.node("CenterCropPad", [x, g.ints("s", size)]), 18));
	}
	const axes = modelOf(
		[[4, 5, 2]],
		(g, [x]) => g.node("CenterCropPad", [x, g.ints("s", [7])], { axes: [-2] }),
		18,
	);
	await expectSame(axes);
});

test("MaxUnpool by constant indices", async () => {
	const indices = [5, 7, 13, 15];
	const model = modelOf([[1, 1, 2, 2]], (g, [x]) =>
		g.node("MaxUnpool", [x, column(g, "i", [1, 1, 2, 2], indices)], {
			kernel_shape: [2, 2],
			strides: [2, 2],
		}),
	);
	await expectSame(model);
});

test("IsNaN and IsInf are never true", async () => {
	const model = modelOf([[2, 3]], (g, [x]) => [g.node("IsNaN", [x]), g.node("IsInf", [x])]);
	const primitive = await expectSame(model);
	expect(primitive.graph.nodes.every((node) => node.opType === "Identity")).toBe(true);
});
