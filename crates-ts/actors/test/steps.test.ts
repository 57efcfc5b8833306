import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import type { Program } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { random } from "@umpire/testing/compiler/check.ts";
import { gpt, gptStep } from "@umpire/testing/compiler/gpt.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check } from "../src/check.ts";
import { compileFile, orderedInputs } from "../src/compile-file.ts";
import { parseDefect } from "../src/defect.ts";
import { openDefectiveSession } from "../src/defective-session.ts";
import { openInputs, openSource } from "../src/models.ts";
import { seededRandom } from "../src/random.ts";
import { rehearse } from "../src/rehearse.ts";
import { setUp } from "../src/set-up.ts";

const SMALL = { length: 6, vocabulary: 10, width: 4, heads: 1, layers: 1 };
const progress = () => {};
const CACHE = {
	steps: 5,
	carry: [
		"next_token=token",
		"next_position=position",
		"present.key.0=past.key.0",
		"present.value.0=past.value.0",
	],
};
const DECODE = { steps: 3, decode: "input_ids=logits" };

/** next = tanh(state · w + x) */
function rnn() {
	const g = new GraphBuilder("rnn", { opset: 17 });
	const [x, state] = [g.input("x", "float32", [1, 4]), g.input("state", "float32", [1, 4])];
	const w = g.constant("w", random([4, 4]));
	g.output(g.node("Tanh", [g.node("Add", [g.node("MatMul", [state, w]), x])], {}, "tanh", ["next"]));
	return g.model();
}

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
	await setUp(progress);
	folder = await mkdtemp(join(tmpdir(), "umpire-steps-"));
	await writeFile(file("rnn.onnx"), writeModel(rnn()));
	await writeFile(file("gpt.onnx"), writeModel(gpt(SMALL)));
	await writeFile(file("gpt.json"), JSON.stringify({ input_data: [[3, 7, 1, 0, 0, 0], [2]] }));
	await writeFile(file("cache.onnx"), writeModel(gptStep(SMALL)));
	const empty = new Array(SMALL.length * SMALL.width).fill(0);
	await writeFile(file("cache.json"), JSON.stringify({ input_data: [[3], [0], empty, empty] }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function compiled() {
	const { model } = openSource(file("cache.onnx"), CACHE);
	const floats = openInputs(file("cache.json"), model, new Map());
	const options = { bits: 16, progress, ...CACHE } as const;
	const { program } = await compileFile(file("cache.onnx"), options, [orderedInputs(model, floats)]);
	const inputs = program.inputs.map((spec) => quantiseInput(floats.get(spec.name)!, spec).elements);
	return { program, inputs };
}

async function tracesOf(program: Program, inputs: Awaited<ReturnType<typeof compiled>>["inputs"]) {
	const session = await openSession(program, { record: "trace" });
	const { operators } = await session.run(inputs);
	await session.release();
	const count = program.operators.length;
	return Array.from({ length: program.steps }, (_, step) =>
		operators!.slice(step * count, (step + 1) * count),
	);
}

describe("programs of several steps", () => {
	it("settle in sampled steps, with the output of the float model", async () => {
		const options = { model: file("rnn.onnx"), samples: 1, seed: 2, bits: 16, steps: 6 } as const;
		const segments = { commitment: "segments", segment: 4 } as const;
		const result = await check({ ...options, ...segments, carry: ["next=state"], progress });
		expect(result.error).toBeUndefined();
		expect(result).toMatchObject({ ok: true, steps: 6 });
		expect(result.settled.agreed).toBe(result.kinds.length);
	});

	it("are falsified in one place, and computed on from there through all later steps", async () => {
		const { program, inputs } = await compiled();
		const right = await tracesOf(program, inputs);
		const states = program.operators.flatMap(({ operands }) =>
			operands.flatMap((ref) => (ref.source === "state" ? [ref] : [])),
		);
		const cache = states.find(({ initial }) => program.inputs[initial].name === "past.value.0")!;
		const place = { step: 1, operator: cache.index, element: 0 };
		const session = await openDefectiveSession(program, place);
		const lie = await session.run(inputs);
		await session.release();
		const count = program.operators.length;
		const wrong = right.map((_, step) => lie.operators!.slice(step * count, (step + 1) * count));
		expect(wrong[0]).toEqual(right[0]);
		const differing = [...wrong[1][cache.index]].filter((value, i) => value !== right[1][cache.index][i]);
		expect(differing).toHaveLength(1);
		expect(wrong[2]).not.toEqual(right[2]);
		// what follows is what an honest run would make of the falsified step's states
		const start = inputs.map((elements, i) => {
			const state = states.find(({ initial }) => initial === i);
			return state ? wrong[1][state.index] : elements;
		});
		expect(wrong.slice(2)).toEqual(await tracesOf({ ...program, steps: 3 }, start));
		expect(lie.outputs).toEqual(program.outputs.map(({ operator }) => wrong[4][operator]));
	});

	it("are disputed in the step of the wrong number", async () => {
		const options = {
			model: file("gpt.onnx"),
			input: file("gpt.json"),
			seed: 5,
			bits: 16,
			attack: false,
		} as const;
		const lie = await rehearse({ ...options, ...DECODE, defect: "2/1", progress });
		expect(lie.error).toBeUndefined();
		expect(lie).toMatchObject({ verdict: "rejected", steps: 3, found: { step: 2, operator: 1 } });
		const truth = await rehearse({ ...options, ...DECODE, defect: "none", progress });
		expect(truth).toMatchObject({ ok: true, verdict: "final", found: null });
	});

	it("in segments are disputed by their checkpoints, and in the step of the wrong number", async () => {
		const steps = { steps: 5, carry: ["next=state"], commitment: "segments", segment: 2 } as const;
		const options = {
			model: file("rnn.onnx"),
			seed: 5,
			bits: 16,
			attack: false,
			progress,
			...steps,
		} as const;
		const lie = await rehearse({ ...options, defect: "3/0" });
		expect(lie.error).toBeUndefined();
		expect(lie).toMatchObject({ verdict: "rejected", found: { step: 3, operator: 0 } });
		for (const move of ["challenge", "bindTrace", "enter", "settle"]) {
			expect(lie.transactions.filter((sent) => sent.move === move)).toHaveLength(1);
		}
		const truth = await rehearse({ ...options, defect: "none" });
		expect(truth).toMatchObject({ ok: true, verdict: "final", found: null });
		const attacked = await rehearse({ ...options, defect: "none", attack: true });
		expect(attacked.error).toBeUndefined();
		expect(attacked.verdict).toBe("final");
	});

	it("have as many steps in a segment as the option says, which only programs in segments take", async () => {
		const options = { bits: 16, progress, ...CACHE } as const;
		const compile = (rest: object) => compileFile(file("cache.onnx"), { ...options, ...rest });
		await expect(compile({ commitment: "lazy", segment: 4 })).rejects.toThrow(
			"--segment gives the steps of a segment",
		);
		const segments = { commitment: "segments" } as const;
		await expect(compile({ ...segments, segment: 1 })).rejects.toThrow("from 2 to 16777215, not 1");
	});

	it("have defects in any step", async () => {
		const { program } = await compiled();
		const drawn = Array.from({ length: 20 }, (_, seed) => parseDefect("random", program, seededRandom(seed)));
		expect(new Set(drawn.map(({ step }) => step)).size).toBeGreaterThan(1);
		expect(parseDefect("4/1:2", program, seededRandom(1))).toEqual({ step: 4, operator: 1, element: 2 });
		expect(() => parseDefect("5/1:2", program, seededRandom(1))).toThrow(/no step 5; the program has 0 to 4/);
	});
});

describe("options that are malformed are refused", () => {
	it.each([
		[{ steps: 2, carry: ["present"] }, UmpireError, /--carry present is not of the form OUTPUT=INPUT, as in/],
		[{ decode: "ids" }, UmpireError, /--decode ids is not of the form IDS=LOGITS/],
		[{ decode: "input_ids=logits" }, Error, /--steps/],
		[{ steps: 2, carry: ["logits=x"] }, Error, /no input "x" to carry. Its inputs are "input_ids"/],
	])("%o", (options, kind, message) => {
		const open = () => openSource(file("gpt.onnx"), options);
		expect(open).toThrow(kind);
		expect(open).toThrow(message);
	});
});
