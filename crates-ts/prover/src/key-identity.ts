import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pipeline } from "node:stream/promises";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CIRCUITS_FOLDER, POWERS_OF_TAU } from "./circuits.ts";

const { resolve } = createRequire(import.meta.url);

/**
 * The published beacon of the development keys: anyone can recompute the keys from it, and
 * anyone can forge proofs with it.
 */
export const DEVELOPMENT_BEACON = {
	name: "umpire development key",
	/** SHA-256 of "umpire development key". */
	value: createHash("sha256").update("umpire development key").digest("hex"),
	exponent: 10,
} as const;

/** SHA-256 of a file, hexadecimal. */
export async function hashFile(path: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(path), hash);
	return hash.digest("hex");
}

/** Names everything that keys follow from: circuits, powers of tau, tools, beacon (16 hexadecimal digits). */
export async function keyIdentity(): Promise<string> {
	const hash = createHash("sha256");
	const sources: string[] = [];
	for await (const source of glob("{*,gadgets/*}.circom", { cwd: CIRCUITS_FOLDER })) sources.push(source);
	for (const source of sources.sort()) {
		hash.update(`${source}\0${await readFile(CIRCUITS_FOLDER + source, "utf8")}\0`);
	}
	for (const tool of ["circom2", "circomlib", "snarkjs"]) hash.update(`${tool} ${await version(tool)}\0`);
	hash.update(`${await hashFile(POWERS_OF_TAU)} ${JSON.stringify(DEVELOPMENT_BEACON)}`);
	return hash.digest("hex").slice(0, 16);
}

/** The installed version of an npm package. */
export async function version(name: string): Promise<string> {
	for (const folder of resolve.paths(name) ?? []) {
		const manifest = await readFile(`${folder}/${name}/package.json`, "utf8").catch(() => undefined);
		if (manifest !== undefined) return (JSON.parse(manifest) as { version: string }).version;
	}
	throw new UmpireError("BUILD", `The npm package ${name} is not installed`, { advice: "run npm ci." });
}
