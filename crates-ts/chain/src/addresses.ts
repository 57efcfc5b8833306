import { addressesAbi } from "@umpire/abi/addresses.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { getCreate2Address, type Log, parseEther, zeroHash } from "viem";
import { readArtifact } from "./built-artifacts.ts";
import type { Connection, Signer } from "./connection.ts";
import type { Contracts } from "./contracts.ts";
import { ChainError } from "./errors.ts";
import { broadcast, mined, type Sent } from "./landing.ts";
import { explain, explainReading, isSilence } from "./revert.ts";
import { type Contract, send, sendTo } from "./send.ts";
import { sleep } from "./sleep.ts";

/**
 * The deterministic deployment proxy (github.com/Arachnid/deterministic-deployment-proxy): what it deploys has the same
 * address on every chain. Where it is missing, the transaction that brings it is sent: it is signed by an account that
 * nobody has the key of, which has to be given the gas.
 */
const FACTORY: Hex = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
const FACTORY_DEPLOYER: Hex = "0x3fab184622dc19b6109349b94811493bf2a45362";
const FACTORY_COST = parseEther("0.01");
const FACTORY_TRANSACTION: Hex =
	"0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";

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
	return { address: getCreate2Address({ from: FACTORY, salt: zeroHash, bytecode }), abi: addressesAbi };
}

/** Deploys the contract of hints unless it is there. */
export async function ensureAddresses(signer: Signer): Promise<void> {
	const { connection } = signer;
	const { address } = await addressesContract();
	if (await hasCode(connection, address)) return;
	if (!(await hasCode(connection, FACTORY))) {
		const { reader } = connection;
		const has = await reader.getBalance({ address: FACTORY_DEPLOYER }).catch((error: unknown) => {
			throw explainReading(error, "a balance");
		});
		if (has < FACTORY_COST) {
			await sendTo(signer, "funding the deployment proxy", {
				to: FACTORY_DEPLOYER,
				value: FACTORY_COST - has,
			});
		}
		await bringFactory(signer);
	}
	const { bytecode } = await readArtifact("Addresses");
	await sendTo(signer, "deploying Addresses", {
		to: FACTORY,
		data: `${zeroHash}${bytecode.slice(2)}`,
	});
}

async function bringFactory({ connection, policy }: Signer): Promise<void> {
	const move = "deploying the deployment proxy";
	const started = performance.now();
	await broadcast(connection, FACTORY_TRANSACTION);
	while (performance.now() - started < policy.mostWait) {
		if ((await mined(connection, { move, nonce: 0, attempts: [FACTORY_TRANSACTION] })) !== undefined) return;
		await sleep(connection.pollingInterval);
	}
	throw new ChainError(`${move} failed: the chain does not take its transaction`, { retryable: true });
}

async function hasCode({ reader }: Connection, address: Hex): Promise<boolean> {
	const code = await reader.getCode({ address }).catch((error: unknown) => {
		throw explainReading(error, "a contract's code");
	});
	return code !== undefined && code !== "0x";
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
