import { existsSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { writeAtomically } from "./atomic-file.ts";
import type { ContentStore } from "./content-store.ts";
import { folderStore } from "./folder-store.ts";

/** The one folder in which everything lies that commands keep. */
export interface Home {
	readonly folder: string;
	readonly content: ContentStore;
	/** A path below the folder. */
	path(...names: string[]): string;
}

/** Opens the home folder: `given` (--home), else UMPIRE_HOME, else `.umpire` beside the justfile. */
export function openHome(given?: string): Home {
	const folder = resolve(given ?? process.env.UMPIRE_HOME ?? join(projectRoot, ".umpire"));
	return { folder, content: folderStore(folder), path: (...names) => join(folder, ...names) };
}

/** A file of the home folder does not hold what it is to hold. */
export class DamagedFile extends UmpireError {
	override readonly name = "DamagedFile";

	constructor(path: string, advice: string, cause?: unknown) {
		super("STORED", `${path} is damaged`, { advice, cause });
	}
}

/**
 * Reads a JSON file of the home folder; bigints come back as they were written.
 *
 * @returns undefined if there is no such file
 * @param fits whether a value is what the file is to hold, as far as it could harm
 * @param advice what mends a damaged one
 * @throws UmpireError if the file is not JSON, or does not fit
 */
export async function readJson<T>(
	path: string,
	fits: (value: unknown) => boolean = () => true,
	advice = "delete it and run the command again.",
): Promise<T | undefined> {
	if (!existsSync(path)) return undefined;
	const text = await readFile(path, "utf8");
	const damaged = (cause?: unknown) => new DamagedFile(path, advice, cause);
	let value: unknown;
	try {
		value = JSON.parse(text, revive);
	} catch (cause) {
		throw damaged(cause);
	}
	if (!fits(value)) throw damaged();
	return value as T;
}

/**
 * The same for a file without which the work goes on: one that is damaged is renamed, so that it can be looked at, and
 * told of.
 *
 * @param without what is lost with it, as in "moves on their way are not known"
 */
export async function readJsonOrSetAside<T>(
	path: string,
	fits: (value: unknown) => boolean,
	without: string,
	warn: (line: string) => void,
): Promise<T | undefined> {
	try {
		return await readJson<T>(path, fits);
	} catch (error) {
		if (!(error instanceof DamagedFile)) throw error;
		const aside = `${path}.damaged-${Date.now()}`;
		await rename(path, aside);
		warn(`${path} was damaged and is now ${aside}: ${without}.`);
		return undefined;
	}
}

/** Whether a value is an object that has all of these, each fitting. */
export function hasAll(
	value: unknown,
	fields: Readonly<Record<string, (field: unknown) => boolean>>,
): boolean {
	if (typeof value !== "object" || value === null) return false;
	const found = value as Readonly<Record<string, unknown>>;
	return Object.entries(fields).every(([name, fits]) => fits(found[name]));
}

/** Writes a JSON file atomically; bigints are written as strings that end in n. */
export async function writeJson(path: string, value: unknown, mode?: number): Promise<void> {
	await writeAtomically(path, `${JSON.stringify(value, replace, "\t")}\n`, mode);
}

function replace(_key: string, value: unknown): unknown {
	return typeof value === "bigint" ? `${value}n` : value;
}

function revive(_key: string, value: unknown): unknown {
	return typeof value === "string" && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;
}
