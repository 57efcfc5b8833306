import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getClaim } from "@umpire/chain/contracts.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import type { Actor } from "../actor.ts";
import { compileFile, orderedInputs } from "../compile-file.ts";
import { openInputs, openModel } from "../models.ts";
import { playOut } from "../play-out.ts";
import { registerProgram } from "../register.ts";
import { postRequest } from "../requester.ts";
import { quantiseInputs } from "../run-program.ts";
import type { Stage } from "../stage.ts";
import { submitter } from "../submitter.ts";
import { verifier } from "../verifier.ts";

const FEE = "0.01";
/** Where the submitter lies: a number in the middle of a convolution's output. */
const DEFECT = "2:354";
/** Answers that are final before anybody looks. */
const ANSWERS = 3;

/** How a story for pages goes on. */
export interface PagesStory {
	/** Plays the dispute, one move after the other, until it is decided and answered anew. */
	play(options: { readonly signal: AbortSignal; readonly pause: number }): Promise<void>;
}

/**
 * Puts something to look at on a chain: a digit classifier with final answers, and a convolutional network with a
 * claim that has one wrong number, which is about to be challenged.
 *
 * @param say takes what happens, line by line
 */
export async function prepareStory(stage: Stage, say: (line: string) => void): Promise<PagesStory> {
	const digits = join(projectRoot, "testdata", "digits");
	const samples = Array.from({ length: 10 }, (_, digit) => join(digits, `input-${digit}.json`));
	const small = await register(stage, join(digits, "model.onnx"), samples[0], samples);
	const honest = await submitter(await stage.world("second-submitter"), String(small.number), {
		progress: () => {},
	});
	for (let digit = 0; digit < ANSWERS; digit++) {
		await small.ask(samples[digit]);
		await playOut(stage, [honest], BigInt(digit + 1));
	}
	say(`${ANSWERS} answers of a digit classifier are final.`);

	const testdata = join(projectRoot, "testdata");
	const [model, image] = [join(testdata, "lenet-5.onnx"), join(testdata, "lenet-5-input.json")];
	const network = await register(stage, model, image, [image]);
	await network.ask(image);
	const liar = await submitter(await stage.world("submitter"), String(network.number), {
		defect: DEFECT,
		progress: (line) => say(`submitter: ${line}`),
	});
	await stage.settle([liar]);
	const guard = await verifier(await stage.world("verifier"), String(network.number), {
		compare: "trace",
		progress: (line) => say(`challenger: ${line}`),
	});
	const second = await submitter(await stage.world("second-submitter"), String(network.number), {
		progress: (line) => say(`second submitter: ${line}`),
	});
	const lie = BigInt(ANSWERS + 1);
	return {
		async play({ signal, pause }) {
			await untilDecided(stage, [guard, liar], lie, { signal, pause });
			while (!signal.aborted && (await second.tick())) await rest(pause, signal);
		},
	};
}

/** Lets one side move, then rests, so that whoever looks can follow. */
async function untilDecided(
	{ contracts }: Stage,
	actors: readonly Actor[],
	claim: bigint,
	{ signal, pause }: { readonly signal: AbortSignal; readonly pause: number },
): Promise<void> {
	while (!signal.aborted) {
		const { status } = await getClaim(contracts, claim);
		if (status !== CLAIM_STATUS.live) return;
		for (const actor of actors) {
			if (signal.aborted) return;
			if (await actor.tick()) await rest(pause, signal);
		}
		await rest(100, signal);
	}
}

const rest = (milliseconds: number, signal: AbortSignal): Promise<void> =>
	sleep(milliseconds, undefined, { signal }).catch(() => {});

async function register(stage: Stage, file: string, sample: string, calibrate: readonly string[]) {
	const model = openModel(file);
	const single = calibrate.length === 1;
	const { program, commitment } = await compileFile(
		file,
		{ bits: 16, progress: () => {}, ...(single ? {} : { calibrate }) },
		single ? [orderedInputs(model, openInputs(sample, model, new Map()))] : [],
	);
	const requester = await stage.world("requester");
	const { number, root } = await registerProgram(requester, program, commitment);
	return {
		number,
		async ask(input: string): Promise<void> {
			const inputs = quantiseInputs(program, openInputs(input, model, new Map()), { warn: () => {} });
			await postRequest(requester, { number, root, program, commitment }, inputs, {
				fee: FEE,
				within: 86_400,
			});
		},
	};
}
