import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { UmpireError } from "@umpire/errors/umpire-error.ts";

/**
 * A password, from wherever the user keeps it, never from the command line: the file, else
 * UMPIRE_PASSWORD, else a prompt that shows nothing of what is typed.
 *
 * @param file of `--password-file`: its first line
 * @throws UmpireError if there is none to be had
 */
export async function readPassword(file: string | undefined, prompt: string): Promise<string> {
	if (file !== undefined) {
		const text = await readFile(file, "utf8").catch((cause: unknown) => {
			throw new UmpireError("ACCOUNT", `The password file ${file} cannot be read.`, { cause });
		});
		return text.split(/\r?\n/, 1)[0];
	}
	const given = process.env.UMPIRE_PASSWORD;
	if (given !== undefined) return given;
	if (process.stdin.isTTY !== true) {
		throw new UmpireError("ACCOUNT", "The keystore needs its password", {
			advice: "give --password-file, or set UMPIRE_PASSWORD.",
		});
	}
	return ask(prompt);
}

/** The password of a keystore that is to be made; typed twice if it is typed. */
export async function newPassword(file: string | undefined): Promise<string> {
	const password = await readPassword(file, "New password");
	const typed = file === undefined && process.env.UMPIRE_PASSWORD === undefined;
	if (typed && (await ask("The same password again")) !== password) {
		throw new UmpireError("ACCOUNT", "The passwords differ: nothing was written.");
	}
	return password;
}

/** Asks on the terminal without showing the answer. */
export async function ask(prompt: string): Promise<string> {
	process.stderr.write(`${prompt}: `);
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
	const controller = new AbortController();
	lines.on("SIGINT", () => controller.abort());
	try {
		return await lines.question("", { signal: controller.signal });
	} catch (cause) {
		throw new UmpireError("ACCOUNT", "No password was given.", { cause });
	} finally {
		lines.close();
		process.stderr.write("\n");
	}
}
