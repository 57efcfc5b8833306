import { feedsOf } from "@umpire/graph/feeds.ts";
import { foldModel } from "@umpire/graph/fold.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { differentiate } from "../src/differentiate.ts";
import { Tape } from "../src/tape.ts";

/** How far gradients are from central differences, relative to the largest of them. */
export interface Deviation {
	readonly input: string;
	readonly error: number;
}

/** Elements of an input that are moved. */
const MOST_MOVED = 12;

/** The steps and weights of a test, from a seed of its own (mulberry32). */
export function numbersFrom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/**
 * Σ weights·output over a model's outputs, differentiated by its float inputs and by central differences.
 * @param step by how much an element is moved: of float64 small, of float32 a power of two in which the model is linear or nearly so
 */
export async function deviations(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
	step: number,
	random: () => number,
): Promise<Deviation[]> {
	const { graph, facts } = await foldModel(model, feedsOf([feed]));
	const tape = new Tape(graph, facts);
	const weights = new Map(
		graph.outputs.map(({ name }) => [
			name,
			Float64Array.from({ length: sizeOf(tape.shape(name)) }, () => Math.round(16 * random() - 8) / 8),
		]),
	);
	const seeds = new Map(
		[...weights].map(([name, values]) => [name, tape.numbers(tape.type(name), tape.shape(name), values)]),
	);
	const variables = graph.inputs.filter(({ type }) => isFloat(type)).map(({ name }) => name);
	const gains = differentiate(tape, graph.nodes, seeds, variables);
	const whole = { ...graph, nodes: [...graph.nodes, ...tape.nodes], initializers: tape.initializers };
	const backward = await createFloatSession({ ...model, graph: whole }, { outputs: [...gains.values()] });
	const forward = await createFloatSession({ ...model, graph });
	const total = async (inputs: ReadonlyMap<string, Tensor>): Promise<number> => {
		const outputs = await forward.run(inputs);
		return [...weights].reduce((sum, [name, own]) => {
			const data = outputs.get(name)!.data as Float64Array;
			return sum + own.reduce((inner, weight, i) => inner + weight * data[i], 0);
		}, 0);
	};
	try {
		const found = await backward.run(feed);
		const result: Deviation[] = [];
		for (const name of variables) {
			const tensor = feed.get(name)!;
			const gain = gains.get(name) ? (found.get(gains.get(name)!)!.data as Float64Array) : undefined;
			const data = Array.from(tensor.data as Float64Array);
			const indices = data.map((_, i) => i);
			while (indices.length > MOST_MOVED) indices.splice(Math.floor(random() * indices.length), 1);
			let [error, largest] = [0, 0];
			for (const i of indices) {
				const moved = async (by: number): Promise<number> => {
					const values = data.map((value, k) => (k === i ? value + by : value));
					return total(new Map([...feed, [name, tensorFrom(tensor.type, tensor.dims, values)]]));
				};
				const expected = ((await moved(step)) - (await moved(-step))) / (2 * step);
				error = Math.max(error, Math.abs(expected - (gain?.[i] ?? 0)));
				largest = Math.max(largest, Math.abs(expected));
			}
			result.push({ input: name, error: error / Math.max(1, largest) });
		}
		return result;
	} finally {
		await backward.release();
		await forward.release();
	}
}
