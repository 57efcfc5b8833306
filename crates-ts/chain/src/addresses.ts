import { addressesAbi } from "@umpire/abi/addresses.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { getAddress, type Log } from "viem";
import { readArtifact } from "./built-artifacts.ts";
import type { Connection, Signer } from "./connection.ts";
import type { Contracts } from "./contracts.ts";
import { codeAt, deterministicAddress, ensureFactory, FACTORY, factoryData } from "./deterministic.ts";
import type { Sent } from "./landing.ts";
import { explain, explainReading, isSilence } from "./revert.ts";
import { type Contract, send, sendTo } from "./send.ts";

/** Blocks of one query, to begin with: a node that takes fewer says so. */
const MOST_BLOCKS = 50_000n;

/** What somebody says of where content is. */
export interface Located {
	readonly root: Hex;
	readonly by: Hex;
	/** In binary form, as it was said: perhaps no identifier at all. */
	readonly cid: Hex;
	readonly transaction: Hex;
	readonly block: bigint;
}

/** The contract of hints: where it is, or would be, on every chain. */
export async function addressesContract(): Promise<Contract<typeof addressesAbi>> {
	const { bytecode } = await readArtifact("Addresses");
	return { address: getAddress(deterministicAddress(bytecode)), abi: addressesAbi };
}

/** Deploys the contract of hints unless it is there. */
export async function ensureAddresses(signer: Signer): Promise<void> {
	const { address } = await addressesContract();
	if ((await codeAt(signer.connection, address)) !== undefined) return;
	await ensureFactory(signer);
	const { bytecode } = await readArtifact("Addresses");
	await sendTo(signer, "deploying Addresses", { to: FACTORY, data: factoryData(bytecode) });
}

/** Says on the chain where content may be found, and waits until that is mined. */
export async function announce(
	signer: Signer,
	locations: readonly { readonly root: Hex; readonly cid: Hex }[],
): Promise<Sent> {
	await ensureAddresses(signer);
	const contract = await addressesContract();
	return send(signer, { contract, functionName: "announce", args: [locations] });
}

/**
 * What was said of where the content of a root is, the oldest first. Anybody can say anything, so no more than `most`
 * are read.
 *
 * @param by only what this account said
 * @throws ChainError (to be tried again) if the node does not answer
 */
export async function locationsOf(
	{ connection, deployment }: Pick<Contracts, "connection" | "deployment">,
	root: Hex,
	most: number,
	by?: Hex,
): Promise<Located[]> {
	const { address } = await addressesContract();
	const head = (await connection.head()).number;
	const found: Located[] = [];
	let step = MOST_BLOCKS;
	for (let from = deployment.block; from <= head && found.length < most; ) {
		const to = from + step - 1n < head ? from + step - 1n : head;
		try {
			const logs = await connection.reader.getContractEvents({
				address,
				abi: addressesAbi,
				eventName: "Located",
				args: by === undefined ? { root } : { root, by },
				fromBlock: from,
				toBlock: to,
				strict: true,
			});
			for (const log of logs.slice(0, most - found.length)) found.push(locatedOf(log));
			from = to + 1n;
		} catch (error) {
			if (isSilence(error) || step === 1n) throw explainReading(error, "where content is");
			step = step / 2n;
		}
	}
	return found;
}

function locatedOf(log: Log & { args: { root: Hex; by: Hex; cid: Hex } }): Located {
	const { root, by, cid } = log.args;
	return { root, by, cid, transaction: log.transactionHash!, block: log.blockNumber! };
}

/** Who sent a transaction; undefined if the node does not know it. */
export async function senderOf({ reader }: Connection, hash: Hex): Promise<Hex | undefined> {
	try {
		return (await reader.getTransaction({ hash })).from;
	} catch (error) {
		if (isSilence(error)) throw explain(error, "reading a transaction");
		return undefined;
	}
}
