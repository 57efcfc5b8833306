import type { Rehearsal } from "@umpire/actors/rehearsal.ts";

/** The windows of zk-OPML's measurements, in seconds: to challenge, and for each answer awaited. */
export const CHALLENGE_WINDOW = 120;
export const RESPONSE_WINDOW = 30;

/** A model of zk-OPML's evaluation and the time of a dispute that it reports, in seconds. */
export interface Opponent {
	readonly name: string;
	readonly model: string;
	readonly input: string;
	readonly seconds: number;
}

/** Models of the same architectures as those that zk-OPML measured. */
export const OPPONENTS: readonly Opponent[] = [
	{ name: "DNN", model: "dnn.onnx", input: "dnn-input.json", seconds: 361 },
	{ name: "LeNet-5", model: "lenet-5.onnx", input: "lenet-5-input.json", seconds: 494 },
	{ name: "2d conv", model: "conv2d.onnx", input: "conv2d-input.json", seconds: 566 },
];

/** Moves for which the other side waits: all between the challenge and the proof. */
const AWAITED = new Set(["open", "descend", "publishLeaf", "name", "publishPartials"]);

/** Answers awaited in a rehearsed dispute, of both sides. */
export function answersAwaited({ transactions }: Rehearsal): number {
	return transactions.filter(({ move }) => AWAITED.has(move)).length;
}

/** The time of a dispute by zk-OPML's formula, in seconds. */
export function disputeTime(answers: number, provingSeconds: number): number {
	return CHALLENGE_WINDOW + RESPONSE_WINDOW * answers + provingSeconds;
}
