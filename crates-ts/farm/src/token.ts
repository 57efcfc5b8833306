import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
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

/** Whether an Authorization header carries the token; how long that takes tells nothing of it. */
export function isAuthorised(header: string | undefined, token: string): boolean {
	const given = /^Bearer (\S+)$/i.exec(header ?? "")?.[1] ?? "";
	const hash = (text: string) => createHash("sha256").update(text).digest();
	return timingSafeEqual(hash(given), hash(token));
}
