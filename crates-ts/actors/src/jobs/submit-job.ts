import { jobsAbi } from "@umpire/abi/jobs.ts";
import { read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { JOB_STATUS, type JobTerms } from "@umpire/markets/network-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { parseAbi, parseEventLogs } from "viem";
import type { LoadedProgram } from "../loaded-program.ts";
import { sameAccount } from "../money.ts";
import type { World } from "../world.ts";
import type { NetworkContracts } from "./network-contracts.ts";
import { readJob } from "./read-network.ts";

export type JobOptions = Pick<JobTerms, "token" | "reward" | "exposure" | "workSeconds" | "tries">;

const ERC20 = parseAbi([
	"function allowance(address owner, address spender) view returns (uint256)",
	"function approve(address spender, uint256 amount) returns (bool)",
	"function balanceOf(address account) view returns (uint256)",
	"function mint(address account, uint256 amount)",
]);

/**
 * Submits a job over a registered program. Its inputs are put where workers and verifiers find them.
 *
 * @returns the job's number
 * @throws UmpireError if the account has too little of the token
 */
export async function submitJob(
	world: World,
	contracts: NetworkContracts,
	{ program, root }: LoadedProgram,
	inputs: readonly Elements[],
	options: JobOptions,
): Promise<number> {
	const { jobs } = contracts;
	const inputsRoot = await putInputs(world.home.content, program, inputs);
	const { jobFee } = await read(world.contracts, jobs, "parameters", []);
	const { token, reward, tries } = options;
	if (token !== ETHER) await allow(world, contracts, token, reward);
	const value = BigInt(tries) * jobFee + (token === ETHER ? reward : 0n);
	const terms = { program: root, inputsRoot, ...options };
	const sent = await send(world.signer, { contract: jobs, functionName: "submit", args: [terms], value });
	world.onSent(sent, world.signer.account.address);
	const [submitted] = parseEventLogs({ abi: jobsAbi, logs: [...sent.logs], eventName: "JobSubmitted" });
	return Number(submitted.args.job);
}

/**
 * Takes a job back that waits.
 *
 * @throws UmpireError if it waits no more, or is another's
 */
export async function cancelJob(world: World, contracts: NetworkContracts, job: number): Promise<void> {
	const { jobs } = contracts;
	await world.feed.poll();
	const { status, client } = await readJob(world, contracts, job);
	if (status !== JOB_STATUS.pending) {
		throw new UmpireError(
			"OPTION",
			`Job ${job} waits no more: only a job that waits for a worker can be taken back`,
			{
				advice: `umpire job status ${job} shows where it stands.`,
			},
		);
	}
	if (!sameAccount(client, world.signer.account.address)) {
		throw new UmpireError("ACCOUNT", `Job ${job} is of ${client}, which alone can take it back`, {
			advice: "sign with its key (--keystore).",
		});
	}
	const sent = await send(world.signer, { contract: jobs, functionName: "cancel", args: [BigInt(job)] });
	world.onSent(sent, world.signer.account.address);
}

/** Lets the jobs contract fetch a reward; what the local chain's token is short of is made. */
async function allow(world: World, contracts: NetworkContracts, token: Hex, reward: bigint): Promise<void> {
	const contract = { address: token, abi: ERC20 };
	const owner = world.signer.account.address;
	const balance = await read(world.contracts, contract, "balanceOf", [owner]);
	if (balance < reward) {
		if (token !== contracts.token?.toLowerCase()) {
			throw new UmpireError("ACCOUNT", `The account ${owner} has ${balance} of the token, not ${reward}.`);
		}
		await send(world.signer, { contract, functionName: "mint", args: [owner, reward - balance] });
	}
	const allowed = await read(world.contracts, contract, "allowance", [owner, contracts.jobs.address]);
	if (allowed >= reward) return;
	await send(world.signer, { contract, functionName: "approve", args: [contracts.jobs.address, reward] });
}
