import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Rehearsal } from "@umpire/actors/rehearsal.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { writeNpy } from "@umpire/onnx/npy.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { drawnImage, FULL_SIZE, mobileNetV2 } from "@umpire/testing/runtime/image-networks.ts";

/** The windows of zk-OPML's measurements, in seconds: to challenge, and for each answer awaited. */
export const CHALLENGE_WINDOW = 120;
export const RESPONSE_WINDOW = 30;

/** A model of zk-OPML's evaluation and the time of a dispute that it reports, in seconds. */
export interface Opponent {
	readonly name: string;
	readonly seconds: number;
	/** Paths of the model and its input; what has to be built first is put into `folder`. */
	readonly files: (folder: string) => { readonly model: string; readonly input: string };
	/** Too large to be run many times over. */
	readonly large?: boolean;
}

const committed = (model: string): Opponent["files"] => {
	const folder = join(projectRoot, "testdata");
	return () => ({ model: join(folder, `${model}.onnx`), input: join(folder, `${model}-input.json`) });
};

/** Models of the same architectures as those that zk-OPML measured. */
export const OPPONENTS: readonly Opponent[] = [
	{ name: "DNN", files: committed("dnn"), seconds: 361 },
	{ name: "LeNet-5", files: committed("lenet-5"), seconds: 494 },
	{ name: "2d conv", files: committed("conv2d"), seconds: 566 },
	{ name: "MobileNetV2", files: buildMobileNet, seconds: 1115, large: true },
];

function buildMobileNet(folder: string): { model: string; input: string } {
	const paths = { model: join(folder, "mobilenet-v2.onnx"), input: join(folder, "mobilenet-v2-input.npy") };
	writeFileSync(paths.model, writeModel(mobileNetV2(FULL_SIZE)));
	writeFileSync(paths.input, writeNpy(drawnImage(FULL_SIZE.image, 1)));
	return paths;
}

/** Moves for which the other side waits: all between the challenge and the proof. */
const AWAITED = new Set(["bindTrace", "enter", "open", "descend", "publishLeaf", "name", "publishPartials"]);

/** Answers awaited in a rehearsed dispute, of both sides. */
export function answersAwaited({ transactions }: Rehearsal): number {
	return transactions.filter(({ move }) => AWAITED.has(move)).length;
}

/** The time of a dispute by zk-OPML's formula, in seconds. */
export function disputeTime(answers: number, provingSeconds: number): number {
	return CHALLENGE_WINDOW + RESPONSE_WINDOW * answers + provingSeconds;
}
