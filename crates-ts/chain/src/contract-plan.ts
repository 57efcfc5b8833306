import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, getCreateAddress, hexToBytes, keccak256 } from "viem";
import { linkBytecode } from "./artifact.ts";
import { readArtifact } from "./built-artifacts.ts";
import { isBuiltCode, librariesIn, readBuiltCode } from "./built-code.ts";
import type { Connection, Signer } from "./connection.ts";
import { constructorArguments } from "./constructor-arguments.ts";
import { codeAt, deterministicAddress, ensureFactory, FACTORY, factoryData } from "./deterministic.ts";
import { ChainError } from "./errors.ts";
import { explainReading } from "./revert.ts";
import { sendTo } from "./send.ts";
import { sleep } from "./sleep.ts";

/** A contract that comes from elsewhere than this version's build. */
export interface GivenCode {
	readonly creationCode: Hex;
	/** keccak256 of the code that a chain then has */
	readonly runtimeCodeHash: Hex;
}

/** One contract of a deployment. */
export interface PlannedContract {
	readonly name: string;
	readonly address: Hex;
	/** creation code, with libraries and the constructor's arguments */
	readonly creation: Hex;
	/** bytes of `creation` before the constructor's arguments */
	readonly codeBytes: number;
	/** bytes of code that stay on the chain, those of its own contracts among them */
	readonly size: number;
	/** keccak256 of its code, if that was given */
	readonly runtimeCodeHash: Hex | undefined;
	/** contracts that its constructor deploys: names, in order, with their addresses */
	readonly children: readonly { readonly name: string; readonly address: Hex }[];
}

/** Contracts in the order in which they are deployed; each knows the addresses of those before it. */
export class ContractPlan {
	readonly #contracts: PlannedContract[] = [];
	readonly #libraries = new Map<string, Hex>();

	get contracts(): readonly PlannedContract[] {
		return this.#contracts;
	}

	/**
	 * Adds a contract, and the libraries that it needs before it; gives its address. The same contract with the same
	 * arguments is one contract.
	 *
	 * @param options.given its code, if it is not what this version builds
	 * @param options.children names of the contracts that its constructor deploys, in order
	 * @throws UmpireError if the contracts have not been built
	 */
	async add(
		name: string,
		args: readonly unknown[] = [],
		options: { readonly given?: GivenCode | undefined; readonly children?: readonly string[] } = {},
	): Promise<Hex> {
		const { given, children = [] } = options;
		const artifact = await readArtifact(name);
		for (const library of artifact.links.keys()) {
			if (!this.#libraries.has(library)) this.#libraries.set(library, await this.add(library));
		}
		const code = given?.creationCode ?? linkBytecode(artifact, this.#libraries);
		const creation = `${code}${constructorArguments(artifact.abi as Abi, args).slice(2)}` as Hex;
		const address = deterministicAddress(creation);
		if (this.#contracts.some((contract) => contract.address === address)) return address;
		let size = (await readBuiltCode(name)).code.length / 2 - 1;
		for (const child of children) size += (await readBuiltCode(child)).code.length / 2 - 1;
		this.#contracts.push({
			name,
			address,
			creation,
			codeBytes: code.length / 2 - 1,
			size,
			runtimeCodeHash: given?.runtimeCodeHash,
			// A contract's own nonce begins at 1.
			children: children.map((child, i) => ({
				name: child,
				address: getCreateAddress({ from: address, nonce: BigInt(i + 1) }).toLowerCase() as Hex,
			})),
		});
		return address;
	}
}

/** Gas per byte of code that stays, for a contract, per byte of calldata at most, and of what constructors compute. */
const GAS = { byte: 200, create: 32_000, transaction: 21_000, calldata: 16, floor: 40, constructor: 160_000 };

/** Gas that deploying a contract takes, a little more than less (the constructor is not run). */
export function deploymentGas({ creation, size, children }: PlannedContract): number {
	const bytes = hexToBytes(creation);
	const zeros = bytes.reduce((sum, byte) => sum + (byte === 0 ? 1 : 0), 0);
	const calldata = GAS.calldata * (bytes.length - zeros) + (GAS.calldata / 4) * zeros;
	const work = GAS.byte * size + (GAS.create + GAS.constructor) * (1 + children.length);
	const floor = GAS.floor * (bytes.length - zeros) + (GAS.floor / 4) * zeros;
	return GAS.transaction + Math.max(calldata + work, floor);
}

/** Which of the contracts are on the chain. */
export async function deployedAmong(
	connection: Connection,
	contracts: readonly PlannedContract[],
): Promise<ReadonlySet<Hex>> {
	const codes = await Promise.all(contracts.map(({ address }) => codeAt(connection, address)));
	return new Set(contracts.filter((_, i) => codes[i] !== undefined).map(({ address }) => address));
}

/** Looks until a node has caught up with the block that brought a contract. */
const LOOKS = 5;

/**
 * Deploys what is not there yet, one after the other. What a deployment before this one has sent is waited for, and
 * whatever fails, the next call goes on where this one stopped: an address says what is at it.
 *
 * @param onStep told the name of each contract before it is deployed
 * @throws ChainError without funds, if a constructor refuses its arguments, or if the node does not answer
 */
export async function carryOut(
	signer: Signer,
	contracts: readonly PlannedContract[],
	onStep: (name: string) => void = () => {},
): Promise<void> {
	const { connection } = signer;
	await settlePending(signer);
	const there = await deployedAmong(connection, contracts);
	if (there.size < contracts.length) await ensureFactory(signer);
	for (const { name, address, creation } of contracts) {
		if (there.has(address)) continue;
		onStep(name);
		try {
			await sendTo(signer, `deploying ${name}`, { to: FACTORY, data: factoryData(creation) });
		} catch (error) {
			// Somebody was faster: what is at the address is what the address is a hash of.
			if ((await codeAt(connection, address)) === undefined) throw error;
		}
		for (let look = 0; (await codeAt(connection, address)) === undefined; look++) {
			if (look === LOOKS) throw new ChainError(`${name} is not at ${address}`, { retryable: true });
			await sleep(connection.pollingInterval);
		}
	}
}

/** A transaction that an earlier call has sent, and nobody waits for, would be sent twice. */
async function settlePending({ connection, account, policy }: Signer): Promise<void> {
	const { address } = account;
	const count = (blockTag: "latest" | "pending") =>
		connection.reader.getTransactionCount({ address, blockTag }).catch((error: unknown) => {
			throw explainReading(error, "the account's transactions");
		});
	const sent = await count("pending");
	for (const started = performance.now(); (await count("latest")) < sent; ) {
		if (performance.now() - started > policy.mostWait) {
			throw new ChainError(`A transaction of ${address} waits to be mined`, {
				advice: "wait for it, or replace it with one that pays more, and deploy again.",
				retryable: true,
			});
		}
		await sleep(connection.pollingInterval);
	}
}

/**
 * Checks that every contract is there with the code that was planned, byte for byte; what a constructor fills in
 * follows from its arguments, which the address is a hash of.
 *
 * @throws ChainError if one is missing or has other code
 */
export async function verifyContracts(
	connection: Connection,
	contracts: readonly PlannedContract[],
): Promise<void> {
	const addresses = new Map(contracts.map(({ name, address }) => [name, address]));
	for (const { name, address, runtimeCodeHash, children } of contracts) {
		for (const one of [{ name, address }, ...children]) {
			const found = await codeAt(connection, one.address);
			const where = `${one.address} on chain ${connection.chain.id}`;
			if (found === undefined) throw new ChainError(`${one.name} is not at ${where}`, { retryable: true });
			const built = await readBuiltCode(one.name);
			const isPlanned =
				one.address === address && runtimeCodeHash !== undefined
					? keccak256(found) === runtimeCodeHash
					: isBuiltCode(found, built) &&
						[...librariesIn(found, built)].every(([library, at]) => at === addresses.get(library));
			if (isPlanned) continue;
			throw new ChainError(`What is at ${where} is not ${one.name} as it was sent`, {
				advice: "the chain runs other code than it is given: nothing there can be relied on.",
			});
		}
	}
}
