import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { toReal } from "@umpire/graph/real.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { type Labelled, rowsAt, scaledRows, shuffled } from "@umpire/training/data/labelled.ts";
import { readLabelled } from "@umpire/training/data/read.ts";
import { architectureOf } from "./architecture.ts";

/** Grey values are 0 … 16. */
const SCALE = 1 / 16;
const RATE = 0.1;
/** Rows that contributors train on; all others are what they are scored on. */
const TRAINED = 1200;

/** A network that tells digits apart, and digits: some to train on, others to be scored on. */
export interface DigitsBounty {
	readonly first: Model;
	readonly train: Labelled;
	readonly test: Labelled;
}

/** The untrained network and the handwritten digits of testdata/. */
export function digitsBounty(): DigitsBounty {
	const all = readLabelled(join(projectRoot, "testdata", "optdigits", "digits.csv"));
	const order = shuffled(all.rows.dims[0], 1);
	const part = (places: readonly number[]): Labelled => ({
		rows: scaledRows(rowsAt(all.rows, places), SCALE),
		labels: rowsAt(all.labels, places),
	});
	const first = readModel(join(projectRoot, "testdata", "optdigits", "model.onnx"));
	return { first, train: part(order.slice(0, TRAINED)), test: part(order.slice(TRAINED)) };
}

/** The model after some passes of gradient descent over the data, one row at a time. */
export function trained({ first, train }: DigitsBounty, passes: number): Model {
	const names = architectureOf(first).parameters.map(({ name }) => name);
	const [w1, b1, w2, b2] = names.map((name) =>
		Float64Array.from(toReal(first.graph.initializers.get(name)!).data),
	);
	const [hidden, classes] = [b1.length, b2.length];
	const features = w1.length / hidden;
	const rows = toReal(train.rows).data;
	const labels = toReal(train.labels).data;
	const h = new Float64Array(hidden);
	for (let pass = 0; pass < passes; pass++) {
		for (let row = 0; row < labels.length; row++) {
			const x = rows.subarray(row * features, (row + 1) * features);
			for (let j = 0; j < hidden; j++) {
				let sum = b1[j];
				for (let i = 0; i < features; i++) sum += w1[j * features + i] * x[i];
				h[j] = Math.max(0, sum);
			}
			const slopes = softmax(b2, (k, j) => w2[k * hidden + j] * h[j], hidden);
			slopes[labels[row]] -= 1;
			for (let j = 0; j < hidden; j++) {
				let slope = 0;
				for (let k = 0; k < classes; k++) {
					slope += slopes[k] * w2[k * hidden + j];
					w2[k * hidden + j] -= RATE * slopes[k] * h[j];
				}
				if (h[j] === 0) continue;
				b1[j] -= RATE * slope;
				for (let i = 0; i < features; i++) w1[j * features + i] -= RATE * slope * x[i];
			}
			for (let k = 0; k < classes; k++) b2[k] -= RATE * slopes[k];
		}
	}
	return withParameters(first, names, [w1, b1, w2, b2]);
}

function softmax(bias: Float64Array, term: (k: number, j: number) => number, terms: number): Float64Array {
	const scores = bias.map((sum, k) => {
		let total = sum;
		for (let j = 0; j < terms; j++) total += term(k, j);
		return total;
	});
	const most = Math.max(...scores);
	const shares = scores.map((score) => Math.exp(score - most));
	const all = shares.reduce((a, b) => a + b, 0);
	return shares.map((share) => share / all);
}

/** A model with other numbers in its parameters. */
export function withParameters(
	model: Model,
	names: readonly string[],
	values: readonly Float64Array[],
): Model {
	const initializers = new Map(model.graph.initializers);
	for (const [i, name] of names.entries()) {
		initializers.set(name, tensorFrom("float32", initializers.get(name)!.dims, [...values[i]]));
	}
	return { ...model, graph: { ...model.graph, initializers } };
}
