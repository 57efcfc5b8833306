import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { expectOutputs, floats, modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";

const x = floats([2, 3], [1, 2, 3, 4, 5, 6]);
const whole = (values: readonly number[]) => tensorFrom("int64", [values.length], values);

/** A sum along axes that an input says. */
const summing = () =>
	modelOf([[2, 3]], (g, [data]) =>
		g.node("ReduceSum", [data, g.input("axes", "int64", [null])], { keepdims: 0 }),
	);

describe("inputs that decide shapes", () => {
	test("are constants of the program, with their values in the sample", async () => {
		const { program, report } = await expectOutputs(summing(), [x, whole([1])], [[6, 15]], 1e-4);
		expect(program.inputs.map(({ name }) => name)).toEqual(["x0"]);
		expect(report.fixedInputs).toEqual(["axes"]);
		await expectOutputs(summing(), [x, whole([0])], [[5, 7, 9]], 1e-4);
	});

	test("count as such when computed with, and without elements", async () => {
		const model = modelOf([[2, 3]], (g, [data]) => {
			const shape = g.input("shape", "int64", [2]);
			return g.node("Reshape", [data, g.node("Concat", [shape, g.ints("one", [1])], { axis: 0 })]);
		});
		const { program } = await expectOutputs(model, [x, whole([3, 2])], [[1, 2, 3, 4, 5, 6]], 1e-4);
		expect(program.operators.at(-1)!.shape).toEqual([3, 2, 1]);
		await expectOutputs(summing(), [x, whole([])], [[21]], 1e-4);
	});

	test("must be alike in all samples, and need one", async () => {
		const sets = [
			[x, whole([0])],
			[x, whole([1])],
		];
		await expect(compile(summing(), { inputs: sets })).rejects.toThrow(/"axes" decides shapes.*differs/);
		await expect(compile(summing(), { shapes: { axes: [1] } })).rejects.toThrow();
	});

	test("data of the same type stay inputs", async () => {
		const model = modelOf([[3]], (g, [data]) => g.node("Gather", [data, g.input("at", "int64", [2])]));
		const { program } = await expectOutputs(model, [floats([3], [1, 2, 3]), whole([2, 0])], [[3, 1]], 1e-4);
		expect(program.inputs).toHaveLength(2);
	});
});

test("Dropout keeps everything, and its mask says so; in training it is refused", async () => {
	const dropping = (training: number) =>
		modelOf([[3]], (g, [data]) => {
			const mode = g.constant("training", tensorFrom("bool", [], [training]));
			g.node("Dropout", [data, g.scalar("ratio", 0.4), mode], { seed: 0 }, "drop", ["y", "mask"]);
			return ["y", "mask"];
		});
	const inputs = [floats([3], [1, 2, 3])];
	await expectOutputs(
		dropping(0),
		inputs,
		[
			[1, 2, 3],
			[1, 1, 1],
		],
		1e-4,
	);
	await expect(compile(dropping(1), { inputs: [inputs] })).rejects.toThrow(/drops at random/);
});

test("a number that only says which branch is taken is a constant, and the other branch need not suit the sizes", async () => {
	const model = modelOf([[1, 6]], (g, [data]) => {
		const rate = g.input("rate", "int64", []);
		const branch = (name: string, sizes: readonly number[]) => {
			const inner = new GraphBuilder(name);
			const shape = inner.constant(`${name}_shape`, whole(sizes));
			inner.output(inner.node("Reshape", [data, shape], {}, name));
			return { type: "graph", value: inner.graph() } as const;
		};
		const isLow = g.node("Equal", [rate, g.constant("low", tensorFrom("int64", [], [8]))]);
		return g.node("If", [isLow], {
			then_branch: branch("then", [4, 2]),
			else_branch: branch("else", [2, 3]),
		});
	});
	const rate = tensorFrom("int64", [], [16]);
	const six = floats([1, 6], [1, 2, 3, 4, 5, 6]);
	const { program, report } = await expectOutputs(model, [six, rate], [[1, 2, 3, 4, 5, 6]], 1e-4);
	expect(report.fixedInputs).toEqual(["rate"]);
	expect(program.operators.at(-1)!.shape).toEqual([2, 3]);
});
