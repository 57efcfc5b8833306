import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";

/** The command, as Node.js runs it. */
export const script = join(projectRoot, "bin", "umpire.ts");

/** A command that runs until it is stopped; `until` waits for a line of its progress. */
export class Running {
	readonly child: ChildProcess;
	readonly exited: Promise<number | null>;
	#printed = "";
	readonly #listeners = new Set<() => void>();

	constructor(environment: NodeJS.ProcessEnv, words: readonly string[]) {
		this.child = spawn(process.execPath, [script, ...words], { env: environment, stdio: "pipe" });
		for (const stream of [this.child.stdout!, this.child.stderr!]) {
			stream.on("data", (chunk) => {
				this.#printed += chunk;
				for (const listener of this.#listeners) listener();
			});
		}
		this.exited = new Promise((resolve) => this.child.on("exit", resolve));
	}

	get printed(): string {
		return this.#printed;
	}

	until(pattern: RegExp): Promise<void> {
		return new Promise((resolve, reject) => {
			const look = () => pattern.test(this.#printed) && resolve();
			this.#listeners.add(look);
			this.exited.then(() => reject(new Error(`stopped before ${pattern}:\n${this.#printed}`)));
			look();
		});
	}

	async stop(signal: "SIGINT" | "SIGKILL"): Promise<number | null> {
		this.child.kill(signal);
		return this.exited;
	}
}
