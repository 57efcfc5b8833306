import { bytesToHex } from "viem";
import { accountAt } from "../campaign/accounts.ts";
import { Running } from "../running.ts";

/** One line that a daemon wrote to stderr. */
interface LogLine {
	readonly level: string;
	readonly message: string;
}

/** A command that runs until it is stopped, with the key of an account; killed, it is started again. */
export class Daemon {
	readonly name: string;
	kills = 0;
	/** Slot of the last time that it was killed. */
	hitAt = Number.NEGATIVE_INFINITY;
	readonly #words: readonly string[];
	readonly #environment: NodeJS.ProcessEnv;
	readonly #lives: Running[] = [];

	/** @param account whose key it signs with, by its index; none for one that only looks */
	constructor(name: string, words: readonly string[], account: number | undefined) {
		this.name = name;
		this.#words = [...words, "--log-format", "json"];
		this.#environment = {
			...process.env,
			NO_COLOR: "1",
			...(account === undefined ? {} : { UMPIRE_PRIVATE_KEY: keyOf(account) }),
		};
	}

	start(): void {
		this.#lives.push(new Running(this.#environment, this.#words));
	}

	/** Ends it wherever it is. */
	async kill(): Promise<void> {
		this.kills++;
		await this.#lives.at(-1)?.stop("SIGKILL");
	}

	/** Asks it to end, as an operator does; its exit code. */
	async stop(): Promise<number | null | undefined> {
		return this.#lives.at(-1)?.stop("SIGINT");
	}

	/** Ends whatever still runs of it, when the test is over. */
	close(): void {
		this.#lives.at(-1)?.child.kill("SIGKILL");
	}

	/** Waits until its present life has said something. */
	async until(pattern: RegExp): Promise<void> {
		await this.#lives.at(-1)?.until(pattern);
	}

	/** How its present life has ended by itself, if it has. */
	get end(): string | undefined {
		const child = this.#lives.at(-1)?.child;
		if (child === undefined || (child.exitCode === null && child.signalCode === null)) return undefined;
		return child.signalCode ?? `code ${child.exitCode}`;
	}

	/** All lines of all its lives, of both streams. */
	get lines(): string[] {
		return this.#lives.flatMap(({ printed }) => printed.split("\n").filter((line) => line.trim() !== ""));
	}

	/** What it told of that must not be: defects, and lines that are no JSON. */
	get failures(): string[] {
		return this.lines.flatMap((line, index) => {
			try {
				const { message = "" } = JSON.parse(line) as Partial<LogLine>;
				return /a defect of/.test(message) ? [`${this.name} says: ${message}`] : [];
			} catch {
				// What a killed process was writing may end anywhere.
				return this.kills > 0 || index === 0 ? [] : [`${this.name} writes: ${line.slice(0, 300)}`];
			}
		});
	}
}

function keyOf(account: number): string {
	const key = accountAt(account).getHdKey().privateKey;
	if (key === null) throw new Error(`account ${account} has no key`);
	return bytesToHex(key);
}
