import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import {
	expectFaithful,
	expectOutputs,
	floats,
	modelOf,
	outputsOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { expectSameFloats } from "./decompose.ts";

async function expectSame(model: Model, inputs?: readonly Tensor[]): Promise<void> {
	await expectSameFloats(model, inputs);
	await expectFaithful(model, 1e-2, inputs ? { inputs: [inputs] } : {});
}

/** Attention of queries [2, 4, 3, 8] on keys and values of `heads` heads over five positions. */
function attention(heads: number, attributes: Record<string, AttributeInput>, mask?: Tensor): Model {
	const shapes = [
		[2, 4, 3, 8],
		[2, heads, 5, 8],
		[2, heads, 5, 6],
	];
	return modelOf(
		shapes,
		(g, inputs) => g.node("Attention", mask ? [...inputs, g.constant("mask", mask)] : inputs, attributes),
		23,
	);
}

const truths = (dims: readonly number[], values: readonly number[]): Tensor =>
	tensorFrom("bool", dims, values);

describe("Attention", () => {
	const cases: readonly (readonly [string, number, Record<string, AttributeInput>, Tensor?])[] = [
		["plain", 4, {}],
		["causal", 4, { is_causal: 1 }],
		["of grouped queries", 2, { scale: { type: "float", value: 0.2 } }],
		["with a soft cap", 4, { softcap: { type: "float", value: 2 } }],
		["with a mask of truth values", 4, {}, truths([3, 5], [1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0])],
		["with numbers to add", 1, {}, random([2, 1, 3, 5], 7)],
	];
	for (const [name, heads, attributes, mask] of cases) {
		test(name, () => expectSame(attention(heads, attributes, mask)));
	}

	test("of three dimensions, with past and present", async () => {
		const shapes = [
			[1, 2, 12],
			[1, 2, 6],
			[1, 2, 6],
			[1, 2, 4, 3],
			[1, 2, 4, 3],
		];
		const model = modelOf(
			shapes,
			(g, [q, k, v, pastKey, pastValue]) => {
				const outputs = ["y", "present_key", "present_value", "scores"];
				const attributes = { q_num_heads: 4, kv_num_heads: 2, is_causal: 1, qk_matmul_output_mode: 3 };
				g.node("Attention", [q, k, v, "", pastKey, pastValue], attributes, "Attention", outputs);
				return outputs;
			},
			23,
		);
		await expectSame(model);
	});

	test("gives zeros to a query that may look at nothing", async () => {
		const model = attention(4, {}, truths([3, 5], [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]));
		const feed = [random([2, 4, 3, 8], 1), random([2, 4, 5, 8], 2), random([2, 4, 5, 6], 3)];
		const [y] = outputsOf(await compile(model, { inputs: [feed] }), namesOf(model, feed));
		for (let block = 0; block < 8; block++)
			expect(y.slice(18 * block + 6, 18 * block + 12)).toEqual([0, 0, 0, 0, 0, 0]);
		expect(y.slice(0, 6)).not.toContain(0);
	});

	test("over as many keys as an input says, in a window", async () => {
		const shapes = [
			[2, 1, 2, 4],
			[2, 1, 5, 4],
			[2, 1, 5, 4],
		];
		const model = modelOf(
			shapes,
			(g, [q, k, v]) => {
				const valid = g.input("valid", "int64", [2]);
				const attributes = { is_causal: 1, left_window_size: 1 };
				return g.node("Attention", [q, k, v, "", "", "", valid], attributes);
			},
			25,
		);
		const feed = [random(shapes[0], 1), random(shapes[1], 2), random(shapes[2], 3)];
		const [q, k, v] = feed.map(({ data }) => Array.from(data as Float32Array));
		const valid = [4, 3];
		const expected: number[] = [];
		for (const [b, count] of valid.entries()) {
			for (let i = 0; i < 2; i++) {
				const last = count - 2 + i;
				const keys = [last - 1, last];
				const row = (x: number[], at: number) => x.slice(4 * at, 4 * at + 4);
				const scores = keys.map(
					(j) => row(q, 2 * b + i).reduce((sum, x, c) => sum + x * row(k, 5 * b + j)[c], 0) / 2,
				);
				const powers = scores.map(Math.exp);
				const total = powers.reduce((a, c) => a + c);
				for (let c = 0; c < 4; c++)
					expected.push(keys.reduce((sum, j, n) => sum + (powers[n] / total) * row(v, 5 * b + j)[c], 0));
			}
		}
		await expectOutputs(model, [...feed, tensorFrom("int64", [2], valid)], [expected], 2e-3);
	});
});

describe("RotaryEmbedding", () => {
	for (const interleaved of [0, 1]) {
		test(`interleaved = ${interleaved}, of a part of the head, at given positions`, async () => {
			const model = modelOf(
				[[2, 3, 4, 8]],
				(g, [x]) => {
					const tables = ["cos", "sin"].map((name, k) => g.constant(name, random([10, 2], k + 1)));
					const positions = g.constant("positions", tensorFrom("int64", [2, 4], [0, 1, 2, 3, 4, 5, 6, 9]));
					const attributes = { interleaved, rotary_embedding_dim: 4 };
					return g.node("RotaryEmbedding", [x, ...tables, positions], attributes);
				},
				23,
			);
			await expectSame(model);
		});
	}
	test("of three dimensions, with angles for every position", async () => {
		const model = modelOf(
			[[2, 4, 12]],
			(g, [x]) => {
				const tables = ["cos", "sin"].map((name, k) => g.constant(name, random([2, 4, 3], k + 1)));
				return g.node("RotaryEmbedding", [x, ...tables], { num_heads: 2 });
			},
			23,
		);
		await expectSame(model);
	});
});

test("TensorScatter writes where an input says", async () => {
	for (const mode of ["linear", "circular"]) {
		const model = modelOf(
			[
				[2, 1, 4, 2],
				[2, 1, 2, 2],
			],
			(g, [past, update]) => g.node("TensorScatter", [past, update, g.input("at", "int64", [2])], { mode }),
			24,
		);
		const count = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);
		const inputs = [
			floats([2, 1, 4, 2], count(0, 16)),
			floats([2, 1, 2, 2], count(100, 8)),
			tensorFrom("int64", [2], mode === "linear" ? [1, 2] : [3, 0]),
		];
		const first = mode === "linear" ? [0, 1, 100, 101, 102, 103, 6, 7] : [102, 103, 2, 3, 4, 5, 100, 101];
		const second = mode === "linear" ? [8, 9, 10, 11] : [];
		const rest = mode === "linear" ? [] : [12, 13, 14, 15];
		await expectOutputs(model, inputs, [[...first, ...second, 104, 105, 106, 107, ...rest]], 1e-4);
	}
});

function namesOf(model: Model, inputs: readonly Tensor[]): Map<string, Tensor> {
	return new Map(model.graph.inputs.map(({ name }, k) => [name, inputs[k]]));
}
