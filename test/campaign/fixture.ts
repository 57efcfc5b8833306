import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerProgram } from "@umpire/actors/register.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { worldOf } from "@umpire/actors/world.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import { type Contracts, openContracts } from "@umpire/chain/contracts.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import { sendDeployment } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { type Home, openHome } from "@umpire/store/home.ts";
import { zeroAddress } from "viem";
import { accountAt, SEATS } from "./accounts.ts";
import type { PlayedChain } from "./chain.ts";
import { type Played, playedPrograms } from "./programs.ts";

/** The preset "test", with times of a few blocks of a public chain. */
export const PARAMETERS = {
	...DEFAULT_PARAMETERS,
	challengePeriod: 600,
	increment: 120,
	reserve: 240,
	provingAllowance: 120,
	commitAllowance: 240,
	computeAllowance: 240,
	crowding: 4,
};

/** A program that honest parties serve and guard. */
export interface Guarded {
	readonly number: number;
	readonly root: Hex;
	readonly played: Played;
}

/** What all who play share. */
export interface Fixture {
	readonly home: Home;
	readonly contracts: Contracts;
	readonly guarded: readonly Guarded[];
	/** Inputs that were ever asked about, by root. */
	readonly known: Map<Hex, readonly Elements[]>;
	/** Nobody, and accounts that harm whoever calls them. */
	readonly consumers: readonly Hex[];
	readonly close: () => Promise<void>;
}

let programs: Promise<readonly Played[]> | undefined;

/** Deploys, registers three programs and asks two results of each. */
export async function setUpFixture(
	chain: PlayedChain,
	parameters: Parameters = PARAMETERS,
): Promise<Fixture> {
	const { connection } = chain;
	const deployer = signerFor(connection, accountAt(SEATS.deployer));
	const deployment = await deploy(deployer, parameters);
	const contracts = await openContracts(connection, deployment);
	const folder = await mkdtemp(join(tmpdir(), "umpire-campaign-"));
	const home = openHome(folder);
	const requester = await worldOf(home, contracts, accountAt(SEATS.requester));
	programs ??= playedPrograms();
	const guarded: Guarded[] = [];
	const known = new Map<Hex, readonly Elements[]>();
	for (const played of await programs) {
		const { program, commitment } = played;
		const { number, root } = await registerProgram(requester, program, commitment);
		guarded.push({ number, root, played });
		for (const seed of [0, 1]) {
			const inputs = played.inputs(seed);
			const loaded = { number, root, program, commitment };
			const terms = { fee: "0.01", within: 86_400 };
			const { inputsRoot } = await postRequest(requester, loaded, inputs, terms);
			known.set(inputsRoot, inputs);
		}
	}
	const { bytecode } = (await readArtifact("HostileAccount")) as unknown as { bytecode: Hex };
	const consumers: Hex[] = [zeroAddress];
	for (let mode = 0; mode < 5; mode++) {
		const data: Hex = `${bytecode}${mode.toString(16).padStart(64, "0")}`;
		consumers.push(await sendDeployment(deployer, "HostileAccount", data));
	}
	const close = () => rm(folder, { recursive: true, force: true });
	return { home, contracts, guarded, known, consumers, close };
}
