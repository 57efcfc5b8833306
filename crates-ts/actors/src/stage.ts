import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, signerFor } from "@umpire/chain/connection.ts";
import { type Contracts, openContracts } from "@umpire/chain/contracts.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { travel } from "@umpire/chain/time.ts";
import { localAccount, type Role } from "@umpire/store/accounts.ts";
import { type Home, openHome } from "@umpire/store/home.ts";
import type { Actor } from "./actor.ts";
import type { RehearsedMove } from "./rehearsal.ts";
import { type World, worldOf } from "./world.ts";

/** A private chain with everything deployed, a folder of its own, and a record of what is sent. */
export interface Stage {
	readonly connection: Connection;
	readonly contracts: Contracts;
	readonly home: Home;
	readonly moves: readonly RehearsedMove[];
	/** The world of a role, acting under a name in the record. */
	world(role: Role): Promise<World>;
	/** Lets the actors act in turn until none has anything to do. */
	settle(actors: readonly Actor[]): Promise<void>;
	/** Moves the clock on. */
	wait(seconds: number): Promise<void>;
	close(): Promise<void>;
}

/** More rounds of ticks than any dispute takes: something is stuck. */
const MOST_TICKS = 1000;

/** Waiting costs nothing here: whoever recomputes a large model on a busy machine has an hour for it. */
const PARAMETERS = { ...DEFAULT_PARAMETERS, challengePeriod: 3600, commitAllowance: 3600 };

/** Builds a stage; close it afterwards. The contracts must have been built. */
export async function openStage(): Promise<Stage> {
	const connection = await connectPrivate();
	const deployment = await deploy(signerFor(connection, localAccount("deployer")), PARAMETERS);
	const contracts = await openContracts(connection, deployment);
	const folder = await mkdtemp(join(tmpdir(), "umpire-stage-"));
	const home = openHome(folder);
	const moves: RehearsedMove[] = [];
	return {
		connection,
		contracts,
		home,
		moves,
		world: (role) =>
			worldOf(home, contracts, localAccount(role), ({ move, gas }) => {
				moves.push({ move, by: role, gas: Number(gas) });
			}),
		async settle(actors) {
			for (let tick = 0; tick < MOST_TICKS; tick++) {
				let acted = false;
				for (const actor of actors) if (await actor.tick()) acted = true;
				if (!acted) return;
			}
			throw new Error(`The actors did not come to rest: ${moves.map(({ move }) => move).join(", ")}`);
		},
		wait: (seconds) => travel(connection, BigInt(seconds)),
		async close() {
			await connection.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
