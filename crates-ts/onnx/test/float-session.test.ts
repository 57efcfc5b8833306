import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom, toNumbers } from "@umpire/onnx/element-types.ts";
import { InputError, OnnxError } from "@umpire/onnx/errors.ts";
import { createFloatSession, runFloat } from "@umpire/onnx/float-session.ts";
import type { ElementType } from "@umpire/onnx/model.ts";
import { describe, expect, test } from "vitest";

function chain() {
	const g = new GraphBuilder("chain");
	const x = g.input("x", "float32", ["n"]);
	const w = g.constant("w", tensorFrom("float32", [1], [3]));
	const product = g.node("Mul", [x, w], {}, "mul");
	g.output(g.node("Relu", [product], {}, "relu", ["y"]), "float32", ["n"]);
	return g.model();
}
const x = tensorFrom("float32", [3], [-1, 0, 2]);
const numbers = (tensor: Parameters<typeof toNumbers>[0] | undefined) => [...toNumbers(tensor!)];

describe("runFloat", () => {
	test("gives the model's outputs", async () => {
		const outputs = await runFloat(chain(), new Map([["x", x]]));
		expect([...outputs.keys()]).toEqual(["y"]);
		expect(numbers(outputs.get("y"))).toEqual([0, 0, 6]);
		expect(outputs.get("y")?.dims).toEqual([3]);
	});

	test.each(["disabled", "basic", "extended", "all"] as const)(
		"gives intermediates, inputs and constants too (optimisation %s)",
		async (optimisation) => {
			const names = ["mul_output_0", "x", "w", "y"];
			const outputs = await runFloat(chain(), new Map([["x", x]]), { outputs: names, optimisation });
			expect([...outputs.keys()]).toEqual(names);
			expect(numbers(outputs.get("mul_output_0"))).toEqual([-3, 0, 6]);
			expect(numbers(outputs.get("w"))).toEqual([3]);
			expect(outputs.get("x")).toBe(x);
		},
	);

	test("a session runs many times, with sizes of its own for symbols", async () => {
		const session = await createFloatSession(chain(), { threads: 1, dimensions: { n: 3 } });
		for (const value of [1, 2]) {
			const feed = tensorFrom("float32", [3], [value, -value, 0]);
			expect(numbers((await session.run(new Map([["x", feed]]))).get("y"))).toEqual([3 * value, 0, 0]);
		}
		await session.release();
	});

	test.each([
		"float64",
		"float16",
		"int8",
		"uint8",
		"int16",
		"uint16",
		"int32",
		"uint32",
		"int64",
		"uint64",
		"bool",
	] as ElementType[])("maps %s both ways", async (type) => {
		const g = new GraphBuilder("identity");
		g.output(g.node("Identity", [g.input("x", type, [2])], {}, "same"));
		const tensor = tensorFrom(type, [2], [1, 0]);
		expect([...(await runFloat(g.model(), new Map([["x", tensor]]))).values()]).toEqual([tensor]);
	});

	test("maps strings", async () => {
		const g = new GraphBuilder("identity");
		g.output(g.node("Identity", [g.input("x", "string", [1])], {}, "same"));
		const tensor = { type: "string", dims: [1], data: ["é"] } as const;
		const feeds = new Map([["x", { ...tensor, data: [...tensor.data] }]]);
		expect([...(await runFloat(g.model(), feeds)).values()]).toEqual([tensor]);
	});

	test("runs files of IR 3, whose outputs state no type", async () => {
		const { graph, ...rest } = chain();
		const model = {
			...rest,
			irVersion: 3,
			graph: { ...graph, outputs: [{ name: "y", type: "undefined", dims: null } as const] },
		};
		expect(numbers((await runFloat(model, new Map([["x", x]]))).get("y"))).toEqual([0, 0, 6]);
	});

	test("says which input or tensor is missing", async () => {
		await expect(runFloat(chain(), new Map())).rejects.toThrow(InputError);
		await expect(runFloat(chain(), new Map())).rejects.toThrow('input "x" is missing; given: none');
		await expect(runFloat(chain(), new Map([["x", x]]), ["z"])).rejects.toThrow('no tensor "z"');
	});

	test("says why onnxruntime refuses a model or an input", async () => {
		const g = new GraphBuilder("wrong");
		g.output(g.node("NoSuchOperator", [g.input("x", "float32", [1])]));
		await expect(runFloat(g.model(), new Map([["x", x]]))).rejects.toThrow(
			/refuses the model: .*NoSuchOperator/,
		);
		const wrongType = new Map([["x", tensorFrom("int32", [1], [1])]]);
		await expect(runFloat(chain(), wrongType)).rejects.toThrow(OnnxError);
	});
});
