import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { divided, rowsAt, scaledRows } from "@umpire/training/data/labelled.ts";
import { readLabelled } from "@umpire/training/data/read.ts";
import type { Job } from "@umpire/training/job.ts";
import { prepare } from "@umpire/training/prepare.ts";
import { buildStep } from "@umpire/training/step.ts";
import { type Curve, trainBoth } from "@umpire/training/train.ts";
import { compileStep, inputsOf } from "@umpire/training/training-program.ts";
import { gasOf, paymentsOf } from "./accounting.ts";
import type { Demonstration } from "./demo.ts";
import { playFraud } from "./demo-fraud.ts";
import { registerProgram } from "./register.ts";
import { finalOutput } from "./request-state.ts";
import { postRequest } from "./requester.ts";
import { setUp } from "./set-up.ts";
import { openStage } from "./stage.ts";

const JOB = {
	loss: "cross-entropy",
	optimiser: "momentum",
	batch: 32,
	rate: 0.05,
	momentum: 0.9,
	decay: 0,
	seed: 1,
} as const;
/** Shares of the digits that are not trained on. */
const SHARES = { validation: 0.1, test: 0.2 };
/** Grey values are 0 … 16. */
const SCALE = 1 / 16;
const STEPS = 250;
/** The node at which the submitter lies, half way: what the first layer's weights gain. */
const LIE = { node: "/fc1/Gemm/gradient/Gemm", element: 700 };
const FEE = "0.05";

/** What the demonstration shows at its end. */
export interface TrainingDemonstration extends Omit<Demonstration, "digit"> {
	readonly exact: Pick<Curve, "validation" | "test">;
	readonly float: Pick<Curve, "validation" | "test">;
	/** Digits of the validation part that the final claim says are right. */
	readonly hits: number;
}

/**
 * Trains a network on handwritten digits, in float and exactly, then plays the story of a claim about the training
 * with one wrong number of one gradient, and of an honest one. Contracts, onnxruntime and proofs are real; waiting
 * is skipped by moving the chain's clock.
 *
 * @param say takes the story, line by line
 */
export async function demonstrateTraining(
	say: (line: string) => void,
	steps = STEPS,
): Promise<TrainingDemonstration> {
	const wrongStep = Math.floor(steps / 2);
	const detail = (line: string) => say(`     ${line}`);
	await setUp(detail);
	const started = performance.now();
	const folder = join(projectRoot, "testdata", "optdigits");

	say("1. A network of 64-32-10, untrained, and 1,797 handwritten digits.");
	const found = readLabelled(join(folder, "digits.csv"));
	const data = divided({ ...found, rows: scaledRows(found.rows, SCALE) }, SHARES, JOB.seed);
	const job: Job = { ...JOB, steps, parts: data.parts };
	const batch = rowsAt(
		data.rows,
		Array.from({ length: job.batch }, (_, k) => k),
	);
	const step = buildStep(await prepare(readModel(join(folder, "model.onnx")), batch), job, data);
	detail(
		`${data.parts.train} digits to train on, ${data.parts.validation} for validation, ${data.parts.test} for the test`,
	);

	say(`2. ${job.steps} steps of training become one exact program, which is run beside the float training.`);
	const { program } = await compileStep(step, "optdigits-training");
	const { exact, float } = await trainBoth(step, program, job, (at, own, real) => {
		if (at % 50 === 0) detail(`step ${at}: loss ${own.loss.toFixed(4)}, in float ${real.loss.toFixed(4)}`);
	});
	const percent = (share: number | undefined) => `${(100 * (share ?? 0)).toFixed(2)} %`;
	detail(`test digits that are right: ${percent(exact.test)}, in float ${percent(float.test)}`);

	say(
		"3. The program is registered on a local chain, and its result is requested: how many digits are right.",
	);
	const stage = await openStage();
	try {
		const commitment = await commitProgram(program);
		const requester = await stage.world("requester");
		const { number, root } = await registerProgram(requester, program, commitment);
		const loaded = { number, root, program, commitment };
		const inputs = inputsOf(program, step.feed);
		detail(`program ${number}: ${root}, ${program.operators.length} operators`);
		detail(
			`${program.steps} steps: ${steps} of training, then ${program.steps - steps} that count right answers on the other digits`,
		);
		await postRequest(requester, loaded, inputs, { fee: FEE, within: 86_400 });

		const operator = program.operators.findIndex(({ node, kind }) => node === LIE.node && kind === "Dot");
		const fraud = await playFraud(stage, number, {
			defect: `${wrongStep}/${operator}:${LIE.element}`,
			headings: [
				`A submitter trains too, falsifies one number of a gradient in step ${wrongStep}, and claims.`,
				"A verifier trains again, finds another trace, and both play until one number is left.",
			],
			say,
		});
		const [hits] = await finalOutput(requester, program, 2);
		say(
			`7. The result is final: ${hits} of ${data.parts.validation} digits of the validation part are right.`,
		);
		return {
			...fraud,
			gas: gasOf(stage.moves).byMove,
			paid: await paymentsOf(stage),
			exact: { validation: exact.validation, test: exact.test },
			float: { validation: float.validation, test: float.test },
			hits,
			seconds: (performance.now() - started) / 1000,
		};
	} finally {
		await stage.close();
	}
}
