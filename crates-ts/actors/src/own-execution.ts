import type { ChainEvent, EventFeed } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type GameState } from "@umpire/game/state.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { outputAgrees } from "./output-agreement.ts";
import type { View } from "./world.ts";

/** What running a claim's program here says of the output that the claim states. */
export type Agreement = "agrees" | "disagrees" | "unknown";

/** Decided claims are run newest first, so many at a time; live claims all at once. */
const DECIDED_AT_A_TIME = 20;

/** Runs the claims whose program and inputs are in the home folder; each once. */
export class OwnExecution {
	readonly #view: View;
	readonly #only: ReadonlySet<Hex> | undefined;
	readonly #sessions = new Map<Hex, Promise<ProgramSession | undefined>>();
	readonly #known = new Map<string, Agreement>();

	/** @param only the programs that are run; all by default */
	constructor(view: View, only?: readonly Hex[]) {
		this.#view = view;
		this.#only = only === undefined || only.length === 0 ? undefined : new Set(only);
	}

	/** One answer for each claim; "unknown" where program or inputs are not here, or it is not yet its turn. */
	async agreements(state: GameState): Promise<Agreement[]> {
		const stated = statedOutputs(this.#view.feed);
		const found: Agreement[] = state.claims.map(() => "unknown");
		let decided = 0;
		for (const [index, claim] of [...state.claims.entries()].reverse()) {
			const { program, inputsRoot } = state.requests[claim.request - 1];
			const output = stated.get(index + 1);
			if (output === undefined || this.#only?.has(program) === false) continue;
			const key = `${program} ${inputsRoot} ${output.outputRoot} ${output.words}`;
			const known = this.#known.get(key);
			if (known === undefined && claim.status !== CLAIM_STATUS.live && ++decided > DECIDED_AT_A_TIME)
				continue;
			found[index] = known ?? (await this.#run(program, inputsRoot, output));
			// What is missing today may come tomorrow.
			if (found[index] !== "unknown") this.#known.set(key, found[index]);
		}
		return found;
	}

	async #run(
		root: Hex,
		inputsRoot: Hex,
		stated: { outputRoot: Hex; words: readonly bigint[] },
	): Promise<Agreement> {
		const session = await this.#session(root);
		if (session === undefined) return "unknown";
		const { content } = this.#view.home;
		const inputs = await getInputs(content, session.program, inputsRoot).catch(() => null);
		if (inputs === null) return "unknown";
		const { outputs } = await session.run(inputs);
		return (await outputAgrees(session.program, outputs[0], stated)) ? "agrees" : "disagrees";
	}

	/** Undefined if the program is not here (it may come) or cannot be used. */
	async #session(root: Hex): Promise<ProgramSession | undefined> {
		const opened =
			this.#sessions.get(root) ??
			getProgram(this.#view.home.content, root)
				.then(({ program }) => openSession(program, { record: "outputs" }))
				.catch(() => undefined);
		this.#sessions.set(root, opened);
		const session = await opened;
		if (session === undefined) this.#sessions.delete(root);
		return session;
	}
}

type Claimed = Extract<ChainEvent, { name: "Claimed" }>["args"];

function statedOutputs(feed: EventFeed): Map<number, Claimed> {
	const stated = new Map<number, Claimed>();
	for (const { name, args } of feed.events) if (name === "Claimed") stated.set(Number(args.claim), args);
	return stated;
}
