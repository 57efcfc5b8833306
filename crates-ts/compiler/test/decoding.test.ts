import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { compileChecked } from "@umpire/testing/compiler/check.ts";
import { evaluate } from "@umpire/testing/compiler/evaluate.ts";
import { type GptOptions, gpt, gptStep } from "@umpire/testing/compiler/gpt.ts";
import { describe, expect, test } from "vitest";
import type { Compiled, CompileOptions } from "../src/compile.ts";
import { decodingModel } from "../src/import/decoding.ts";
import { elementsOf } from "../src/lower/context.ts";

const SMALL: GptOptions = { length: 8, vocabulary: 20, width: 8, heads: 2, layers: 1 };
const IDS = { ids: "input_ids", logits: "logits" };
const PROMPTS = [
	[3, 7, 11],
	[19, 0, 4],
	[8, 8, 2],
];

const whole = (dims: readonly number[], values: readonly number[]) => tensorFrom("int64", dims, values);
const padded = (prompt: readonly number[], { length }: GptOptions) =>
	whole([1, length], [...prompt, ...new Array(length - prompt.length).fill(0)]);

/** The tokens that a loop around onnxruntime yields: what decoding means. */
async function greedy(model: Model, prompt: readonly number[], steps: number, options: GptOptions) {
	const session = await createFloatSession(model);
	const tokens = [...prompt];
	for (let step = 0; step < steps; step++) {
		const { data } = (await session.run(new Map([["input_ids", padded(tokens, options)]]))).get("logits")!;
		const start = (tokens.length - 1) * options.vocabulary;
		const scores = Array.from(data as Float32Array).slice(start, start + options.vocabulary);
		tokens.push(scores.indexOf(Math.max(...scores)));
	}
	await session.release();
	return tokens;
}

/** Outputs of every step of a compiled program, by name. */
function outputsOf({ program }: Compiled, inputs: readonly Tensor[]): Map<string, number[]>[] {
	const integers = program.inputs.map(({ scale, width }, i) =>
		elementsOf(
			Array.from(inputs[i].data as ArrayLike<number>, (value) => Math.round(Number(value) / scale)),
			width,
		),
	);
	const operators = evaluate(program, integers);
	return Array.from({ length: program.steps }, (_, step) => {
		const at = step * program.operators.length;
		return new Map(program.outputs.map(({ name, operator }) => [name, [...operators[at + operator]]]));
	});
}

describe("greedy decoding without a cache", () => {
	test.each([1, 2])("of %i layers yields the tokens of a float loop", async (layers) => {
		const options = { ...SMALL, layers };
		const float = gpt(options);
		const { model, carry } = decodingModel(float, IDS);
		const inputs = PROMPTS.map((prompt) => [padded(prompt, options), whole([1], [2])]);
		const compiled = await compileChecked(model, { inputs, steps: 5, carry });
		for (const { maxAbs } of compiled.report.fidelity!.outputs) expect(maxAbs).toBe(0);
		for (const [k, prompt] of PROMPTS.entries()) {
			const last = outputsOf(compiled, inputs[k]).at(-1)!;
			expect(last.get("tokens")).toEqual(await greedy(float, prompt, 5, options));
			expect(last.get("next_position")).toEqual([7]);
		}
		const wide = compiled.program.operators.filter(({ shape }) => shape.includes(options.vocabulary));
		// the head computes one row of logits
		for (const { shape } of wide) expect(shape.slice(0, -1).every((size) => size === 1)).toBe(true);
	});

	test("stays as it is at the end of the tokens", async () => {
		const float = gpt(SMALL);
		const { model, carry } = decodingModel(float, IDS);
		const inputs = PROMPTS.map((prompt) => [padded([...prompt, 1, 2], SMALL), whole([1], [4])]);
		const compiled = await compileChecked(model, { inputs, steps: 6, carry });
		const outputs = outputsOf(compiled, inputs[0]);
		expect(outputs.map((step) => step.get("next_position"))).toEqual([[5], [6], [7], [7], [7], [7]]);
		expect(outputs[5]).toEqual(outputs[2]);
		expect(outputs[5].get("tokens")).toEqual(await greedy(float, [...PROMPTS[0], 1, 2], 3, SMALL));
	});

	test("takes the logits as they are where no constant layer makes them, and int32 tokens", async () => {
		const g = new GraphBuilder("successor", { opset: 17 });
		const ids = g.input("ids", "int32", [1, 4]);
		const table = Array.from({ length: 25 }, (_, i) => (i % 5 === (Math.floor(i / 5) * 2 + 1) % 5 ? 3 : 0));
		const rows = g.node("Gather", [g.constant("table", tensorFrom("float32", [5, 5], table)), ids], {
			axis: 0,
		});
		g.output(g.node("Sigmoid", [rows], {}, "y", ["y"]), "float32", [1, 4, 5]);
		const { model, carry } = decodingModel(g.model(), { ids: "ids", logits: "y" });
		const inputs = [[tensorFrom("int32", [1, 4], [3, 0, 0, 0]), whole([1], [0])]];
		const compiled = await compileChecked(model, { inputs, steps: 3, carry });
		expect(outputsOf(compiled, inputs[0]).at(-1)!.get("tokens")).toEqual([3, 2, 0, 1]);
	});

	test.each([
		[{ ids: "ids", logits: "logits" }, /no input "ids" to decode with. Its inputs are "input_ids"/],
		[{ ids: "input_ids", logits: "y" }, /no output "y" to decode with. Its outputs are "logits"/],
	])("refuses %o", (decoding, message) => {
		expect(() => decodingModel(gpt(SMALL), decoding)).toThrow(message);
	});

	test("refuses an output that is not logits", () => {
		const g = new GraphBuilder("pooled", { opset: 17 });
		const ids = g.input("ids", "int64", [1, 4]);
		g.output(g.node("Cast", [ids], { to: 1 }, "y", ["y"]), "float32", [1, 4]);
		expect(() => decodingModel(g.model(), { ids: "ids", logits: "y" })).toThrow(
			/output "y" is float32 \[1, 4\]: logits \[N, T, V\] expected/,
		);
	});
});

describe("greedy decoding with a cache of fixed length", () => {
	test.each(["Where", "ScatterND", "ScatterElements"] as const)("that %s writes", async (write) => {
		const options = { ...SMALL, write };
		const { length, heads, width } = options;
		const model = gptStep(options);
		const carry = model.graph.inputs.map(({ name }) => ({ input: name, output: carriedTo(name) }));
		const empty = tensorFrom("float32", [1, heads, length, width / heads], new Array(length * width).fill(0));
		const inputs = PROMPTS.map(([first]) => [whole([1, 1], [first]), whole([1], [0]), empty, empty]);
		const settings: CompileOptions = { inputs, steps: 7, carry };
		const compiled = await compileChecked(model, settings);
		const caches = compiled.report.fidelity!.outputs.filter(({ name }) => name.startsWith("present"));
		for (const { maxRelRange } of caches) expect(maxRelRange).toBeLessThan(2e-3);
		for (const [k, [first]] of PROMPTS.entries()) {
			const steps = outputsOf(compiled, inputs[k]);
			const tokens = steps.map((step) => step.get("next_token")![0]);
			expect([first, ...tokens]).toEqual(await greedy(gpt(options), [first], 7, options));
			expect(steps.at(-1)!.get("next_position")).toEqual([7]);
		}
	});
});

const carriedTo = (input: string): string =>
	input === "token" || input === "position" ? `next_${input}` : input.replace("past", "present");
