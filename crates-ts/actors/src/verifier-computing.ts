import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { DisputeView } from "@umpire/game/trace-view.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import type { Trace } from "@umpire/runtime/trace.ts";
import { Cache } from "./cache.ts";
import { type Direct, type DirectChallenge, proveDirectly } from "./direct-challenge.ts";
import { recordClaimed, withDisputedSegment } from "./disputed-segment.ts";
import type { Evidence } from "./evidence.ts";
import { type InputFinder, inputsVersion, type LoadedProgram, NoInputs } from "./loaded-program.ts";
import { Sessions } from "./sessions.ts";
import type { Lane, Workbench } from "./workbench.ts";
import type { World } from "./world.ts";

/** Trace roots that are remembered by the inputs that they follow from. */
const ROOTS = 10_000;

/** What a verifier computes, beside the game: its own traces and outputs, and proofs of what differs. Nothing here waits. */
export class VerifierComputing {
	readonly #bench: Workbench;
	readonly #world: World;
	readonly #loaded: LoadedProgram;
	readonly #findInputs: InputFinder;
	readonly #sessions: Sessions;
	/** By inputs root. A program and its inputs have one trace: many claims on the same inputs cost one computation. */
	readonly #roots = new Cache<Hex, Hex>(ROOTS);
	/** By inputs root: under what name the bench has the trace. */
	readonly #keys = new Cache<Hex, string>(ROOTS);

	constructor(bench: Workbench, world: World, loaded: LoadedProgram, findInputs: InputFinder) {
		this.#bench = bench;
		this.#world = world;
		this.#loaded = loaded;
		this.#findInputs = findInputs;
		this.#sessions = new Sessions((record) => openSession(loaded.program, { record }));
	}

	/**
	 * The root of one's own trace; undefined as long as it is being computed.
	 *
	 * @throws NoInputs if the inputs are not to be had
	 */
	async traceRoot(lane: Lane, inputsRoot: Hex, order: number): Promise<Hex | undefined> {
		return this.#roots.peek(inputsRoot) ?? (await this.#trace(lane, inputsRoot, order))?.traceRoot;
	}

	/** One's own trace, for a wrong claim; undefined as long as it is being computed or its inputs are not to be had. */
	async evidence(inputsRoot: Hex, order: number): Promise<Evidence | undefined> {
		try {
			const trace = await this.#trace("urgent", inputsRoot, order);
			const { program, commitment } = this.#loaded;
			return trace && { program, commitment, trace };
		} catch (error) {
			if (error instanceof NoInputs) return undefined;
			throw error;
		}
	}

	/** The same for a dispute: with the steps of the segment that it is in. */
	async disputed(
		view: Pick<DisputeView, "dispute" | "header">,
		inputsRoot: Hex,
		order: number,
	): Promise<Evidence | undefined> {
		const evidence = await this.evidence(inputsRoot, order);
		return (
			evidence &&
			withDisputedSegment(evidence, view, {
				bench: this.#bench,
				sessions: this.#sessions,
				key: `${inputsRoot} ${evidence.trace.traceRoot}`,
				order,
				inputs: () => this.#inputs(inputsRoot),
			})
		);
	}

	/** One's own primary output; undefined as long as it is being computed. Throws NoInputs likewise. */
	async output(
		lane: Lane,
		inputsRoot: Hex,
		order: number,
	): Promise<{ readonly elements: Elements } | undefined> {
		return this.#bench.ask(lane, {
			key: `output ${inputsRoot} ${await this.#version(inputsRoot)}`,
			order,
			work: async () => {
				const inputs = await this.#inputs(inputsRoot);
				const session = await this.#sessions.get("outputs");
				return { elements: (await session.run(inputs)).outputs[0] };
			},
		});
	}

	/** What settles a wrong claim directly, or why nothing does; undefined as long as it is being computed. */
	direct(order: number, own: Evidence, judged: string, challenge: DirectChallenge): Direct | undefined {
		if (challenge.mode === "bisect") return { reason: "a dispute is asked for" };
		const work = () => proveDirectly(own, challenge);
		const lane = challenge.sharing === undefined ? "urgent" : "proofs";
		return this.#bench.ask(lane, { key: `direct ${judged}`, order, work });
	}

	async #trace(lane: Lane, inputsRoot: Hex, order: number): Promise<Trace | undefined> {
		// What was computed stays right when its inputs disappear.
		const known = this.#bench.keep<Trace>(this.#keys.peek(inputsRoot) ?? "", order);
		if (known !== undefined) return known;
		const key = `trace ${inputsRoot} ${await this.#version(inputsRoot)}`;
		return this.#bench.ask(lane, {
			key,
			order,
			work: async () => {
				const inputs = await this.#inputs(inputsRoot);
				const trace = await recordClaimed(this.#loaded, this.#sessions, inputs);
				this.#roots.set(inputsRoot, trace.traceRoot);
				this.#keys.set(inputsRoot, key);
				return trace;
			},
		});
	}

	#version(inputsRoot: Hex): Promise<string> {
		return inputsVersion(this.#world, this.#loaded.program, inputsRoot);
	}

	/** @throws NoInputs if they are not to be had */
	async #inputs(root: Hex): Promise<Elements[]> {
		const inputs = await this.#findInputs(root);
		if (inputs === undefined) throw new NoInputs();
		return inputs;
	}
}
