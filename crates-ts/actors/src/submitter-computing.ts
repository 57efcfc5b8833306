import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { isUnbound } from "@umpire/game/dispute.ts";
import type { Claim } from "@umpire/game/state.ts";
import type { DisputeView } from "@umpire/game/trace-view.ts";
import type { Trace } from "@umpire/runtime/trace.ts";
import { type ClaimContent, claimOfOutput, claimOfTrace } from "@umpire/sdk/claim-content.ts";
import type { ContentStore } from "@umpire/store/content-store.ts";
import { folderStore } from "@umpire/store/folder-store.ts";
import { getTrace, putTrace } from "@umpire/store/traces.ts";
import { failureText } from "./actor.ts";
import { Cache } from "./cache.ts";
import { recordClaimed, withDisputedSegment } from "./disputed-segment.ts";
import type { Evidence } from "./evidence.ts";
import { FarmedClaims } from "./farm/farmed-claims.ts";
import { type InputFinder, inputsVersion, type LoadedProgram, NoInputs } from "./loaded-program.ts";
import type { Sessions } from "./sessions.ts";
import type { Workbench } from "./workbench.ts";
import type { World } from "./world.ts";

/** Names of computed traces that are remembered. */
const KEYS = 10_000;

interface Parts {
	readonly world: World;
	readonly loaded: LoadedProgram;
	readonly sessions: Sessions;
	readonly findInputs: InputFinder;
	/** Puts traces into the content store, too. */
	readonly publishTrace: boolean;
	readonly say: (line: string) => void;
	/** Says a line once. */
	readonly tell: (line: string) => void;
}

/** What a submitter computes, beside the game: what it claims, and the traces that it defends. Nothing here waits. */
export class SubmitterComputing {
	readonly #bench: Workbench;
	readonly #parts: Parts;
	/** Traces that were claimed: nobody else's business unless they are published. */
	readonly #kept: ContentStore;
	readonly #farmed: FarmedClaims | undefined;

	constructor(bench: Workbench, parts: Parts) {
		this.#bench = bench;
		this.#parts = parts;
		this.#kept = folderStore(parts.world.home.path("claimed"));
		const { farm, home } = parts.world;
		const kept = parts.publishTrace ? [this.#kept, home.content] : [this.#kept];
		if (farm?.commits) this.#farmed = new FarmedClaims({ farm, loaded: parts.loaded, kept, say: parts.say });
	}

	/**
	 * What answers a request, unless it is being computed or its inputs are not to be had. The trace, if it is claimed, is
	 * kept before: where it cannot be, nothing is claimed.
	 */
	async claim(id: number, inputsRoot: Hex, order: number): Promise<ClaimContent | "computing" | "no inputs"> {
		const { world, loaded, sessions, findInputs, say } = this.#parts;
		const { program, commitment } = loaded;
		const version = await inputsVersion(world, program, inputsRoot);
		if (version === "missing") {
			// However many of such requests there are, they take no place on the bench: looking tells.
			await findInputs(inputsRoot);
			return "no inputs";
		}
		const farmed = this.#farmed?.ask(inputsRoot);
		if (farmed !== undefined) return farmed;
		try {
			const content = this.#bench.ask("background", {
				key: `claim ${inputsRoot} ${version}`,
				order,
				work: async () => {
					const inputs = await this.#inputs(inputsRoot);
					say(`Computing request ${id}...`);
					if (program.lazy) {
						const session = await sessions.get("outputs");
						return claimOfOutput(program, (await session.run(inputs)).outputs[0]);
					}
					const trace = await this.#record(inputs);
					await this.#keep(trace);
					return claimOfTrace(commitment, trace);
				},
			});
			if (content !== undefined) this.#farmed?.computed(inputsRoot, content);
			return content ?? "computing";
		} catch (error) {
			if (error instanceof NoInputs) return "no inputs";
			throw error;
		}
	}

	/** The trace that was claimed or is to be bound, from memory, from the store, or computed again. */
	async evidence(claim: Claim, inputsRoot: Hex, order: number): Promise<Evidence | undefined> {
		const { program, commitment } = this.#parts.loaded;
		const { traceRoot } = claim;
		const unbound = isUnbound(claim, commitment.header);
		const name = `trace ${inputsRoot} ${unbound ? "" : traceRoot}`;
		const known = this.#bench.keep<Trace>(this.#keys.peek(name) ?? "", order);
		if (known !== undefined) return { program, commitment, trace: known };
		const trace = await this.#withInputs(inputsRoot, (version) => {
			const key = `${name} ${version}`;
			return this.#bench.ask("urgent", {
				key,
				order,
				work: async () => {
					const found = await this.#evidence(inputsRoot, unbound ? undefined : traceRoot);
					this.#keys.set(name, key);
					return found;
				},
			});
		});
		return trace && { program, commitment, trace };
	}

	/** The same for a dispute: with the steps of the segment that it is in. */
	async disputed(
		view: Pick<DisputeView, "dispute" | "header">,
		claim: Claim,
		inputsRoot: Hex,
		order: number,
	): Promise<Evidence | undefined> {
		const evidence = await this.evidence(claim, inputsRoot, order);
		if (evidence === undefined) return undefined;
		const key = `${inputsRoot} ${evidence.trace.traceRoot}`;
		const inputs = () => this.#inputs(inputsRoot);
		const { sessions } = this.#parts;
		return withDisputedSegment(evidence, view, { bench: this.#bench, sessions, key, order, inputs });
	}

	/** Under what name the bench has a trace that was computed. */
	readonly #keys = new Cache<string, string>(KEYS);

	async #evidence(inputsRoot: Hex, traceRoot: Hex | undefined): Promise<Trace> {
		const { world, loaded, say, tell } = this.#parts;
		const { program, commitment } = loaded;
		const inputs = await this.#inputs(inputsRoot);
		if (traceRoot !== undefined) {
			const stored = await getTrace(this.#kept, program, commitment, inputs, traceRoot).catch(
				(error: unknown) => {
					tell(`${failureText(error)} It is computed again.`);
					return null;
				},
			);
			if (stored !== null) return stored;
		}
		say("Computing the trace of a challenged claim...");
		const trace = await this.#record(inputs);
		if (traceRoot !== undefined && trace.traceRoot !== traceRoot) {
			// Its nodes are not those that are demanded: the contract would take them, and gas for them, without end.
			throw new UmpireError(
				"STORED",
				`the trace computed here is ${trace.traceRoot}, claimed was ${traceRoot}: without the claimed one there is no answer`,
				{
					advice: `Restore its file in ${world.home.path("claimed", "traces")} if there is a copy.`,
					separator: ". ",
				},
			);
		}
		// A full disk must not lose a dispute.
		await this.#keep(trace).catch((error: unknown) => tell(failureText(error)));
		return trace;
	}

	#record(inputs: readonly Elements[]): Promise<Trace> {
		const { loaded, sessions } = this.#parts;
		return recordClaimed(loaded, sessions, inputs);
	}

	/** Keeps a trace, so that whoever is stopped need not compute it again. */
	async #keep(trace: Trace): Promise<void> {
		const { world, loaded, publishTrace } = this.#parts;
		await putTrace(this.#kept, loaded.program, trace);
		if (publishTrace) await putTrace(world.home.content, loaded.program, trace);
	}

	/** Undefined if the inputs are not to be had, which is told. */
	async #withInputs<T>(root: Hex, ask: (version: string) => T | undefined): Promise<T | undefined> {
		const { world, loaded } = this.#parts;
		try {
			return ask(await inputsVersion(world, loaded.program, root));
		} catch (error) {
			if (error instanceof NoInputs) return undefined;
			throw error;
		}
	}

	/** @throws NoInputs if they are not to be had */
	async #inputs(root: Hex): Promise<Elements[]> {
		const inputs = await this.#parts.findInputs(root);
		if (inputs === undefined) throw new NoInputs();
		return inputs;
	}
}
