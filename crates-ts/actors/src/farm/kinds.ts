import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { FarmClient } from "@umpire/farm/client.ts";
import type { Kind } from "@umpire/farm/kind.ts";
import type { Limits } from "@umpire/operators/limits.ts";
import type { CircuitInput } from "@umpire/prover/circuits.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import type { Home } from "@umpire/store/home.ts";
import { httpStore } from "@umpire/store/http-store.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { traceBytes } from "@umpire/store/traces.ts";
import type { z } from "zod";
import { recordClaimed } from "../disputed-segment.ts";
import { fetchProgram } from "../fetch-content.ts";
import type { LoadedProgram } from "../loaded-program.ts";
import { Sessions } from "../sessions.ts";
import { COMMIT, CONFORMANCE, EVALUATE, PROVE, RECOMPUTE, type RunJob } from "./shapes.ts";

/** What a worker of a farm works with. */
export interface Workplace {
	/** Where programs that were fetched are kept. */
	readonly home: Home;
	readonly client: FarmClient;
	readonly limits: Limits;
	readonly tell: (line: string) => void;
}

/** Programs that a worker keeps loaded. */
const PROGRAMS = 4;

type Loaded = Pick<LoadedProgram, "program" | "commitment">;

/** Programs and inputs by root, from the home folder or the coordinator; both are hashed before they are used. */
class Content {
	readonly #place: Workplace;
	readonly #loaded = new Map<Hex, Promise<{ loaded: Loaded; sessions: Sessions }>>();

	constructor(place: Workplace) {
		this.#place = place;
	}

	async of({ program: root, inputs: inputsRoot }: RunJob) {
		const { loaded, sessions } = await this.#program(root as Hex);
		return { loaded, sessions, inputs: await this.#inputs(loaded, inputsRoot as Hex) };
	}

	async #program(root: Hex): Promise<{ loaded: Loaded; sessions: Sessions }> {
		const known = this.#loaded.get(root) ?? this.#load(root);
		// What was used last is forgotten last.
		this.#loaded.delete(root);
		this.#loaded.set(root, known);
		known.catch(() => this.#loaded.delete(root));
		for (const oldest of this.#loaded.keys()) {
			if (this.#loaded.size <= PROGRAMS) break;
			this.#loaded.delete(oldest);
		}
		return known;
	}

	async #load(root: Hex): Promise<{ loaded: Loaded; sessions: Sessions }> {
		const { home, client, limits } = this.#place;
		await fetchProgram({ home, limits, sources: [client.content], headers: client.headers }, root);
		const loaded = await getProgram(home.content, root, limits);
		return { loaded, sessions: new Sessions((record) => openSession(loaded.program, { record })) };
	}

	/** Inputs of others are not kept: there may be any number. */
	async #inputs({ program }: Loaded, root: Hex): Promise<Elements[]> {
		const { home, client, limits } = this.#place;
		const own = await getInputs(home.content, program, root).catch(() => null);
		const found =
			own ?? (await getInputs(httpStore(client.content, limits.fileBytes, client.headers), program, root));
		if (found !== null) return found;
		throw new UmpireError("NOT_FOUND", `The coordinator does not have the inputs ${root}.`);
	}
}

/** What a worker can do. What proves and what compiles is loaded when it is first needed. */
export function kindsOf(place: Workplace): Kind[] {
	const content = new Content(place);
	return [
		{
			...PROVE,
			async work(payload) {
				const { prove } = await import("@umpire/prover/prove.ts");
				const { circuit, input } = payload as ProveJob;
				return { result: { proof: (await prove(circuit, circuitInput(input))).proof } };
			},
		},
		{
			...RECOMPUTE,
			async work(payload) {
				const { loaded, sessions, inputs } = await content.of(payload as RunJob);
				const { traceRoot } = await recordClaimed(loaded, sessions, inputs);
				return { result: { traceRoot } };
			},
		},
		{
			...COMMIT,
			async work(payload) {
				const { loaded, sessions, inputs } = await content.of(payload as RunJob);
				const trace = await recordClaimed(loaded, sessions, inputs);
				const { traceRoot, opening } = claimOfTrace(loaded.commitment, trace);
				const result = { traceRoot, opening: { ...opening, words: opening.words.map(String) } };
				return { result, data: traceBytes(loaded.program, trace) };
			},
		},
		{
			...EVALUATE,
			async work(payload) {
				const { sessions, inputs } = await content.of(payload as RunJob);
				const { outputs } = await (await sessions.get("outputs")).run(inputs);
				return { result: {}, data: encodeTensors(outputs) };
			},
		},
		{
			...CONFORMANCE,
			async work(payload) {
				const { checkFetched } = await import("./conformance-job.ts");
				return { result: await checkFetched(place, payload) };
			},
		},
	];
}

type ProveJob = z.infer<(typeof PROVE)["payload"]>;

/** Integers of a circuit travel as decimal text, nested as they are. */
function circuitInput(given: ProveJob["input"]): CircuitInput {
	const read = (value: string | readonly (string | readonly string[])[]): unknown =>
		typeof value === "string" ? BigInt(value) : value.map((one) => read(one));
	return Object.fromEntries(
		Object.entries(given).map(([name, value]) => [name, read(value)]),
	) as CircuitInput;
}
