import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { connectRpc } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { projectRoot } from "./hardhat.ts";
import { sleep } from "./sleep.ts";

/** A local chain in a process of its own. */
export interface LocalNode {
	readonly url: string;
	readonly process: ChildProcess;
}

/**
 * Starts `hardhat node` and waits until it answers.
 *
 * @param options.output file descriptor for what the node prints
 * @param options.detached whether the node outlives this process
 * @throws ChainError if something answers on the port already or the node does not come up in a minute
 */
export async function startNode(options: {
	port: number;
	output?: number;
	detached?: boolean;
}): Promise<LocalNode> {
	const url = `http://127.0.0.1:${options.port}`;
	if (await answers(url)) {
		throw new ChainError(`Another chain answers at ${url} already`, {
			advice: "stop it where it was started (umpire network stop --home …), or choose another --port.",
		});
	}
	await requireFree(options.port);
	const output = options.output ?? "ignore";
	const hardhat = join(projectRoot, "node_modules", "hardhat", "dist", "src", "cli.js");
	const child = spawn(
		process.execPath,
		[hardhat, "node", "--hostname", "127.0.0.1", "--port", String(options.port)],
		{ cwd: projectRoot, stdio: ["ignore", output, output], detached: options.detached ?? false },
	);
	for (const start = Date.now(); Date.now() - start < 60_000; await sleep(150)) {
		if (child.exitCode !== null)
			throw new ChainError(`The local chain stopped at once (exit code ${child.exitCode}).`);
		if (await answers(url)) return { url, process: child };
	}
	child.kill();
	throw new ChainError(`The local chain did not answer at ${url} within a minute.`, { retryable: true });
}

/** @throws ChainError if something that is no chain listens on the port */
async function requireFree(port: number): Promise<void> {
	const server = createServer();
	await new Promise<void>((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => {
			const why = cause.code === "EADDRINUSE" ? "something that is no chain listens there" : cause.message;
			reject(
				new ChainError(`Port ${port} is not to be had (${why})`, { advice: "choose another --port.", cause }),
			);
		});
		server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
	});
}

async function answers(url: string): Promise<boolean> {
	try {
		await connectRpc(url);
		return true;
	} catch {
		return false;
	}
}
