import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import {
	type Account,
	type Address,
	createPublicClient,
	createTestClient,
	createWalletClient,
	defineChain,
	http,
	parseEventLogs,
	publicActions,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { claimOfOutput, claimOfTrace } from "./claim-content.ts";
import type { PreparedInputs } from "./inputs.ts";
import { explained, marketWithErrors, type OpenMarket, openMarket } from "./market.ts";
import type { LoadedProgram } from "./program.ts";
import { finalise, type Wallet } from "./request.ts";

/** A market on a local chain, whose clock and accounts are at the hands of a test. */
export interface LocalTestnet {
	readonly market: OpenMarket;
	/** Asks; an account that local chains fund. */
	readonly wallet: Wallet;
	/** Answers; another one. */
	readonly submitter: Wallet;
	/** Moves the chain's clock on, and makes a block. */
	readonly skip: (seconds: number) => Promise<void>;
	/**
	 * Answers a request rightly, as a submitter would: computes the program and claims, with the bond.
	 *
	 * @returns the claim's number
	 * @throws UmpireError if the market refuses it, or the program is one that commits in segments
	 */
	readonly answer: (
		program: LoadedProgram,
		inputs: Pick<PreparedInputs, "elements">,
		request: bigint,
	) => Promise<bigint>;
	/** Lets a claim's challenge period pass and makes it final: the contract that asked is told then. */
	readonly settle: (claim: bigint) => Promise<void>;
}

export interface TestnetOptions {
	/** The market's address: `umpire status` shows it. */
	readonly market: Address;
	/** Where the chain is; http://127.0.0.1:8545 unless told. */
	readonly rpc?: string | undefined;
	readonly attestations?: Address | undefined;
}

/** The mnemonic whose accounts Hardhat and Anvil fund; worth nothing anywhere else. */
const MNEMONIC = "test test test test test test test test test test test junk";
/** Accounts beyond those that Umpire's own commands act with. */
const [ASKING, ANSWERING] = [18, 19];
/** Chain ids of Hardhat and Ganache. */
const LOCAL: readonly number[] = [31337, 1337];

/**
 * Opens a market on a local chain for tests of what asks it: the contracts are the real ones, only nobody has to wait,
 * and no submitter has to run. Start the chain with `umpire network start` and `umpire deploy`.
 *
 * @throws UmpireError if nothing answers there, if it is no local chain, or has no such market
 */
export async function localTestnet({
	market: address,
	rpc = "http://127.0.0.1:8545",
	attestations,
}: TestnetOptions): Promise<LocalTestnet> {
	const transport = http(rpc);
	const id = await createPublicClient({ transport })
		.getChainId()
		.catch((error: unknown) => {
			throw explained(error, `No chain answers at ${rpc}`, "umpire network start begins one.");
		});
	if (!LOCAL.includes(id)) {
		throw new UmpireError("CHAIN", `Chain ${id} is no local chain`, {
			advice: "its clock cannot be moved and its accounts are somebody's: use request and waitFor there.",
		});
	}
	const chain = defineChain({
		...{ id, name: "local", nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 } },
		rpcUrls: { default: { http: [rpc] } },
	});
	const pollingInterval = 50;
	const client = createPublicClient({ chain, transport, pollingInterval, cacheTime: 0 });
	const clock = createTestClient({ chain, mode: "hardhat", transport }).extend(publicActions);
	const walletOf = (addressIndex: number): Wallet => {
		const account: Account = mnemonicToAccount(MNEMONIC, { addressIndex });
		return createWalletClient({ account, chain, transport, pollingInterval });
	};
	const market = await openMarket(client, address, attestations);
	const [wallet, submitter] = [walletOf(ASKING), walletOf(ANSWERING)];
	const skip = async (seconds: number) => {
		await clock.increaseTime({ seconds });
		await clock.mine({ blocks: 1 });
	};
	return {
		...{ market, wallet, submitter, skip },
		answer: (program, inputs, request) => answer(market, submitter, program, inputs, request),
		async settle(claim) {
			await skip(market.challengePeriod + 1);
			await finalise(market, submitter, claim);
		},
	};
}

async function answer(
	{ client, market, submitterBond }: OpenMarket,
	submitter: Wallet,
	loaded: LoadedProgram,
	{ elements }: Pick<PreparedInputs, "elements">,
	request: bigint,
): Promise<bigint> {
	const { traceRoot, opening } = await contentOf(loaded, elements);
	const what = `Request ${request} was not answered`;
	const failed = (error: unknown): never => {
		throw explained(error, what, "check that the request is open, and about this program and these inputs.");
	};
	const call = {
		...{ address: market, abi: marketWithErrors, functionName: "claim" },
		...{ args: [request, traceRoot, opening], value: submitterBond },
	} as const;
	await client.simulateContract({ ...call, account: submitter.account } as never).catch(failed);
	const hash = await submitter.writeContract(call as never).catch(failed);
	const { logs } = await client.waitForTransactionReceipt({ hash }).catch(failed);
	const [event] = parseEventLogs({ abi: marketWithErrors, logs, eventName: "Claimed" });
	if (event === undefined) throw new UmpireError("REVERT", what, { advice: "look at the request again." });
	return event.args.claim;
}

/** What an honest claim states, computed here. */
async function contentOf({ program, commitment }: LoadedProgram, elements: PreparedInputs["elements"]) {
	if (program.segment !== undefined) {
		throw new UmpireError("OPTION", "The program commits to its steps in segments", {
			advice: "umpire submit answers it.",
		});
	}
	const session = await openSession(program, { record: program.lazy ? "outputs" : "trace" });
	try {
		return program.lazy
			? await claimOfOutput(program, (await session.run(elements)).outputs[0])
			: claimOfTrace(commitment, await recordTrace(session, commitment, elements));
	} finally {
		await session.release();
	}
}
