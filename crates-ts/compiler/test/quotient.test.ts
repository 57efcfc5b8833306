import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import {
	compileChecked,
	expectExact,
	expectFaithful,
	floats,
	formsOf,
	modelOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

const division = (shapes: readonly (readonly number[])[]) =>
	modelOf(shapes, (g, [a, b]) => g.node("Div", [a, b]));

const changed = (tensor: Tensor, f: (value: number) => number): Tensor =>
	floats(
		tensor.dims,
		Array.from(tensor.data as Float32Array, (value) => f(value)),
	);

/** Numbers from 1 to 3. */
const positive = (dims: readonly number[], seed: number): Tensor =>
	changed(random(dims, seed), (value) => 1 + (Math.abs(value) % 2));

describe("Div of floats", () => {
	test("two activations, with broadcasting", async () => {
		const sets = [[random([2, 3, 4]), positive([3, 1], 2)]];
		const compiled = await expectFaithful(
			division([
				[2, 3, 4],
				[3, 1],
			]),
			3e-4,
			{ inputs: sets },
		);
		expect(formsOf(compiled)).toEqual(["quotient"]);
		await expectFaithful(division([[4], [2, 1, 4]]), 3e-4, {
			inputs: [[random([4]), positive([2, 1, 4], 3)]],
		});
	});

	test("negative divisors and results far from the operands' sizes", async () => {
		const x = random([40], 4);
		for (const factor of [-1, 1e-4, 3e5]) {
			const y = changed(positive([40], 5), (value) => value * factor);
			await expectFaithful(division([[40], [40]]), 4e-4, { inputs: [[x, y]] });
		}
	});

	test("divisors much smaller than the largest", async () => {
		const x = floats([4], [1, 2, 3, 4]);
		const y = floats([4], [0.002, 0.5, 1, 1]);
		await expectFaithful(division([[4], [4]]), 3e-2, { inputs: [[x, y]] });
		const tiny = floats([4], [1e-6, 2e-6, 1e-6, 0]);
		await expectFaithful(division([[4], [4]]), 3e-2, { inputs: [[tiny, y]] });
	});

	test("of a constant tensor", async () => {
		const model = modelOf([[3]], (g, [x]) => g.node("Div", [g.constant("c", random([2, 3], 7)), x]));
		expect(formsOf(await expectFaithful(model, 3e-4, { inputs: [[positive([3], 6)]] }))).toEqual([
			"quotient",
		]);
	});

	test("8 bits", async () => {
		const sets = [[random([30], 8), positive([30], 9)]];
		await expectFaithful(division([[30], [30]]), 3e-2, { inputs: sets, bits: 8 });
	});

	test("a constant divisor with a 0 is refused", async () => {
		const model = modelOf([[2]], (g, [x]) => g.node("Div", [x, g.constant("c", floats([2], [1, 0]))]));
		await expect(compileChecked(model)).rejects.toThrow(/divisor contains 0/);
	});
});

describe("Div of whole numbers rounds towards 0", () => {
	const x = tensorFrom("int64", [12], [7, -7, 7, -7, 0, 6, -6, 100000, -100000, 1, -1, 5]);
	const y = tensorFrom("int64", [12], [2, 2, -2, -2, 3, 3, 3, 7, 7, 2, 2, -5]);
	const whole = (inputs: readonly Tensor[], build: (g: GraphBuilder, names: string[]) => string) => {
		const g = new GraphBuilder("division", { opset: 17 });
		const names = inputs.map(({ type, dims }, i) => g.input(`x${i}`, type, dims));
		g.output(build(g, names));
		return expectExact(g.model(), { inputs: [inputs] });
	};

	test("two activations", () => whole([x, y], (g, names) => g.node("Div", names)));

	test("by a constant and of a constant", async () => {
		await whole([x], (g, [a]) => g.node("Div", [a, g.constant("c", y)]));
		await whole([x], (g, [a]) => g.node("Div", [a, g.constant("c", tensorFrom("int64", [], [-3]))]));
		await whole([y], (g, [a]) => g.node("Div", [g.constant("c", x), a]));
		await whole([y], (g, [a]) => g.node("Div", [g.constant("c", tensorFrom("int64", [], [1000])), a]));
	});

	test("narrow types", async () => {
		const a = tensorFrom("int32", [4], [9, -9, 100, 3]);
		const b = tensorFrom("int32", [4], [4, 4, -7, 9]);
		await whole([a, b], (g, names) => g.node("Div", names));
	});
});
