import { getClaim } from "@umpire/chain/contracts.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { ErrorBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import { tokenLimits } from "@umpire/compiler/import/token-limits.ts";
import type { RangeMethod } from "@umpire/compiler/quantise/calibration.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import { readModel } from "@umpire/onnx/read.ts";
import type { Program } from "@umpire/operators/program.ts";
import { openSession, type StepResult } from "@umpire/runtime/executable.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { disputeView } from "@umpire/views/build-dispute.ts";
import type { DisputeView } from "@umpire/views/dispute-view.ts";
import { gasOf, paymentsOf, roundsOf } from "./accounting.ts";
import type { Actor } from "./actor.ts";
import { attacker } from "./attacker.ts";
import type { CommitmentOptions } from "./commitments.ts";
import { type CompiledFile, compileFile, modelName, orderedInputs } from "./compile-file.ts";
import { type Place, parseDefect, placeText } from "./defect.ts";
import { openDefectiveSession } from "./defective-session.ts";
import type { Mode } from "./direct-challenge.ts";
import { disputeFacts } from "./dispute-facts.ts";
import { completed, recordClaimed } from "./disputed-segment.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { openInputs, openSource, parseShapes, type StepOptions, sizedModel } from "./models.ts";
import { playOut } from "./play-out.ts";
import { drawSeed, seededRandom } from "./random.ts";
import { registerProgram } from "./register.ts";
import type { Rehearsal, RehearsedMove } from "./rehearsal.ts";
import { postRequest } from "./requester.ts";
import { quantiseInputs, readProgramInputs } from "./run-program.ts";
import { Sessions } from "./sessions.ts";
import { setUp } from "./set-up.ts";
import { openStage, type Stage } from "./stage.ts";
import { submitter } from "./submitter.ts";
import { namedSynthetic } from "./synthetic.ts";
import { verifier } from "./verifier.ts";
import type { World } from "./world.ts";

export interface RehearseOptions extends StepOptions, CommitmentOptions, ImageOptions {
	readonly model: string;
	readonly input?: string | undefined;
	/** [STEP/]OPERATOR[:ELEMENT], "random" or "none". */
	readonly defect: string;
	readonly attack: boolean;
	readonly seed?: number | undefined;
	readonly bits: 8 | 16;
	readonly fast?: boolean | undefined;
	readonly calibrate?: readonly string[] | undefined;
	readonly ranges?: RangeMethod | undefined;
	readonly budget?: ErrorBudget | undefined;
	readonly shape?: readonly string[] | undefined;
	/** How the verifier brings a wrong claim down; `direct` makes the submitter publish its trace. */
	readonly mode?: Mode | undefined;
	/** Takes what a page tells of the dispute, if there was one. */
	readonly onDispute?: ((view: DisputeView) => void) | undefined;
	readonly progress: (line: string) => void;
}

/**
 * Plays a whole claim, with its dispute if there is one, on a private chain with the real
 * contracts and proofs; waiting is skipped by moving the chain's clock.
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
	const { progress } = options;
	const seed = options.seed ?? drawSeed();
	const seconds: Record<string, number> = {};
	const begun = performance.now();
	const phase = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
		const started = performance.now();
		try {
			return await run();
		} finally {
			seconds[name] = (seconds[name] ?? 0) + (performance.now() - started) / 1000;
		}
	};

	const { compiled, inputs } = await phase("compile", () => compileWithInputs(options, seed));
	const { program, commitment } = compiled;
	const honest = options.attack || options.defect === "none";
	const defect = honest ? null : parseDefect(options.defect, program, seededRandom(seed));
	await setUp(progress);
	const stage = await phase("deploy", openStage);
	try {
		const requester = await stage.world("requester");
		const { number, root } = await registerProgram(requester, program, commitment);
		const loaded = { number, root, program, commitment };
		await postRequest(requester, loaded, inputs, { fee: "0.01", within: 86_400 });
		progress(`Playing: seed ${seed}, ${storyOf(options, defect, program)}...`);

		const claimant = await submitter(await stage.world("submitter"), String(number), {
			defect: defect === null ? undefined : `${defect.step}/${defect.operator}:${defect.element}`,
			publishTrace: options.mode === "direct",
			progress,
		});
		await phase("claim", () => stage.settle([claimant]));
		let found: Finding | null = null;
		let proving = 0;
		const challengerWorld = await stage.world("verifier");
		const challenger = options.attack
			? await falseChallenger(challengerWorld, compiled, inputs, { seed, progress })
			: await verifier(challengerWorld, String(number), {
					compare: "trace",
					mode: options.mode ?? "bisect",
					progress,
					onFinding(finding, took) {
						found = finding;
						proving = took;
					},
				});
		await phase("dispute", () => playOut(stage, [claimant, challenger], 1n));
		seconds.prove = proving;
		await tellDispute(stage, options);
		const claim = await getClaim(stage.contracts, 1n);
		const verdict = claim.status === CLAIM_STATUS.final ? "final" : "rejected";
		const harmless =
			defect !== null &&
			!isWholeTrace(program) &&
			!(await reachesClaim(compiled, claim.traceRoot, defect, inputs));
		const error = complaintOf(options, harmless ? null : defect, verdict, found, stage.moves);
		return {
			ok: error === undefined,
			...(error === undefined ? {} : { error }),
			model: modelName(options.model),
			parameters: compiled.parameters,
			steps: program.steps,
			seed,
			defect,
			attack: options.attack,
			verdict,
			found,
			rounds: roundsOf(stage.moves),
			transactions: stage.moves,
			gas: gasOf(stage.moves),
			seconds: { ...seconds, total: (performance.now() - begun) / 1000 },
			paid: await paymentsOf(stage),
		};
	} finally {
		await stage.close();
	}
}

/** The first dispute as a page tells it: with the claim proved wrong in one transaction there is none. */
async function tellDispute({ home, contracts, moves }: Stage, { onDispute }: RehearseOptions): Promise<void> {
	if (onDispute === undefined || !moves.some(({ move }) => move === "challenge")) return;
	onDispute(disputeView(await disputeFacts({ home, contracts, feed: eventFeed(contracts) }, 1))!);
}

/** What a rehearsal needs of a compiled model. */
type Compiled = Pick<CompiledFile, "program" | "commitment" | "parameters">;

/** A program file as it is, with its inputs from a file; undefined if the file is a model. */
async function compiledProgram({
	model,
	input,
	progress,
}: RehearseOptions): Promise<{ compiled: Compiled; inputs: Elements[] } | undefined> {
	if (!readModel(model).metadata.has("umpire.program")) return undefined;
	const { program, commitment } = await loadCommittedProgram(model);
	if (input === undefined) {
		throw new UmpireError("INPUT", `${model} is a compiled program`, {
			advice: "give its inputs with --input FILE",
		});
	}
	const inputs = quantiseInputs(program, readProgramInputs(program, input), { warn: progress });
	return { compiled: { program, commitment, parameters: 0 }, inputs };
}

async function compileWithInputs(
	options: RehearseOptions,
	seed: number,
): Promise<{ compiled: Compiled; inputs: Elements[] }> {
	const program = await compiledProgram(options);
	if (program) return program;
	const shapes = parseShapes(options.shape);
	const { model: source } = openSource(options.model, options);
	const model = options.input === undefined ? sizedModel(source, shapes) : source;
	const floats =
		options.input === undefined
			? namedSynthetic(model.graph.inputs, seed, tokenLimits(model.graph))
			: openInputs(options.input, model, shapes, options);
	const calibration = (options.calibrate ?? []).length > 0 ? [] : [orderedInputs(model, floats)];
	const compiled = await compileFile(options.model, options, calibration);
	const inputs = compiled.program.inputs.map((spec) => quantiseInput(floats.get(spec.name)!, spec).elements);
	return { compiled, inputs };
}

/** A challenger whose own trace has a wrong number in a place that is drawn. */
async function falseChallenger(
	world: World,
	{ program, commitment }: Compiled,
	inputs: Elements[],
	{ seed, progress }: { seed: number; progress: (line: string) => void },
): Promise<Actor> {
	const place = parseDefect("random", program, seededRandom(seed));
	const sessions = new Sessions(() => openDefectiveSession(program, place));
	const trace = await recordClaimed({ program, commitment }, sessions, inputs);
	// Of a long run only what a dispute is about is ever there; of a lazy one nothing else is.
	const evidence: Evidence = { program, commitment, trace };
	let last = evidence;
	return attacker(world, evidence, progress, async (view) => {
		last = await completed(last, view, sessions, inputs);
		return last;
	});
}

const isWholeTrace = ({ lazy, segment }: Program): boolean => lazy !== true && segment === undefined;

/** Whether a wrong number changes what a claim carries: the output, or the last step of a segment. */
async function reachesClaim(
	{ program, commitment }: Compiled,
	claimed: Hex,
	defect: Place,
	inputs: Elements[],
): Promise<boolean> {
	if (program.lazy !== true) {
		const sessions = new Sessions((record) => openSession(program, { record }));
		const own = await recordClaimed({ program, commitment }, sessions, inputs);
		await sessions.release();
		return own.traceRoot !== claimed;
	}
	const outputs: string[] = [];
	for (const session of [
		await openSession(program, { record: "outputs" }),
		await openDefectiveSession(program, defect),
	]) {
		let last: StepResult | undefined;
		for await (last of session.steps(inputs));
		outputs.push(last?.output(0).join() ?? "");
		await session.release();
	}
	return outputs[0] !== outputs[1];
}

function complaintOf(
	{ attack }: RehearseOptions,
	defect: Place | null,
	verdict: string,
	found: Finding | null,
	moves: readonly RehearsedMove[],
): string | undefined {
	const challenged = moves.some(({ move }) => move === "challenge");
	if (attack) {
		if (verdict !== "final") return "an honest claim was rejected";
		return moves.some(({ move, by }) => move === "timeout" && by === "submitter")
			? undefined
			: "the attacker kept its bond";
	}
	if (defect === null) {
		if (verdict !== "final") return "an honest claim was rejected";
		return challenged ? "an honest claim was challenged" : undefined;
	}
	if (verdict !== "rejected") return "a false claim became final";
	// A liar who cannot even state partial results runs out of time before anything is proved.
	if (found === null) return moves.some(({ move }) => move === "timeout") ? undefined : "nothing was proved";
	const [wanted, place] = [defect, found].map(
		({ step, operator, element }) => `${step}/${operator}:${element}`,
	);
	return wanted === place ? undefined : `found ${place} instead`;
}

function storyOf({ attack }: RehearseOptions, defect: Place | null, program: Program): string {
	if (attack) return "an honest claim is attacked";
	if (defect === null) return "an honest claim";
	return `a claim with a wrong number in ${placeText(defect, program.steps)}`;
}
