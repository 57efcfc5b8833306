import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { FarmClient } from "@umpire/farm/client.ts";
import type { KindShape } from "@umpire/farm/kind.ts";
import { readToken } from "@umpire/farm/token.ts";
import { LONGEST_WAIT } from "@umpire/farm/wire.ts";
import { dataFileOf } from "@umpire/onnx/write-file.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { fileOf } from "@umpire/store/folder-store.ts";
import type { Home } from "@umpire/store/home.ts";
import { putProgram } from "@umpire/store/programs.ts";
import type { z } from "zod";
import { Cache } from "../cache.ts";

/** How an operator's farm is asked. */
export interface FarmOptions {
	readonly address: string;
	/** `farm/token` of the home folder by default. */
	readonly tokenFile?: string | undefined;
	/** Whether claims may be made of what two of its workers agree on. */
	readonly commits?: boolean | undefined;
}

/** A program that a farm runs. */
export interface FarmProgram {
	readonly root: Hex;
	readonly program: Program;
	readonly commitment: ProgramCommitment;
}

/** What a worker answered; nothing of it is checked yet. */
export interface Answer<T> {
	readonly id: string;
	readonly worker: string;
	/** Whether nobody else can have that name. */
	readonly own: boolean;
	readonly result: T;
	readonly data: { readonly bytes: number; readonly sha256: string } | undefined;
}

/** Milliseconds for which a farm that does not answer is not asked again. */
const PAUSE = 10_000;
/** Names of content that are remembered, and for how many milliseconds: a coordinator removes what nobody asks for. */
const MOST_KNOWN = 100_000;
const KNOWN = 86_400_000;

/** The machines of one's own, and what their coordinator has been given to work with. */
export class Farm {
	readonly client: FarmClient;
	/** Whether claims may be made of what two of its workers agree on. */
	readonly commits: boolean;
	readonly #home: Home;
	/** Content that the coordinator has, and when it was asked (performance.now). */
	readonly #there = new Cache<string, number>(MOST_KNOWN);
	readonly #tell: (line: string) => void;
	#told: string | undefined;
	#askAgain = 0;

	private constructor(client: FarmClient, home: Home, commits: boolean, tell: (line: string) => void) {
		this.client = client;
		this.commits = commits;
		this.#home = home;
		this.#tell = tell;
	}

	/**
	 * @param tell told what the farm does not do
	 * @throws UmpireError if the address is none or the token cannot be read
	 */
	static async open(
		home: Home,
		{ address, tokenFile, commits = false }: FarmOptions,
		tell: (line: string) => void,
	): Promise<Farm> {
		const token = await readToken(tokenFile ?? home.path("farm", "token"));
		return new Farm(new FarmClient(address, token), home, commits, tell);
	}

	/**
	 * What a worker answers to a job; undefined if none does, whatever the reason: who asks does without. It never throws,
	 * and may take for ever: nobody may wait for it alone.
	 *
	 * @param signal takes the job back
	 * @param provide uploads what the job needs
	 * @param notBy the worker that must not do it
	 */
	async ask<K extends KindShape>(
		kind: K,
		payload: z.infer<K["payload"]>,
		signal: AbortSignal,
		provide: () => Promise<void> = async () => {},
		notBy?: string,
	): Promise<Answer<z.infer<K["result"]>> | undefined> {
		if (signal.aborted || performance.now() < this.#askAgain) return undefined;
		const id = randomUUID();
		try {
			await provide();
			await this.client.submit({ id, kind: kind.name, payload, notBy });
			for (;;) {
				const { state, outcome } = await this.client.job(id, LONGEST_WAIT, signal);
				if (state !== "failed" && outcome === undefined) continue;
				this.#told = undefined;
				if (outcome?.ok) {
					const { worker, own = false, data } = outcome;
					return { id, worker, own, data, result: kind.result.parse(outcome.result) as z.infer<K["result"]> };
				}
				const reason = outcome === undefined ? "" : ` (${outcome.error})`;
				this.#once(`The farm could not ${kind.name}${reason}: it is done here.`);
				return undefined;
			}
		} catch (error) {
			if (signal.aborted) {
				await this.client.cancel(id).catch(() => {});
				return undefined;
			}
			this.#askAgain = performance.now() + PAUSE;
			const text = error instanceof UmpireError ? error.message : `The farm: ${(error as Error).message}`;
			this.#once(`${text.replace(/[.]?$/, ".")} What it was asked is done here.`);
			return undefined;
		}
	}

	/** A worker's answer was false: it is told, and the coordinator counts it. Never throws. */
	async refuse({ id, worker }: Pick<Answer<unknown>, "id" | "worker">, why: string): Promise<void> {
		this.#tell(`Worker ${worker} of the farm: ${why}.`);
		await this.client.refuse(id, why).catch(() => {});
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
		if (performance.now() - (this.#there.peek(path) ?? Number.NEGATIVE_INFINITY) < KNOWN) return;
		if (!(await this.client.has(path))) {
			const file = this.#home.content.pathOf!(kind, root);
			const data = dataFileOf(file);
			if (kind === "programs" && existsSync(data)) await this.client.putFile(`${path}.data`, data);
			await this.client.putFile(path, file);
		}
		this.#there.set(path, performance.now());
	}

	/** The same line is told again only after the farm has answered. */
	#once(line: string): void {
		if (this.#told === line) return;
		this.#told = line;
		this.#tell(line);
	}
}
