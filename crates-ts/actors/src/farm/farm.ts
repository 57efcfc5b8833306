import { randomUUID } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { FarmClient, FarmRefusal } from "@umpire/farm/client.ts";
import type { KindShape } from "@umpire/farm/kind.ts";
import { readToken } from "@umpire/farm/token.ts";
import { LONGEST_WAIT, type Outcome } from "@umpire/farm/wire.ts";
import { dataFileOf } from "@umpire/onnx/write-file.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import type { CircuitInput, CircuitName } from "@umpire/prover/circuits.ts";
import { prove, publicSignalsOf, verify } from "@umpire/prover/prove.ts";
import { decodeTensorsOf, encodedSize } from "@umpire/runtime/tensors-codec.ts";
import type { ContentStore } from "@umpire/store/content-store.ts";
import { fileOf } from "@umpire/store/folder-store.ts";
import type { Home } from "@umpire/store/home.ts";
import { putProgram } from "@umpire/store/programs.ts";
import type { z } from "zod";
import type { ClaimContent } from "../claim-content.ts";
import { COMMIT, EVALUATE, PROVE, RECOMPUTE } from "./shapes.ts";

/** How an operator's farm is asked. */
export interface FarmOptions {
	readonly address: string;
	/** `farm/token` of the home folder by default. */
	readonly tokenFile?: string | undefined;
	/** Different workers that have to give the same answer before a claim is made of it. */
	readonly copies?: number | undefined;
	/** Seconds after which one computes oneself what the farm has not. */
	readonly patience?: number | undefined;
}

/** Seconds that a worker may not have been heard of, to be counted on. */
const PRESENT = 60;
/** Milliseconds for which a farm that cannot be counted on is not asked again. */
const PAUSE = 10_000;
/** Seconds that proofs are waited for: a clock is running. */
const PATIENCE_FOR_PROOFS = 30;
/** Names of content that are remembered. */
const MOST_KNOWN = 100_000;

/** A program that a farm runs. */
export interface FarmProgram {
	readonly root: Hex;
	readonly program: Program;
	readonly commitment: ProgramCommitment;
}

/** One answer of a worker. */
interface Answer<T> {
	readonly id: string;
	readonly worker: string;
	readonly result: T;
	readonly data: { readonly bytes: number; readonly sha256: string } | undefined;
}

/**
 * The machines of one's own that compute for an actor. Nothing here is relied on: each method gives undefined where the
 * farm does not answer, answers too late or wrongly, and the caller computes itself.
 */
export class Farm {
	readonly client: FarmClient;
	readonly #home: Home;
	readonly #copies: number;
	readonly #patience: number;
	readonly #tell: (line: string) => void;
	/** Content that the coordinator has. */
	readonly #there = new Set<string>();
	#told: string | undefined;
	#askAgain = 0;

	private constructor(client: FarmClient, home: Home, options: FarmOptions, tell: (line: string) => void) {
		const { copies = 2, patience = 300 } = options;
		this.client = client;
		this.#home = home;
		this.#copies = copies;
		this.#patience = patience;
		this.#tell = tell;
	}

	/** @throws UmpireError if the address is none or the token cannot be read */
	static async open(home: Home, options: FarmOptions, tell: (line: string) => void): Promise<Farm> {
		const token = await readToken(options.tokenFile ?? home.path("farm", "token"));
		return new Farm(new FarmClient(options.address, token), home, options, tell);
	}

	/** The trace root of a program's run, as one worker computes it. */
	async traceRoot(
		loaded: FarmProgram,
		inputs: Hex,
	): Promise<{ root: Hex; refuse(why: string): Promise<void> } | undefined> {
		const answer = await this.#run(RECOMPUTE, loaded, inputs);
		if (answer === undefined) return undefined;
		return { root: answer.result.traceRoot as Hex, refuse: (why) => this.#refuse(answer, why) };
	}

	/** The primary output of a program's run, as one worker computes it. */
	async output(
		loaded: FarmProgram,
		inputs: Hex,
	): Promise<{ elements: Elements; refuse(why: string): Promise<void> } | undefined> {
		const answer = await this.#run(EVALUATE, loaded, inputs);
		const elements = answer && (await this.#outputOf(loaded, answer));
		return elements && { elements, refuse: (why) => this.#refuse(answer!, why) };
	}

	/** The same, as several different workers compute it: what a bond is put on. */
	async agreedOutput(loaded: FarmProgram, inputs: Hex): Promise<Elements | undefined> {
		const answer = await this.#agreed(EVALUATE, loaded, inputs, ({ data }) => data?.sha256);
		return answer && this.#outputOf(loaded, answer);
	}

	/**
	 * What a claim states, as several different workers compute it; the trace is kept before.
	 *
	 * @param kept where to, under its root
	 */
	async claim(loaded: FarmProgram, inputs: Hex, kept: ContentStore): Promise<ClaimContent | undefined> {
		const answer = await this.#agreed(COMMIT, loaded, inputs, ({ result, data }) =>
			JSON.stringify([result, data?.sha256]),
		);
		if (answer === undefined) return undefined;
		const { traceRoot, opening } = answer.result;
		const stored = await this.#guarded(async () => {
			const body = await this.client.data(answer.id);
			await kept.writeFile!("traces", traceRoot as Hex, (path) =>
				pipeline(Readable.fromWeb(body as never), createWriteStream(path)),
			);
			return true;
		});
		if (stored === undefined) return undefined;
		const words = opening.words.map(BigInt);
		return { traceRoot: traceRoot as Hex, opening: { ...opening, words } as ClaimContent["opening"] };
	}

	/** A proof, verified; made here if the farm makes none. */
	async prove(circuit: CircuitName, input: CircuitInput): Promise<Hex> {
		const answer = await this.#ask(
			PROVE,
			{ circuit, input: textOf(input) },
			{ patience: PATIENCE_FOR_PROOFS },
		);
		if (answer !== undefined) {
			const { proof, publicSignals } = answer.result;
			const expected = await publicSignalsOf(circuit, input);
			const isMeant =
				publicSignals.length === expected.length &&
				expected.every((signal, i) => BigInt(publicSignals[i]) === signal);
			if (isMeant && (await verify(circuit, proof as Hex, expected).catch(() => false))) return proof as Hex;
			await this.#refuse(answer, "the proof is wrong");
		}
		return (await prove(circuit, input)).proof;
	}

	/** Uploads a program and inputs of the home folder, as far as the coordinator does not have them. */
	async provide(loaded: FarmProgram, inputs: Hex): Promise<void> {
		const { content } = this.#home;
		const isHere = (await content.stamp("programs", loaded.root)) !== null;
		if (!isHere) await putProgram(content, loaded.program, loaded.commitment);
		await this.#upload("programs", loaded.root);
		if (loaded.program.inputs.length > 0) await this.#upload("inputs", inputs);
	}

	async #upload(kind: "programs" | "inputs", root: Hex): Promise<void> {
		const path = `/content/${kind}/${fileOf(kind, root)}`;
		if (this.#there.has(path)) return;
		if (!(await this.client.has(path))) {
			const file = this.#home.content.pathOf!(kind, root);
			const data = dataFileOf(file);
			if (kind === "programs" && existsSync(data)) await this.client.putFile(`${path}.data`, data);
			await this.client.putFile(path, file);
		}
		if (this.#there.size > MOST_KNOWN) this.#there.clear();
		this.#there.add(path);
	}

	async #outputOf({ program }: FarmProgram, answer: Answer<unknown>): Promise<Elements | undefined> {
		const sizes = program.outputs.map(({ operator }) => {
			const { shape, width } = program.operators[operator];
			return { width, elements: elementCount(shape) };
		});
		if (answer.data?.bytes !== encodedSize(sizes)) {
			await this.#refuse(answer, "the outputs have another size");
			return undefined;
		}
		return this.#guarded(async () => {
			const body = await this.client.data(answer.id);
			const bytes = new Uint8Array(await new Response(body).arrayBuffer());
			return decodeTensorsOf(bytes, sizes)[0];
		});
	}

	async #run<K extends typeof RECOMPUTE | typeof COMMIT | typeof EVALUATE>(
		kind: K,
		loaded: FarmProgram,
		inputs: Hex,
		notBy?: string,
	): Promise<Answer<z.infer<K["result"]>> | undefined> {
		const provide = () => this.provide(loaded, inputs);
		return this.#ask(kind, { program: loaded.root, inputs }, { provide, notBy });
	}

	/** An answer that as many workers as are asked for give alike; told if they do not. */
	async #agreed<K extends typeof COMMIT | typeof EVALUATE>(
		kind: K,
		loaded: FarmProgram,
		inputs: Hex,
		key: (answer: Answer<z.infer<K["result"]>>) => string | undefined,
	): Promise<Answer<z.infer<K["result"]>> | undefined> {
		const first = await this.#run(kind, loaded, inputs);
		if (first === undefined || this.#copies < 2) return first;
		const second = await this.#run(kind, loaded, inputs, first.worker);
		if (second === undefined) return undefined;
		if (second.worker !== first.worker && key(first) === key(second)) return first;
		this.#tell(
			`Workers ${first.worker} and ${second.worker} of the farm do not agree on ${loaded.root} with inputs ${inputs}: it is computed here.`,
		);
		return undefined;
	}

	async #ask<K extends KindShape>(
		kind: K,
		payload: unknown,
		{
			patience = this.#patience,
			provide,
			notBy,
		}: {
			readonly patience?: number;
			readonly provide?: () => Promise<void>;
			readonly notBy?: string | undefined;
		},
	): Promise<Answer<z.infer<K["result"]>> | undefined> {
		if (performance.now() < this.#askAgain) return undefined;
		return this.#guarded(async () => {
			const until = performance.now() + 1000 * patience;
			if (!(await this.#hasWorker(kind.name, notBy))) return undefined;
			await provide?.();
			const id = randomUUID();
			await this.client.submit({ id, kind: kind.name, payload, ...(notBy === undefined ? {} : { notBy }) });
			for (;;) {
				const left = (until - performance.now()) / 1000;
				if (left <= 0) {
					await this.client.cancel(id).catch(() => {});
					this.#tell(`The farm has not done ${kind.name} within ${patience} s: it is done here.`);
					return undefined;
				}
				const { state, outcome } = await this.client.job(id, Math.min(LONGEST_WAIT, left));
				if (state === "failed") {
					this.#tell(`The farm could not do ${kind.name}${reasonOf(outcome)}: it is done here.`);
					return undefined;
				}
				if (state !== "done" || outcome === undefined) continue;
				this.#told = undefined;
				if (!outcome.ok) {
					this.#tell(
						`Worker ${outcome.worker} could not do ${kind.name} (${outcome.error}): it is done here.`,
					);
					return undefined;
				}
				const { worker, data } = outcome;
				return { id, worker, data, result: kind.result.parse(outcome.result) as z.infer<K["result"]> };
			}
		});
	}

	async #hasWorker(kind: string, notBy: string | undefined): Promise<boolean> {
		const { workers } = await this.client.status();
		const fit = workers.filter(({ age, kinds }) => age < PRESENT && kinds.includes(kind));
		if (fit.some(({ name }) => name !== notBy)) return true;
		const found = notBy === undefined ? "no worker" : `no worker beside ${notBy}`;
		this.#once(`The farm at ${this.client.place} has ${found} for ${kind}: it is done here.`);
		return false;
	}

	async #refuse({ id, worker }: Answer<unknown>, why: string): Promise<void> {
		this.#tell(`Worker ${worker} of the farm: ${why}; it is done here.`);
		await this.#guarded(() => this.client.refuse(id, why));
	}

	/** Whatever is wrong with a farm must cost nothing but the time. */
	async #guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
		try {
			return await work();
		} catch (error) {
			this.#askAgain = performance.now() + PAUSE;
			const isForeseen = error instanceof UmpireError || error instanceof FarmRefusal;
			const text = isForeseen
				? error.message
				: `The farm at ${this.client.place}: ${(error as Error).message}`;
			this.#once(`${text.replace(/[.]?$/, ".")} What it was asked is done here.`);
			return undefined;
		}
	}

	/** The same line is told again only after the farm has answered. */
	#once(line: string): void {
		if (this.#told === line) return;
		this.#told = line;
		this.#tell(line);
	}
}

const reasonOf = (outcome: Outcome | undefined): string =>
	outcome === undefined || outcome.ok ? "" : ` (${outcome.error})`;

type Text = string | readonly Text[];

function textOf(input: CircuitInput): Record<string, Text> {
	const text = (value: bigint | readonly (bigint | readonly bigint[])[]): Text =>
		typeof value === "bigint" ? String(value) : value.map((one) => text(one));
	return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, text(value)]));
}
