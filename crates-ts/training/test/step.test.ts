import { nodeOf } from "@umpire/graph/edit.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { describe, expect, test } from "vitest";
import { rowsAt } from "../src/data/labelled.ts";
import { EPSILON } from "../src/optimisers/adam.ts";
import { withLearnt } from "../src/weights.ts";
import { blobs, classifier, floatRun, JOB, numberOf, stepOf } from "./toys.ts";

const DATA = blobs(61);

/** How many rows a model classifies right. */
async function hits(weights: ReadonlyMap<string, Tensor>, start: number, end: number): Promise<number> {
	const places = Array.from({ length: end - start }, (_, k) => start + k);
	const model = withLearnt(classifier(), weights);
	const outputs = await runFloat(model, new Map([["x", rowsAt(DATA.rows, places)]]));
	const { data } = [...outputs.values()][0] as { data: Float32Array };
	return places.filter((place, k) => {
		const scores = data.subarray(3 * k, 3 * k + 3);
		return scores.indexOf(Math.max(...scores)) === Number(DATA.labels.data[place]);
	}).length;
}

describe("a step", () => {
	test("has its inputs in the documented order, and the score of the validation part first", async () => {
		const { step } = await stepOf(classifier(), DATA, { optimiser: "momentum" });
		const parameters = ["first.weight", "first.bias", "second.weight", "second.bias"];
		expect(step.model.graph.inputs.map(({ name }) => name)).toEqual([
			...["hyper", "rows", "labels"],
			...parameters.map((name) => `${name}/value`),
			...parameters.map((name) => `${name}/velocity`),
			...["step", "position", "validation_hits", "test_hits"],
		]);
		expect(step.model.graph.outputs[0].name).toBe("validation_hits_next");
		expect([...step.feed.keys()]).toEqual(step.model.graph.inputs.map(({ name }) => name));
	});

	test("goes round the training rows in whole batches, then through the others once", async () => {
		const { step } = await stepOf(classifier(), DATA, { steps: 7 });
		const positions = (await floatRun(step)).map((outputs) => numberOf(outputs, "position_next"));
		expect(step.steps).toBe(7 + 3);
		expect([0, ...positions]).toEqual([0, 8, 16, 24, 32, 0, 8, 40, 48, 56, 64]);
	});

	test("counts the hits of both parts as a direct evaluation does", async () => {
		const { step } = await stepOf(classifier(), DATA, { steps: 15 });
		const run = await floatRun(step);
		const last = run[run.length - 1];
		const weights = new Map(step.learnt.map(({ initializer, output }) => [initializer, last.get(output)!]));
		expect(numberOf(last, step.reports.validation)).toBe(await hits(weights, 40, 52));
		expect(numberOf(last, step.reports.test)).toBe(await hits(weights, 52, 61));
	});

	test("leaves the parameters what they are while it evaluates", async () => {
		const { step } = await stepOf(classifier(), DATA, { steps: 5, optimiser: "adam", decay: 0.5 });
		const run = await floatRun(step);
		for (const { output } of step.learnt) {
			expect(run.at(-1)!.get(output)!.data).toEqual(run[4].get(output)!.data);
			expect(run[4].get(output)!.data).not.toEqual(run[3].get(output)!.data);
		}
	});

	test("takes a softmax at the end of the model off, and trains as without it", async () => {
		const last = async (end?: string): Promise<Tensor> => {
			const plain = classifier();
			const [{ name }] = plain.graph.outputs;
			const nodes = end ? [nodeOf("end", end, [name], ["probabilities"], { axis: -1 })] : [];
			const outputs = end ? [{ ...plain.graph.outputs[0], name: "probabilities" }] : plain.graph.outputs;
			const graph = { ...plain.graph, nodes: [...plain.graph.nodes, ...nodes], outputs };
			const { step } = await stepOf({ ...plain, graph }, DATA, { steps: 5 });
			return (await floatRun(step)).at(-1)!.get(step.learnt[0].output)!;
		};
		const plain = await last();
		expect(await last("Softmax")).toEqual(plain);
		expect(await last("LogSoftmax")).toEqual(plain);
	});

	test("gives models of half floats back in float32", async () => {
		const plain = classifier();
		const halves = new Map(
			[...plain.graph.initializers].map(([name, tensor]): [string, Tensor] => [
				name,
				{ type: "float16", dims: tensor.dims, data: new Uint16Array(tensor.data.length).fill(0x3800) },
			]),
		);
		const graph = {
			...plain.graph,
			inputs: plain.graph.inputs.map((one) => ({ ...one, type: "float16" as const })),
			outputs: plain.graph.outputs.map((one) => ({ ...one, type: "float16" as const })),
			initializers: halves,
		};
		const { step } = await stepOf({ ...plain, graph }, DATA, { steps: 1 });
		const [first] = await floatRun(step);
		const learnt = new Map(step.learnt.map(({ initializer, output }) => [initializer, first.get(output)!]));
		const found = withLearnt({ ...plain, graph }, learnt).graph.initializers.get("second.bias")!;
		expect(found.type).toBe("float32");
		expect(Number(found.data[0])).toBeGreaterThan(0.3);
		expect(Number(found.data[0])).toBeLessThan(0.7);
	});

	test("learns", async () => {
		const { step } = await stepOf(classifier(), DATA, { steps: 60 });
		const run = await floatRun(step);
		expect(numberOf(run[59], step.reports.loss)).toBeLessThan(numberOf(run[0], step.reports.loss) / 2);
	});
});

describe("optimisers", () => {
	/** The gradients of every step, from the changes of plain descent with a rate of 1 out of the same state. */
	async function scalarRun(optimiser: "sgd" | "momentum" | "adam", decay: number): Promise<number[]> {
		const { step } = await stepOf(classifier(), DATA, { optimiser, decay, steps: 6, rate: 0.125 });
		const run = await floatRun(step);
		const { output } = step.learnt[0];
		return run.slice(0, 6).map((outputs) => Number(outputs.get(output)!.data[0]));
	}

	/** The same by the optimiser's own rule, with gradients by central differences of the mean loss. */
	async function expected(optimiser: "sgd" | "momentum" | "adam", decay: number): Promise<number[]> {
		const { step } = await stepOf(classifier(), DATA, { optimiser, decay, steps: 6, rate: 0.125 });
		const run = await floatRun(step);
		const [{ initializer, output }] = step.learnt;
		const input = `${initializer}/value`;
		let [value, velocity, mean, square] = [Number(step.feed.get(input)!.data[0]), 0, 0, 0];
		const values: number[] = [];
		for (let at = 0; at < 6; at++) {
			const before = new Map(step.feed);
			if (at > 0) for (const pair of step.carry) before.set(pair.input, run[at - 1].get(pair.output)!);
			const lossAt = async (by: number): Promise<number> => {
				const tensor = before.get(input)!;
				const numbers = Array.from(tensor.data, Number);
				numbers[0] += by;
				const moved = new Map([...before, [input, tensorFrom("float32", tensor.dims, numbers)]]);
				return numberOf(await runFloat(step.model, moved), step.reports.loss);
			};
			const gradient = ((await lossAt(2 ** -6)) - (await lossAt(-(2 ** -6)))) / 2 ** -5;
			velocity = JOB.momentum * velocity + gradient;
			mean = 0.9 * mean + 0.1 * gradient;
			square = 0.999 * square + 0.001 * gradient ** 2;
			const corrected = Math.sqrt(1 - 0.999 ** (at + 1)) / (1 - 0.9 ** (at + 1));
			const change = {
				sgd: gradient,
				momentum: velocity,
				adam: (corrected * mean) / (Math.sqrt(square) + EPSILON),
			}[optimiser];
			value = value - 0.125 * decay * value - 0.125 * change;
			values.push(value);
			// From here on as the step went: central differences are not exact.
			value = Number(run[at].get(output)!.data[0]);
		}
		return values;
	}

	test.each([
		["sgd", 0],
		["momentum", 0],
		["adam", 0],
		["sgd", 0.25],
	] as const)("%s with a decay of %d does what its rule says", async (optimiser, decay) => {
		const [found, wanted] = [await scalarRun(optimiser, decay), await expected(optimiser, decay)];
		const tolerance = optimiser === "adam" ? 1e-2 : 2e-3;
		found.forEach((value, k) => {
			expect(Math.abs(value - wanted[k]), `step ${k}`).toBeLessThan(tolerance);
		});
	});
});
