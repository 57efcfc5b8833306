import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "./tape.ts";

export type LossName = "cross-entropy" | "mse";

/** What a loss says of one batch. */
export interface BatchLoss {
	/** What the loss gains for a value of the graph: [value, gain]. */
	readonly seed: readonly [string, string];
	/** Mean loss of the batch's rows: float [1]. */
	readonly mean: string;
	/** Per row, what is counted when the model is judged: 1 for a hit (int64 [B]), or a squared error (float [B]). */
	readonly scores: string;
}

/** Below this a probability counts as this: its logarithm stays finite, and in 16 bits nothing smaller is left. */
const LEAST_PROBABILITY = 2 ** -15;

/** The loss of a model's output against the labels of a batch. */
export function lossOf(
	loss: LossName,
	tape: Tape,
	nodes: readonly Node[],
	output: string,
	labels: string,
): BatchLoss {
	return loss === "mse"
		? squaredError(tape, output, labels)
		: crossEntropy(tape, logitsOf(nodes, output), labels);
}

/** What goes into the softmax that the model ends with, if it ends with one. */
function logitsOf(nodes: readonly Node[], output: string): string {
	const last = nodes.find(({ outputs }) => outputs[0] === output);
	return last && /^(Log)?Softmax$/.test(qualifiedName(last)) ? last.inputs[0] : output;
}

/** Mean over the rows of −log softmax(z)[label], classes along the last axis; the gain of z is (p − one-hot) / rows. */
function crossEntropy(tape: Tape, logits: string, labels: string): BatchLoss {
	const shape = tape.shape(logits);
	const type = tape.type(logits);
	const classes = shape[shape.length - 1];
	const lead = shape.slice(0, -1);
	if (tape.shape(labels).join() !== lead.join()) {
		throw tape.error(
			`labels of shape [${tape.shape(labels).join(", ")}] do not fit an output of shape [${shape.join(", ")}]`,
			"Cross-entropy takes one label for each row of the output: whole numbers from 0",
		);
	}
	const rows = lead.reduce((a, b) => a * b, 1);
	const places = tape.numbers(
		"int64",
		[classes],
		Array.from({ length: classes }, (_, k) => k),
	);
	const hot = tape.compare("Equal", tape.reshape(labels, [...lead, 1]), places);
	const one = tape.cast(hot, type);
	const p = tape.emit("Softmax", [logits], { shape, type }, { axis: shape.length - 1 });
	const gain = tape.scaled(tape.sub(p, one), 1 / rows);
	const own = tape.sum(tape.masked(hot, p), [shape.length - 1], true);
	const log = tape.scaled(tape.unary("Log", tape.max(own, tape.scalar(type, LEAST_PROBABILITY))), -1);
	const hits = tape.compare("Equal", tape.argMax(logits, shape.length - 1, true), labels);
	const perRow = tape.cast(hits, "int64");
	const inner = lead.slice(1).map((_, axis) => axis + 1);
	return {
		seed: [logits, gain],
		mean: tape.reshape(
			tape.mean(
				log,
				lead.map((_, axis) => axis),
			),
			[1],
		),
		scores: tape.sum(perRow, inner, true),
	};
}

/** Mean of the squares of all differences; the gain of the output is twice the difference over their number. */
function squaredError(tape: Tape, output: string, labels: string): BatchLoss {
	const shape = tape.shape(output);
	const count = shape.reduce((a, b) => a * b, 1);
	if (tape.shape(labels).reduce((a, b) => a * b, 1) !== count) {
		throw tape.error(
			`labels of shape [${tape.shape(labels).join(", ")}] do not fit an output of shape [${shape.join(", ")}]`,
			"The mean squared error takes one number for each of the output's",
		);
	}
	const wanted = tape.reshape(tape.cast(labels, tape.type(output)), shape);
	const difference = tape.sub(output, wanted);
	const squares = tape.mul(difference, difference);
	const rows = tape.reshape(squares, [shape[0], count / shape[0]]);
	const perRow = tape.sum(rows, [1], true);
	return {
		seed: [output, tape.scaled(difference, 2 / count)],
		mean: tape.reshape(tape.scaled(tape.sum(perRow, [0]), 1 / count), [1]),
		scores: perRow,
	};
}
