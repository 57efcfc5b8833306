import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { gasOf, paymentsOf } from "./accounting.ts";
import { compileFile } from "./compile-file.ts";
import { type FraudFound, playFraud } from "./demo-fraud.ts";
import { openInputs, openModel } from "./models.ts";
import { registerProgram } from "./register.ts";
import type { MoveGas } from "./rehearsal.ts";
import { finalOutput } from "./request-state.ts";
import { postRequest } from "./requester.ts";
import { quantiseInputs } from "./run-program.ts";
import { setUp } from "./set-up.ts";
import { openStage } from "./stage.ts";

/** The digit in the image, and where the submitter lies: the hidden layer of the classifier. */
const DIGIT = 3;
const DEFECT = "0:5";
const FEE = "0.05";

/** What the demonstration shows at its end. */
export interface Demonstration extends FraudFound {
	readonly gas: Readonly<Record<string, MoveGas>>;
	/** Net, in wei, without gas. */
	readonly paid: Readonly<Record<string, bigint>>;
	/** The digit that the honest result says. */
	readonly digit: number;
	readonly seconds: number;
}

/**
 * Plays the whole story on a chain in this process: register, request, a wrong claim, a dispute, a
 * verdict, an honest claim. Contracts, onnxruntime and proofs are real; waiting is skipped by
 * moving the chain's clock.
 *
 * @param say takes the story, line by line
 */
export async function demonstrate(say: (line: string) => void): Promise<Demonstration> {
	const detail = (line: string) => say(`     ${line}`);
	await setUp(detail);
	const started = performance.now();
	const folder = join(projectRoot, "testdata", "digits");

	say("1. A local chain (Hardhat's EVM, in this process) with the contracts.");
	const stage = await openStage();
	try {
		detail(
			`market ${stage.contracts.market.address}, court ${stage.contracts.court.address}, registry ${stage.contracts.registry.address}`,
		);

		say("2. A digit classifier, trained in float32, becomes an exact integer program and is registered.");
		const model = openModel(join(folder, "model.onnx"));
		const image = openInputs(join(folder, `input-${DIGIT}.json`), model, new Map());
		const samples = Array.from({ length: 10 }, (_, digit) => join(folder, `input-${digit}.json`));
		const compiled = await compileFile(join(folder, "model.onnx"), {
			bits: 16,
			calibrate: samples,
			progress: () => {},
		});
		const { program, commitment } = compiled;
		const requester = await stage.world("requester");
		const { number, root } = await registerProgram(requester, program, commitment);
		detail(`program ${number}: ${root}, ${compiled.parameters} parameters`);
		program.operators.forEach(({ kind, node, opType }, index) => {
			detail(`operator ${index}: ${kind} "${node}" (${opType})`);
		});

		say(`3. The requester escrows ${FEE} ETH for the class of one image of a ${DIGIT}.`);
		const inputs = quantiseInputs(program, image, { warn: detail });
		const loaded = { number, root, program, commitment };
		const { request, inputsRoot } = await postRequest(requester, loaded, inputs, {
			fee: FEE,
			within: 86_400,
		});
		detail(`request ${request}, inputs ${inputsRoot}`);

		const fraud = await playFraud(stage, number, {
			defect: DEFECT,
			headings: [
				"A submitter computes it, changes one number in the middle of the network, and claims.",
				"A verifier recomputes the claim and challenges it; both play until one number is left.",
			],
			say,
		});
		const output = await finalOutput(requester, program, 2);
		const digit = output.indexOf(Math.max(...output));
		say(`7. The result is final: it is a ${digit}.`);
		return {
			...fraud,
			gas: gasOf(stage.moves).byMove,
			paid: await paymentsOf(stage),
			digit,
			seconds: (performance.now() - started) / 1000,
		};
	} finally {
		await stage.close();
	}
}
