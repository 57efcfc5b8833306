import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { writeAtomically } from "@umpire/store/atomic-file.ts";

/** Fewest characters of a token. */
const LEAST = 16;

/**
 * Reads the shared token of a farm.
 *
 * @throws UmpireError if there is none, or it could be guessed
 */
export async function readToken(path: string): Promise<string> {
	const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
		throw new UmpireError("ACCOUNT", `The farm's token cannot be read from ${path} (${cause.code})`, {
			advice: "copy farm/token of the coordinator's home folder, and name it with --token-file.",
			cause,
		});
	});
	const token = text.trim();
	if (token.length < LEAST || !/^[\x21-\x7e]+$/.test(token)) {
		throw new UmpireError("ACCOUNT", `${path} holds no token`, {
			advice: `it is one line of at least ${LEAST} visible characters without spaces.`,
		});
	}
	return token;
}

/** The same for a coordinator, which makes a token, readable by its owner alone, where there is none. */
export async function openToken(path: string): Promise<string> {
	const found = await readFile(path).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return undefined;
		throw error;
	});
	if (found === undefined) await writeAtomically(path, `${randomBytes(32).toString("hex")}\n`, 0o600);
	return readToken(path);
}

/** The token of an Authorization header; empty if it has none. */
export const bearerOf = (header: string | undefined): string =>
	/^Bearer (\S+)$/i.exec(header ?? "")?.[1] ?? "";

/** Whether this is the token; how long that takes tells nothing of it. */
export const isToken = (given: string, token: string): boolean =>
	timingSafeEqual(hashOf(given), hashOf(token));

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/** What a worker with a token of its own may be called. */
const NAME = /^[\w-][\w.-]{0,63}$/;
/** Milliseconds within which a token that was removed counts no more. */
const LOOK = 1000;
/** Milliseconds that a stranger waits. */
const PAUSE = 100;

/** Tokens of workers, a file each in a folder: who has one takes and answers jobs under its name, and does nothing else. */
export class WorkerTokens {
	readonly #folder: string;
	#names: Promise<ReadonlyMap<string, string>> | undefined;
	#again: Promise<ReadonlyMap<string, string>> | undefined;
	#looked = 0;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/**
	 * The file of a worker's token, which is made if there is none.
	 *
	 * @throws UmpireError if that is no name
	 */
	async make(name: string): Promise<string> {
		if (!NAME.test(name)) {
			throw new UmpireError("OPTION", `"${name}" is no name of a worker`, {
				advice: "take letters, digits, dots and dashes.",
			});
		}
		const path = join(this.#folder, name);
		await openToken(path);
		return path;
	}

	/** Whose token it is; undefined if nobody's. */
	async nameOf(token: string): Promise<string | undefined> {
		const now = performance.now();
		if (this.#names === undefined || now - this.#looked > LOOK) {
			this.#looked = now;
			this.#names = this.#read();
		}
		const hash = hashOf(token).toString("hex");
		const known = (await this.#names).get(hash);
		if (known !== undefined) return known;
		// It may have been made since; strangers, however many, have the folder read ten times a second.
		this.#again ??= sleep(PAUSE).then(() => {
			this.#again = undefined;
			this.#looked = performance.now();
			this.#names = this.#read();
			return this.#names;
		});
		return (await this.#again).get(hash);
	}

	async #read(): Promise<ReadonlyMap<string, string>> {
		const names = new Map<string, string>();
		for (const name of await readdir(this.#folder).catch(() => [])) {
			if (!NAME.test(name)) continue;
			const token = await readToken(join(this.#folder, name)).catch(() => undefined);
			if (token !== undefined) names.set(hashOf(token).toString("hex"), name);
		}
		return names;
	}
}
