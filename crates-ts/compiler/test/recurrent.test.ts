import { nameNodes } from "@umpire/graph/edit.ts";
import { feedsOf } from "@umpire/graph/feeds.ts";
import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { evaluate } from "@umpire/testing/compiler/evaluate.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { quantise } from "../src/fidelity/measure.ts";
import { inlineModel } from "../src/import/inline.ts";
import { decomposeModel } from "../src/passes/decompose.ts";

const [STEPS, BATCH, INPUT, HIDDEN] = [4, 3, 5, 2];
const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;
type OpType = keyof typeof GATES;

interface Options {
	readonly attributes?: Readonly<Record<string, AttributeInput>>;
	readonly bias?: boolean;
	readonly lengths?: readonly number[] | "input" | undefined;
	readonly states?: boolean;
	readonly peepholes?: boolean;
	/** Which outputs the model has. */
	readonly outputs?: readonly number[];
	/** Weights are inputs of the model. */
	readonly open?: boolean;
}

function recurrent(opType: OpType, options: Options = {}): Model {
	const { attributes = {}, bias = true, lengths, states = true, peepholes = false } = options;
	const directions = attributes.direction === "bidirectional" ? 2 : 1;
	const first = attributes.layout === 1;
	const size = GATES[opType] * HIDDEN;
	const state = first ? [BATCH, directions, HIDDEN] : [directions, BATCH, HIDDEN];
	const shapes = [first ? [BATCH, STEPS, INPUT] : [STEPS, BATCH, INPUT]];
	if (states) shapes.push(state);
	if (states && opType === "LSTM") shapes.push(state);
	return modelOf(shapes, (g, [x, h = "", c = ""]) => {
		const weights = (name: string, dims: number[], seed: number): string =>
			options.open ? g.input(name, "float32", dims) : g.constant(name, random(dims, seed));
		const inputs = [
			x,
			weights("w", [directions, size, INPUT], 2),
			weights("r", [directions, size, HIDDEN], 3),
			bias ? weights("b", [directions, 2 * size], 4) : "",
			lengths === "input"
				? g.input("lengths", "int32", [BATCH])
				: lengths
					? g.constant("lengths", tensorFrom("int32", [BATCH], lengths))
					: "",
			h,
		];
		if (opType === "LSTM") inputs.push(c, peepholes ? weights("p", [directions, 3 * HIDDEN], 5) : "");
		const wanted = options.outputs ?? (opType === "LSTM" ? [0, 1, 2] : [0, 1]);
		const outputs = ["y", "y_h", "y_c"].map((name, k) => (wanted.includes(k) ? name : ""));
		while (outputs.at(-1) === "" || outputs.length > (opType === "LSTM" ? 3 : 2)) outputs.pop();
		g.node(opType, inputs, { hidden_size: HIDDEN, ...attributes }, "cell", outputs);
		return outputs.filter((name) => name !== "");
	});
}

function feedOf(model: Model, seed: number): Map<string, Tensor> {
	return new Map(
		model.graph.inputs.map(({ name, type, dims }, k) => [
			name,
			type === "int32" ? tensorFrom("int32", [BATCH], [2, STEPS, 1]) : random(dims as number[], seed + k),
		]),
	);
}

async function decomposed(model: Model): Promise<Model> {
	const feed = feedOf(model, 11);
	const { model: named } = await inlineModel({ ...model, graph: nameNodes(model.graph) }, feed);
	return (await decomposeModel(named, feedsOf([feed]))).model;
}

/** The decomposed model gives what onnxruntime gives for the original. */
async function expectSame(model: Model, original = model): Promise<void> {
	const primitive = await decomposed(model);
	expect(primitive.graph.nodes.filter(({ opType }) => opType in GATES)).toEqual([]);
	for (const seed of [21, 31]) {
		const expected = await runFloat(original, feedOf(original, seed));
		const found = await runFloat(primitive, feedOf(model, seed));
		for (const [name, { dims, data }] of expected) {
			expect(found.get(name)!.dims, name).toEqual(dims);
			const results = found.get(name)!.data;
			for (let i = 0; i < data.length; i++) expect(results[i], name).toBeCloseTo(Number(data[i]), 5);
		}
	}
}

const LONG = [40, 1, 8];

function longSequence(opType: OpType): Model {
	const [hidden, size] = [16, 16 * GATES[opType]];
	const small = (dims: readonly number[], seed: number): Tensor => {
		const values = Array.from(random(dims, seed).data as Float32Array, (value) => value / 4);
		return tensorFrom("float32", dims, values);
	};
	return modelOf([LONG], (g, [x]) => {
		const w = g.constant("w", small([1, size, LONG[2]], 2));
		const r = g.constant("r", small([1, size, hidden], 3));
		const b = g.constant("b", small([1, 2 * size], 4));
		g.node(opType, [x, w, r, b], { hidden_size: hidden }, "cell", ["", "y_h"]);
		return "y_h";
	});
}

const ATTRIBUTES: readonly Record<string, AttributeInput>[] = [
	{},
	{ direction: "reverse" },
	{ direction: "bidirectional" },
	{ clip: 0.5 },
];

for (const opType of ["RNN", "GRU", "LSTM"] as const) {
	describe(opType, () => {
		for (const attributes of ATTRIBUTES) {
			for (const lengths of [undefined, [2, STEPS, 1], [3, 2, 1], "input"] as const) {
				test(`${JSON.stringify(attributes)}, lengths ${lengths}`, () =>
					expectSame(recurrent(opType, { attributes, lengths })));
			}
		}

		test("without bias and states", () => expectSame(recurrent(opType, { bias: false, states: false })));
		test("with bias, without states", () => expectSame(recurrent(opType, { states: false })));
		test("with weights that are inputs", () => expectSame(recurrent(opType, { open: true })));
		test("only Y", () => expectSame(recurrent(opType, { outputs: [0] })));
		test("only Y_h", () => expectSame(recurrent(opType, { outputs: [1] })));

		test("batch first is the same with axes exchanged", async () => {
			const plain = recurrent(opType, { states: false });
			const first = recurrent(opType, { states: false, attributes: { layout: 1 } });
			const x = feedOf(plain, 11).get("x0")!;
			const exchange = ({ data }: Tensor, [a, b, rest]: number[]): number[] =>
				Array.from({ length: a * b * rest }, (_, i) => {
					const [row, column] = [Math.floor(i / rest) % b, Math.floor(i / rest / b)];
					return Number(data[(row * a + column) * rest + (i % rest)]);
				});
			const expected = await runFloat(plain, new Map([["x0", x]]));
			const moved = tensorFrom("float32", [BATCH, STEPS, INPUT], exchange(x, [BATCH, STEPS, INPUT]));
			const found = await runFloat(await decomposed(first), new Map([["x0", moved]]));
			expect(found.get("y")!.dims).toEqual([BATCH, STEPS, 1, HIDDEN]);
			expect(found.get("y_h")!.dims).toEqual([BATCH, 1, HIDDEN]);
			const y = exchange(expected.get("y")!, [BATCH, STEPS, HIDDEN]);
			for (const [i, value] of y.entries()) expect(found.get("y")!.data[i]).toBeCloseTo(value, 5);
			for (const [i, value] of expected.get("y_h")!.data.entries())
				expect(found.get("y_h")!.data[i]).toBeCloseTo(Number(value), 5);
		});

		test("compiles", async () => {
			const attributes = { direction: "bidirectional" };
			await expectFaithful(recurrent(opType, { attributes }), 0.01);
		});

		test("steps share ranges, weights and tables: forty steps calibrated on one input", async () => {
			const model = longSequence(opType);
			const { program } = await compile(model, { inputs: [[random(LONG, 7)]] });
			expect(program.constants.length).toBeLessThan(12);
			for (const seed of [8, 9]) {
				const x = random(LONG, seed);
				const { data } = (await runFloat(model, new Map([["x0", x]]))).get("y_h")!;
				const results = evaluate(program, [quantise(x, program.inputs[0]).elements]);
				const { operator } = program.outputs[0];
				const { scale } = program.operators[operator];
				for (const [i, value] of data.entries())
					expect(Math.abs(results[operator][i] * scale - Number(value))).toBeLessThan(2e-3);
			}
		});
	});
}

describe("GRU", () => {
	for (const states of [true, false])
		for (const bias of [true, false])
			test(`linear before reset, states ${states}, bias ${bias}`, () =>
				expectSame(
					recurrent("GRU", {
						attributes: { linear_before_reset: 1, direction: "bidirectional" },
						states,
						bias,
					}),
				));
});

describe("LSTM", () => {
	test("peepholes", () => expectSame(recurrent("LSTM", { peepholes: true })));
	test("peepholes in both directions, clipped, without states", () =>
		expectSame(
			recurrent("LSTM", {
				peepholes: true,
				states: false,
				attributes: { direction: "bidirectional", clip: 0.4 },
			}),
		));
	test("coupled gates", () => expectSame(recurrent("LSTM", { attributes: { input_forget: 1 } })));
	test("coupled gates with peepholes", () =>
		expectSame(recurrent("LSTM", { peepholes: true, attributes: { input_forget: 1 } })));
	test("only Y_c", () => expectSame(recurrent("LSTM", { outputs: [2] })));
});

describe("activations", () => {
	const names =
		"Relu Tanh Sigmoid Affine LeakyRelu ThresholdedRelu ScaledTanh HardSigmoid Elu Softsign Softplus".split(
			" ",
		);
	// ONNX gives Affine and ScaledTanh no defaults; onnxruntime takes 0 for ThresholdedRelu, ONNX's operator has 1.
	const given = new Set(["Affine", "ScaledTanh", "ThresholdedRelu"]);
	for (const name of names) {
		if (!given.has(name))
			test(`${name} with defaults`, () =>
				expectSame(recurrent("RNN", { attributes: { activations: [name] } })));
		test(`${name} with parameters`, () => {
			const attributes = { activations: [name], activation_alpha: [0.7], activation_beta: [0.3] };
			return expectSame(recurrent("RNN", { attributes }));
		});
	}
	test("parameters are consumed in order, over both directions", () =>
		expectSame(
			recurrent("LSTM", {
				attributes: {
					direction: "bidirectional",
					activations: ["HardSigmoid", "Tanh", "LeakyRelu", "Sigmoid", "ScaledTanh", "Elu"],
					activation_alpha: [0.3, 0.1, 0.9, 0.8],
					activation_beta: [0.4, 0.6],
				},
			}),
		));
});
