import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { elementCount, tensorFrom, toNumbers } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { upgradeOpset } from "@umpire/onnx/opset.ts";
import { describe, expect, test } from "vitest";

const counting = (dims: readonly number[], from = 0) =>
	tensorFrom(
		"float32",
		dims,
		Array.from({ length: elementCount(dims) }, (_, i) => i + from),
	);

/** A model of one old node on x = 0, 1, 2, … and further constant inputs. */
function old(
	opset: number,
	opType: string,
	dims: readonly number[],
	constants: readonly Tensor[],
	attributes: Record<string, AttributeInput>,
): Model {
	const g = new GraphBuilder("old", { opset });
	const inputs = [
		g.input("x", "float32", dims),
		...constants.map((tensor, i) => g.constant(`c${i}`, tensor)),
	];
	g.output(g.node(opType, inputs, attributes, "node", ["y"]));
	return { ...g.model(), irVersion: 3 };
}

async function run(model: Model, dims: readonly number[], from = 0): Promise<Tensor> {
	return (await runFloat(model, new Map([["x", counting(dims, from)]]))).get("y")!;
}

describe("upgradeOpset, 1 to 6", () => {
	test.each(["Add", "Sub", "Mul", "Div", "Pow"])("%s aligns with `axis`", async (opType) => {
		const model = old(6, opType, [2, 3, 2], [tensorFrom("float32", [3], [1, 2, 4])], {
			broadcast: 1,
			axis: 1,
		});
		const operate = {
			Add: (a: number, b: number) => a + b,
			Sub: (a: number, b: number) => a - b,
			Mul: (a: number, b: number) => a * b,
			Div: (a: number, b: number) => a / b,
			Pow: (a: number, b: number) => a ** b,
		}[opType]!;
		const b = [1, 2, 4];
		const expected = Array.from({ length: 12 }, (_, i) => operate(i, b[Math.floor(i / 2) % 3]));
		expect([...toNumbers(await run(model, [2, 3, 2]))]).toEqual(expected);
	});

	test("broadcasting without `axis` aligns the last axes", async () => {
		const model = old(6, "Add", [2, 3], [tensorFrom("float32", [3], [10, 20, 30])], { broadcast: 1 });
		expect([...toNumbers(await run(model, [2, 3]))]).toEqual([10, 21, 32, 13, 24, 35]);
	});

	test("a rank that the file does not tell is asked for", () => {
		const model = old(6, "Add", [2, 3], [tensorFrom("float32", [2], [1, 2])], { broadcast: 1, axis: 0 });
		const graph = { ...model.graph, inputs: [{ name: "x", type: "float32", dims: null } as const] };
		expect(() => upgradeOpset({ ...model, graph })).toThrow('node "node" (Add) cannot be brought to opset 7');
	});

	test("Reshape takes its shape as input", async () => {
		const model = old(1, "Reshape", [2, 3], [], { shape: [3, -1], consumed_inputs: [0] });
		expect((await run(model, [2, 3])).dims).toEqual([3, 2]);
	});

	test("Cast reads the name of the type", async () => {
		const model = old(1, "Cast", [2], [], { to: "INT64" });
		expect(await run(model, [2])).toEqual(tensorFrom("int64", [2], [0, 1]));
	});

	test("Concat joins along axis 1 by default", async () => {
		const model = old(1, "Concat", [1, 2], [counting([1, 1], 7)], {});
		expect([...toNumbers(await run(model, [1, 2]))]).toEqual([0, 1, 7]);
	});

	test("Pad reads `paddings`", async () => {
		const model = old(1, "Pad", [1, 2], [], { paddings: [0, 1, 0, 0], mode: "constant", value: 5 });
		const value = { type: "float", value: 5 } as const;
		const attributes = new Map(model.graph.nodes[0].attributes).set("value", value);
		const nodes = [{ ...model.graph.nodes[0], attributes }];
		expect([...toNumbers(await run({ ...model, graph: { ...model.graph, nodes } }, [1, 2]))]).toEqual([
			5, 0, 1,
		]);
	});

	test("Tile repeats one axis", async () => {
		const model = old(1, "Tile", [1, 2], [tensorFrom("int64", [1], [2]), tensorFrom("int64", [1], [1])], {});
		expect([...toNumbers(await run(model, [1, 2]))]).toEqual([0, 1, 0, 1]);
	});

	test("Upsample reads its two scales", async () => {
		const scale = (value: number) => ({ type: "float", value }) as const;
		const attributes = { height_scale: scale(2), width_scale: scale(1), mode: "nearest" };
		expect([...toNumbers(await run(old(1, "Upsample", [1, 1, 1, 2], [], attributes), [1, 1, 1, 2]))]).toEqual(
			[0, 1, 0, 1],
		);
	});

	test("PRelu takes a slope per channel", async () => {
		const model = old(6, "PRelu", [1, 2, 2], [tensorFrom("float32", [2], [0.5, 2])], {});
		expect([...toNumbers(await run(model, [1, 2, 2], -4))]).toEqual([-2, -1.5, -4, -2]);
	});

	test("Selu's defaults are those of its opset", async () => {
		const six = await run(old(6, "Selu", [1], [], {}), [1], 1);
		const one = await run(old(5, "Selu", [1], [], {}), [1], 1);
		expect(toNumbers(six)[0]).toBeCloseTo(1.0507009873554805, 6);
		expect(toNumbers(one)[0]).toBeCloseTo(1.0507, 6);
	});

	test("BatchNormalization, Dropout and Gemm lose what opset 7 does not know", async () => {
		const ones = tensorFrom("float32", [2], [1, 1]);
		const zeros = tensorFrom("float32", [2], [0, 0]);
		const normal = old(6, "BatchNormalization", [1, 2], [ones, zeros, zeros, ones], {
			is_test: 1,
			epsilon: 0,
		});
		expect([...toNumbers(await run(normal, [1, 2]))]).toEqual([0, 1]);
		expect([...toNumbers(await run(old(6, "Dropout", [2], [], { is_test: 1 }), [2]))]).toEqual([0, 1]);
		const identity = tensorFrom("float32", [2, 2], [1, 0, 0, 1]);
		const gemm = old(6, "Gemm", [1, 2], [identity, tensorFrom("float32", [2], [5, 6])], { broadcast: 1 });
		expect([...toNumbers(await run(gemm, [1, 2]))]).toEqual([5, 7]);
	});

	test("graphs inside of nodes are rewritten too", async () => {
		const branch = (value: number) => {
			const g = new GraphBuilder("branch");
			const c = g.constant(`b${value}`, tensorFrom("float32", [2], [value, value]));
			g.output(g.node("Add", ["x", c], { broadcast: 1, axis: 0 }, `add${value}`), "float32", [2, 1]);
			return { type: "graph", value: g.graph() } as const;
		};
		const g = new GraphBuilder("if", { opset: 6 });
		g.input("x", "float32", [2, 1]);
		const condition = g.input("condition", "bool", []);
		g.output(g.node("If", [condition], { then_branch: branch(1), else_branch: branch(2) }, "if", ["y"]));
		const feeds = new Map([
			["x", counting([2, 1])],
			["condition", tensorFrom("bool", [], [1])],
		]);
		expect([...toNumbers((await runFloat(g.model(), feeds)).get("y")!)]).toEqual([1, 2]);
	});
});

describe("upgradeOpset, 7 and newer", () => {
	test("leaves other models alone", () => {
		const model = old(10, "Relu", [2], [], {});
		expect(upgradeOpset(model)).toBe(model);
	});

	test("Equal of floats works from opset 7 on, with Clip, Pad, Slice and TopK beside it", async () => {
		const g = new GraphBuilder("equal", { opset: 9 });
		const x = g.input("x", "float32", [4]);
		const clipped = g.node("Clip", [x], { max: 2 });
		const padded = g.node("Pad", [clipped], { pads: [1, 0], mode: "constant" });
		const sliced = g.node("Slice", [padded], { starts: [0], ends: [4] });
		g.node("TopK", [sliced], { k: 1 }, "top", ["best", "where"]);
		g.output(g.node("Equal", [sliced, "best"], {}, "equal", ["y"]));
		const model = g.model();
		const result = await runFloat(model, new Map([["x", counting([4])]]));
		expect(upgradeOpset(model).opsets.get("")).toBe(11);
		expect([...toNumbers(result.get("y")!)]).toEqual([0, 0, 0, 1]);
	});
});
