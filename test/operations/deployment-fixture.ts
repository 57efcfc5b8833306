import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carryOutPlan, type PublicDeployment, reportPlan } from "@umpire/actors/deployment/deploy-public.ts";
import type { PublicChoice } from "@umpire/actors/deployment/public-plan.ts";
import { buildContracts } from "@umpire/chain/build.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type Home, openHome } from "@umpire/store/home.ts";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { PretendedChain } from "./pretended-chain.ts";

/** Who deploys. */
export const KEY: Hex = `0x${"5e".repeat(32)}`;
export const account = privateKeyToAccount(KEY);
export const CHOICE: PublicChoice = {
	preset: "mainnet",
	parameters: PRESETS.mainnet.parameters,
	blockSeconds: 12,
};
export const SEPOLIA = { chainId: 11_155_111, secondsPerBlock: 12 };
export const TEN_ETHER = "0x8ac7230489e80000";
/** Milliseconds that a transaction is waited for on a node that is there; nobody waits so long. */
const PATIENT = 60_000;

let folder: string;
let homes = 0;

/** A home folder that nothing is in. */
export const newHome = (): Home => openHome(join(folder, String(homes++)));

/** Gives the tests of a file a chain that looks like Sepolia, which is put back before each of them. */
export function chainPerTest(use: (chain: PretendedChain) => void): void {
	let chain: PretendedChain;
	beforeAll(async () => {
		await buildContracts();
		folder = await mkdtemp(join(tmpdir(), "umpire-deployment-"));
		chain = await PretendedChain.open(SEPOLIA);
		await chain.control("hardhat_setBalance", [account.address, TEN_ETHER]);
		use(chain);
	});
	beforeEach(() => chain.startAgain());
	afterAll(async () => {
		await chain?.close();
		await rm(folder, { recursive: true, force: true });
	});
}

/** Plans and deploys. */
export async function deploy(
	chain: PretendedChain,
	{ home = newHome(), choice = CHOICE, mostWait = PATIENT } = {},
): Promise<PublicDeployment> {
	const connection = await chain.connect();
	const planned = await reportPlan(connection, choice, { mostInFlight: 64 });
	const signer = signerFor(connection, account, { mostWait });
	return carryOutPlan(home, signer, planned, { progress: () => {} });
}

/** How many transactions the deployer has sent. */
export const sentBy = async (chain: PretendedChain): Promise<number> =>
	Number((await chain.control("eth_getTransactionCount", [account.address])) as Hex);
