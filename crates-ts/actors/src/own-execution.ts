import type { ChainEvent, EventFeed } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { CLAIM_STATUS, type GameState } from "@umpire/game/state.ts";
import type { Program } from "@umpire/operators/program.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { Cache } from "./cache.ts";
import { outputAgrees } from "./output-agreement.ts";
import { claimSubject } from "./subject.ts";
import { Troubles } from "./troubles.ts";
import { Workbench } from "./workbench.ts";
import type { View } from "./world.ts";

/**
 * What running a claim's program here says of the output that the claim states: `pending` until that is done,
 * `unknown` where it cannot be done.
 */
export type Agreement = "agrees" | "disagrees" | "pending" | "unknown";

/** Decided claims are run newest first, so many at a time; live claims all at once. */
const DECIDED_AT_A_TIME = 20;
/** Milliseconds between two looks at whether it is late. */
const LOOK = 100;
/** Programs that are kept loaded. */
const SESSIONS = 4;
/** Claims whose answers are remembered. */
const KNOWN = 10_000;

/**
 * Runs the claims whose program and inputs are in the home folder; each once. Whoever put these there is not trusted:
 * what cannot be loaded or run is unknown, is told once, and is tried again ever more seldom.
 */
export class OwnExecution {
	readonly #view: View;
	readonly #only: ReadonlySet<Hex> | undefined;
	readonly #bench = new Workbench();
	readonly #troubles: Troubles;
	readonly #patience: number;
	readonly #sessions = new Map<Hex, ProgramSession>();
	readonly #known = new Cache<string, Agreement>(KNOWN);

	/**
	 * @param only the programs that are run; all by default
	 * @param patience milliseconds that a look waits for what is being run; it is answered by a later one then
	 */
	constructor(
		view: View,
		only: readonly Hex[] = [],
		warn: (line: string) => void = () => {},
		patience = Number.POSITIVE_INFINITY,
	) {
		this.#view = view;
		this.#only = only.length === 0 ? undefined : new Set(only);
		this.#troubles = new Troubles(warn);
		this.#patience = patience;
	}

	/** Whether the claims of a program are run if they can be. */
	covers(program: Hex): boolean {
		return this.#only?.has(program) !== false;
	}

	/** One answer for each claim; "unknown" where program or inputs are not here, or nobody asked for it. */
	async agreements(state: GameState): Promise<Agreement[]> {
		const until = performance.now() + this.#patience;
		for (;;) {
			this.#bench.begin();
			const found = await this.#look(state);
			this.#bench.end();
			const isLate = async () => performance.now() >= until;
			if ((await isLate()) || !(await this.#bench.rest(LOOK, isLate))) return found;
		}
	}

	async #look(state: GameState): Promise<Agreement[]> {
		const stated = statedOutputs(this.#view.feed);
		const found: Agreement[] = state.claims.map(() => "unknown");
		let decided = 0;
		for (const [index, claim] of [...state.claims.entries()].reverse()) {
			const request = state.requests[claim.request - 1];
			const output = stated.get(index + 1);
			if (output === undefined || request === undefined || !this.covers(request.program)) continue;
			const { program, inputsRoot } = request;
			const key = `${program} ${inputsRoot} ${output.outputRoot} ${output.words}`;
			const known = this.#known.peek(key);
			if (known === undefined && claim.status !== CLAIM_STATUS.live && ++decided > DECIDED_AT_A_TIME) {
				found[index] = "pending";
				continue;
			}
			const ask = async (): Promise<boolean> => {
				found[index] = known ?? (await this.#ask(program, inputsRoot, output, -index));
				// What is missing today may come tomorrow.
				if (found[index] === "agrees" || found[index] === "disagrees") this.#known.set(key, found[index]);
				return false;
			};
			await this.#troubles.look(`claim ${index + 1}`, ask, claimSubject(state, index + 1));
		}
		return found;
	}

	async #ask(
		root: Hex,
		inputsRoot: Hex,
		stated: { outputRoot: Hex; words: readonly bigint[] },
		order: number,
	): Promise<Agreement> {
		const { content } = this.#view.home;
		const program = await content.stamp("programs", root);
		const inputs = await content.stamp("inputs", inputsRoot);
		if (program === null) return "unknown";
		const ran = this.#bench.ask("background", {
			key: `${root} ${program.version} ${inputsRoot} ${inputs?.version}`,
			order,
			work: () => this.#run(root, inputsRoot),
		});
		if (ran === undefined) return "pending";
		if (ran.output === undefined) return "unknown";
		return (await outputAgrees(ran.program, ran.output, stated)) ? "agrees" : "disagrees";
	}

	async #run(root: Hex, inputsRoot: Hex): Promise<{ program: Program; output?: Elements }> {
		const session = await this.#session(root);
		const { program } = session;
		const inputs = await getInputs(this.#view.home.content, program, inputsRoot);
		if (inputs === null) return { program };
		const { outputs } = await session.run(inputs);
		return { program, output: outputs[0] };
	}

	async #session(root: Hex): Promise<ProgramSession> {
		const session = this.#sessions.get(root) ?? (await this.#open(root));
		this.#sessions.delete(root);
		this.#sessions.set(root, session);
		for (const [oldest, unused] of this.#sessions) {
			if (this.#sessions.size <= SESSIONS) break;
			this.#sessions.delete(oldest);
			await unused.release();
		}
		return session;
	}

	async #open(root: Hex): Promise<ProgramSession> {
		const { program } = await getProgram(this.#view.home.content, root, this.#view.limits);
		return openSession(program, { record: "outputs" });
	}
}

type Claimed = Extract<ChainEvent, { name: "Claimed" }>["args"];

function statedOutputs(feed: EventFeed): Map<number, Claimed> {
	const stated = new Map<number, Claimed>();
	for (const { name, args } of feed.events) if (name === "Claimed") stated.set(Number(args.claim), args);
	return stated;
}
