import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { expectExact, formsOf } from "@umpire/testing/compiler/check.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

type Build = (g: GraphBuilder, names: string[]) => string;

function run(inputs: readonly Tensor[], build: Build) {
	const g = new GraphBuilder("gathering", { opset: 17 });
	g.output(
		build(
			g,
			inputs.map(({ type, dims }, i) => g.input(`x${i}`, type, dims)),
		),
	);
	return expectExact(g.model(), { inputs: [inputs] });
}

const sizeOf = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
const numbers = (dims: readonly number[]) =>
	tensorFrom(
		"int64",
		dims,
		Array.from({ length: sizeOf(dims) }, (_, i) => ((i * 37) % 101) - 50),
	);
const int64 = (dims: readonly number[], values: readonly number[]) => tensorFrom("int64", dims, values);

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

describe("Gather", () => {
	test("by constants: slices where they are, else by their positions", async () => {
		const x = numbers([4, 6]);
		const by = (dims: number[], values: number[], axis: number) =>
			run([x], (g, [a]) => g.node("Gather", [a, g.constant("i", int64(dims, values))], { axis }));
		expect(formsOf(await by([], [2], 0))).toEqual(["slice", "reshape"]);
		expect(formsOf(await by([], [-1], 1))).toEqual(["slice", "reshape"]);
		expect(formsOf(await by([3], [5, 3, 1], -1))).toEqual(["slice"]);
		expect(formsOf(await by([2, 2], [0, 1, 2, 3], 0))).toEqual(["reshape"]);
		expect(formsOf(await by([2, 2], [0, -1, 1, 1], 1))).toEqual(["gather"]);
	});

	test("random shapes, axes and indices, constant or not, negative or not", async () => {
		await fc.assert(
			fc.asyncProperty(fc.gen(), async (g) => {
				const data = numbers(g(() => shape));
				const axis = g(fc.integer, { min: -data.dims.length, max: data.dims.length - 1 });
				const size = data.dims.at(axis)!;
				const dims = g(fc.array, fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
				const least = g(fc.boolean) ? -size : 0;
				const index = int64(
					dims,
					Array.from({ length: sizeOf(dims) }, () => g(fc.integer, { min: least, max: size - 1 })),
				);
				const [dataFixed, indexFixed] = g(() =>
					fc.constantFrom([false, true], [true, false], [false, false]),
				);
				const inputs = [...(dataFixed ? [] : [data]), ...(indexFixed ? [] : [index])];
				await run(inputs, (b, names) => {
					const rest = [...names];
					const x = dataFixed ? b.constant("data", data) : rest.shift()!;
					const i = indexFixed ? b.constant("index", index) : rest.shift()!;
					return b.node("Gather", [x, i], { axis });
				});
			}),
			{ numRuns: 40 },
		);
	});

	test("rows of a large constant table", async () => {
		const table = numbers([5000, 3]);
		await run([int64([2, 3], [0, 4999, 17, 2, 2, 1234])], (g, [i]) =>
			g.node("Gather", [g.constant("table", table), i]),
		);
	});
});

test("GatherElements: random shapes, axes and indices", async () => {
	await fc.assert(
		fc.asyncProperty(fc.gen(), async (g) => {
			const data = numbers(g(() => shape));
			const axis = g(fc.integer, { min: -data.dims.length, max: data.dims.length - 1 });
			const at = axis < 0 ? axis + data.dims.length : axis;
			const dims = data.dims.map((size, i) => g(fc.integer, { min: 1, max: i === at ? 5 : size }));
			const size = data.dims[at];
			const index = int64(
				dims,
				Array.from({ length: sizeOf(dims) }, () => g(fc.integer, { min: -size, max: size - 1 })),
			);
			const fixed = g(fc.boolean);
			await run(fixed ? [data] : [data, index], (b, [x, i = b.constant("index", index)]) =>
				b.node("GatherElements", [x, i], { axis }),
			);
		}),
		{ numRuns: 40 },
	);
});

test("GatherND: random shapes, batch axes and tuples", async () => {
	await fc.assert(
		fc.asyncProperty(fc.gen(), async (g) => {
			const data = numbers(g(() => shape));
			const rank = data.dims.length;
			const length = g(fc.integer, { min: 1, max: rank });
			const batch = g(fc.integer, { min: 0, max: rank - length });
			const more = g(fc.array, fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
			const dims = [...data.dims.slice(0, batch), ...more, length];
			const sizes = data.dims.slice(batch, batch + length);
			const index = int64(
				dims,
				Array.from({ length: sizeOf(dims) }, (_, i) => {
					const size = sizes[i % length];
					return g(fc.integer, { min: -size, max: size - 1 });
				}),
			);
			const fixed = g(fc.boolean);
			await run(fixed ? [data] : [data, index], (b, [x, i = b.constant("index", index)]) =>
				b.node("GatherND", [x, i], { batch_dims: batch }),
			);
		}),
		{ numRuns: 40 },
	);
});

describe("ArgMax and ArgMin", () => {
	test("random shapes, axes, ties, keepdims, first or last", async () => {
		await fc.assert(
			fc.asyncProperty(fc.gen(), async (g) => {
				const dims = g(() => shape);
				const few = Array.from({ length: sizeOf(dims) }, () => g(fc.integer, { min: -1, max: 1 }));
				const type = g(() => fc.constantFrom<"int32" | "float32">("int32", "float32"));
				const x = tensorFrom(type, dims, few);
				const opType = g(() => fc.constantFrom("ArgMax", "ArgMin"));
				const attributes = {
					axis: g(fc.integer, { min: -dims.length, max: dims.length - 1 }),
					keepdims: g(fc.nat, 1),
					select_last_index: g(fc.nat, 1),
				};
				await run([x], (b, [a]) => b.node(opType, [a], attributes));
			}),
			{ numRuns: 40 },
		);
	});

	test("an axis longer than a cone, with ties across its pieces", async () => {
		const values = Array.from({ length: 9000 }, (_, i) => (i * 7919) % 8999);
		const x = tensorFrom(
			"int32",
			[9000, 2],
			values.flatMap((v, i) => [v, i % 5000 === 4500 ? 9999 : -v]),
		);
		for (const last of [0, 1]) {
			await run([x], (g, [a]) => g.node("ArgMax", [a], { axis: 0, select_last_index: last }));
		}
		await run([x], (g, [a]) => g.node("ArgMin", [a], { axis: 0, keepdims: 0 }));
	});
});
