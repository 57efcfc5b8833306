import { open, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { connectRpc } from "@umpire/chain/connection.ts";
import { startNode } from "@umpire/chain/node.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { writeLocalAccounts } from "@umpire/store/accounts.ts";
import { type Home, readJson, writeJson } from "@umpire/store/home.ts";
import { isNetwork, NETWORK_ADVICE, networkFile } from "./local-rpc.ts";

/** The local chain that runs in the background. */
export interface RunningNetwork {
	readonly url: string;
	readonly chainId: number;
	readonly pid: number;
	readonly log: string;
}

/**
 * Starts a local chain that outlives this process.
 *
 * @throws UmpireError if one is running already
 */
export async function startNetwork(home: Home, port: number): Promise<RunningNetwork> {
	const before = await networkStatus(home);
	if (before !== undefined) {
		throw new UmpireError("CHAIN", `A local chain is running at ${before.url} already`, {
			advice: "stop it with ./just shutdown-network.",
		});
	}
	await writeLocalAccounts(home);
	const log = home.path("network.log");
	const output = await open(log, "w");
	try {
		const node = await startNode({ port, output: output.fd, detached: true });
		node.process.unref();
		const { chain } = await connectRpc(node.url);
		const running = { url: node.url, chainId: chain.id, pid: node.process.pid!, log };
		await writeJson(networkFile(home), running);
		return running;
	} finally {
		await output.close();
	}
}

/** The local chain that `startNetwork` started, if its process is still there. */
export async function networkStatus(home: Home): Promise<RunningNetwork | undefined> {
	const state = await readJson<RunningNetwork>(networkFile(home), isNetwork, NETWORK_ADVICE);
	if (state === undefined || !alive(state.pid)) return undefined;
	// Process ids are used again: only a chain that answers is ours.
	return connectRpc(state.url).then(
		() => state,
		() => undefined,
	);
}

/** Stops it; false if none was running. */
export async function stopNetwork(home: Home): Promise<boolean> {
	// A damaged file tells of no process; without it the next start says so if its port is taken.
	const running = await networkStatus(home).catch((error: unknown) => {
		if (error instanceof UmpireError) return undefined;
		throw error;
	});
	if (running !== undefined) {
		process.kill(running.pid, "SIGTERM");
		for (let tries = 0; alive(running.pid) && tries < 100; tries++) await sleep(50);
		if (alive(running.pid)) process.kill(running.pid, "SIGKILL");
	}
	await rm(networkFile(home), { force: true });
	return running !== undefined;
}

function alive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
