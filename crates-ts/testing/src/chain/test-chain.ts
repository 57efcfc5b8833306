import { callOf } from "@umpire/chain/action-call.ts";
import { linkBytecode } from "@umpire/chain/artifact.ts";
import { buildContracts } from "@umpire/chain/build.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { type Contracts, contractParameters } from "@umpire/chain/contracts.ts";
import { hardhat } from "@umpire/chain/hardhat.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Action } from "@umpire/game/move.ts";
import type { Domain, Holder, Parameters } from "@umpire/game/state.ts";
import {
	type Abi,
	decodeErrorResult,
	decodeFunctionResult,
	encodeAbiParameters,
	encodeFunctionData,
	parseAbi,
	zeroAddress,
} from "viem";

const GAS = 15_000_000;
/** Hardhat's. */
const CHAIN_ID = 31_337;
const BURN: Hex = "0x000000000000000000000000000000000000dEaD";

type Request = (method: string, params: unknown[]) => Promise<unknown>;
type Deploy = (name: string, args?: readonly unknown[], value?: bigint) => Promise<Hex>;

/** How a transaction went. */
export interface Outcome {
	readonly gas: number;
	/** Name of the custom error that refused it. */
	readonly error: string | undefined;
	readonly logs: readonly { readonly topics: readonly Hex[]; readonly data: Hex; readonly address: Hex }[];
}

/** The contracts on a fresh in-process chain whose clock the test sets. */
export class TestChain {
	readonly accounts: readonly Hex[];
	readonly registry: Hex;
	readonly market: Hex;
	readonly court: Hex;
	readonly arbiter: Hex;
	/** wei per gas that transactions pay, if it is to be counted in balances */
	gasPrice: bigint | undefined;
	readonly #request: Request;
	readonly #abi: Abi;
	/** Deploys a further contract, e.g. a consumer; throws an Error with the custom error's name. */
	readonly deploy: Deploy;
	readonly close: () => Promise<void>;

	constructor(at: {
		accounts: readonly Hex[];
		registry: Hex;
		market: Hex;
		court: Hex;
		arbiter: Hex;
		request: Request;
		abi: Abi;
		deploy: Deploy;
		close: () => Promise<void>;
	}) {
		this.accounts = at.accounts;
		this.registry = at.registry;
		this.market = at.market;
		this.court = at.court;
		this.arbiter = at.arbiter;
		this.#request = at.request;
		this.#abi = at.abi;
		this.deploy = at.deploy;
		this.close = at.close;
	}

	/**
	 * Builds, starts a chain and deploys everything.
	 *
	 * @param others further contracts, which tests deploy themselves: their errors are known by name
	 * @param guardianOf who of the accounts may stop requests; nobody by default
	 */
	static async open(
		parameters: Parameters,
		others: readonly string[] = [],
		guardianOf: (accounts: readonly Hex[]) => Hex = () => zeroAddress,
	): Promise<TestChain> {
		await buildContracts();
		const hre = await hardhat();
		const network = await hre.network.create({ override: { allowUnlimitedContractSize: false } });
		const request: Request = (method, params) => network.provider.request({ method, params });
		const accounts = ((await request("eth_accounts", [])) as Hex[]).map(
			(account) => account.toLowerCase() as Hex,
		);
		const names = ["Market", "Court", "Registry", "Arbiter", "Packing", "Trees", "Parts", "Cone", "Kinds"];
		const abiOf = async (name: string) => (await readArtifact(name)).abi;
		const abis = await Promise.all(names.map(abiOf));
		const errors = (await Promise.all(others.map(abiOf))).flat().filter(({ type }) => type === "error");
		const abi = [...abis.flat(), ...errors] as Abi;
		const deploy = deployer(request, accounts[0], abi);
		const verifiers = [await deploy("DotVerifier"), await deploy("ElementsVerifier")];
		const arbiter = await deploy("Arbiter", verifiers);
		const registry = await deploy("Registry");
		const { market: marketParameters, court: courtParameters } = contractParameters(parameters);
		const court = await deploy("Court", [registry, arbiter, courtParameters]);
		const market = await deploy("Market", [court, marketParameters, guardianOf(accounts)]);
		const close = () => network.close();
		return new TestChain({ accounts, registry, market, court, arbiter, request, abi, deploy, close });
	}

	/** What commitments to claims are bound to. */
	get domain(): Domain {
		return { chainId: CHAIN_ID, market: this.market };
	}

	/** The call that makes a move of the game. */
	callOf(action: Action): { to: Hex; data: Hex; value: bigint } {
		const abi = this.#abi;
		const on = {
			registry: { address: this.registry, abi },
			market: { address: this.market, abi },
			court: { address: this.court, abi },
		};
		const { contract, functionName, args, value = 0n } = callOf(on as Contracts, action);
		const data = encodeFunctionData({ abi, functionName, args });
		return { to: contract.address, data, value };
	}

	/** Sends a move of the game in a block of time `now`. */
	act(sender: Hex, action: Action, now: number, gas = GAS): Promise<Outcome> {
		return this.send({ from: sender, ...this.callOf(action), gas }, now);
	}

	/** The same contracts, used by others; the first account deploys and is none of them. */
	withAccounts(accounts: readonly Hex[]): TestChain {
		const { registry, market, court, arbiter, deploy, close } = this;
		const same = { registry, market, court, arbiter, deploy, close, request: this.#request, abi: this.#abi };
		return new TestChain({ ...same, accounts: [this.accounts[0], ...accounts] });
	}

	/** Another market on the same court, used by others. */
	withMarket(market: Hex, accounts: readonly Hex[]): TestChain {
		const { registry, court, arbiter, deploy, close } = this;
		const same = { registry, court, arbiter, deploy, close, request: this.#request, abi: this.#abi };
		return new TestChain({ ...same, market, accounts: [this.accounts[0], ...accounts] });
	}

	/** Lets a contract, or an account whose key nobody has, send transactions as if it had one, and gives it wei. */
	async animate(account: Hex, wei = 10n ** 22n): Promise<void> {
		await this.#request("hardhat_impersonateAccount", [account]);
		await this.#request("hardhat_setBalance", [account, `0x${wei.toString(16)}`]);
	}

	async send(
		call: { from: Hex; to: Hex; data: Hex; value: bigint; gas: number },
		now: number,
	): Promise<Outcome> {
		await this.#request("evm_setNextBlockTimestamp", [now]);
		const hex = (n: bigint | number): Hex => `0x${n.toString(16)}`;
		try {
			const price = this.gasPrice === undefined ? {} : { gasPrice: hex(this.gasPrice) };
			const sent = { ...call, ...price, value: hex(call.value), gas: hex(call.gas) };
			const hash = await this.#request("eth_sendTransaction", [sent]);
			const receipt = (await this.#request("eth_getTransactionReceipt", [hash])) as {
				gasUsed: Hex;
				logs: Outcome["logs"];
			};
			return { gas: Number(receipt.gasUsed), error: undefined, logs: receipt.logs };
		} catch (error) {
			return { gas: 0, error: errorName(this.#abi, error), logs: [] };
		}
	}

	/** Sends transactions that are mined in one block of time `now`, in this order; whether each succeeded. */
	async inOneBlock(
		calls: readonly { from: Hex; to: Hex; data: Hex; value: bigint; gas: number }[],
		now: number,
	): Promise<boolean[]> {
		const hex = (n: bigint | number): Hex => `0x${n.toString(16)}`;
		await this.#request("evm_setAutomine", [false]);
		const hashes: unknown[] = [];
		for (const call of calls) {
			const sent = { ...call, value: hex(call.value), gas: hex(call.gas) };
			hashes.push(await this.#request("eth_sendTransaction", [sent]));
		}
		await this.#request("evm_setNextBlockTimestamp", [now]);
		await this.#request("evm_mine", []);
		await this.#request("evm_setAutomine", [true]);
		const receipts = hashes.map((hash) => this.#request("eth_getTransactionReceipt", [hash]));
		return (await Promise.all(receipts)).map((receipt) => (receipt as { status: Hex }).status === "0x1");
	}

	/** Reads a view of the market, or of another contract with the same ABI. */
	async read<T>(functionName: string, args: readonly unknown[] = [], at: Hex = this.market): Promise<T> {
		const data = encodeFunctionData({ abi: this.#abi, functionName, args });
		const answer = (await this.#request("eth_call", [{ to: at, data }, "latest"])) as Hex;
		return decodeFunctionResult({ abi: this.#abi, functionName, data: answer }) as T;
	}

	/** Reads a view of the court about the market's disputes and demands. */
	readCourt<T>(functionName: string, args: readonly unknown[] = []): Promise<T> {
		return this.read<T>(functionName, [this.market, ...args], this.court);
	}

	/** Wei that an account can withdraw from both contracts. */
	async owed(account: Hex): Promise<bigint> {
		const [market, court] = await Promise.all(
			[this.market, this.court].map((at) => this.read<bigint>("owed", [account], at)),
		);
		return market + court;
	}

	/** Wei that the contracts hold. */
	async balances(): Promise<Record<Holder, bigint>> {
		return { market: await this.balance(this.market), court: await this.balance(this.court) };
	}

	/** Calls a view with encoded arguments; throws an Error with the custom error's name. */
	async raw(to: Hex, data: Hex): Promise<Hex> {
		try {
			return (await this.#request("eth_call", [{ to, data }, "latest"])) as Hex;
		} catch (error) {
			throw new Error(errorName(this.#abi, error), { cause: error });
		}
	}

	/** Calls a view of any contract. */
	async call(to: Hex, signature: string, args: readonly unknown[] = []): Promise<unknown> {
		const abi = parseAbi([signature]) as Abi;
		const data = encodeFunctionData({ abi, args });
		return decodeFunctionResult({
			abi,
			data: (await this.#request("eth_call", [{ to, data }, "latest"])) as Hex,
		});
	}

	/** Wei that an account holds. */
	async balance(account: Hex): Promise<bigint> {
		return BigInt((await this.#request("eth_getBalance", [account, "latest"])) as Hex);
	}

	burned(): Promise<bigint> {
		return this.balance(BURN);
	}

	snapshot(): Promise<unknown> {
		return this.#request("evm_snapshot", []);
	}

	async restore(snapshot: unknown): Promise<void> {
		await this.#request("evm_revert", [snapshot]);
	}

	/** Mines empty blocks, a second apart. */
	async mine(count: number): Promise<void> {
		await this.#request("hardhat_mine", [`0x${count.toString(16)}`]);
	}

	/** Puts code at an address, and a word into its storage, as a chain does with its own contracts. */
	async install(account: Hex, code: Hex, slot: bigint, word: Hex): Promise<void> {
		await this.#request("hardhat_setCode", [account, code]);
		await this.#request("hardhat_setStorageAt", [account, `0x${slot.toString(16)}`, word]);
	}

	/** A block's hash and time. */
	async block(number: number): Promise<{ readonly hash: Hex; readonly time: number }> {
		const block = await this.#request("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
		const { hash, timestamp } = block as { hash: Hex; timestamp: Hex };
		return { hash, time: Number(timestamp) };
	}

	/** Number of the latest block. */
	async height(): Promise<number> {
		return Number((await this.#request("eth_blockNumber", [])) as Hex);
	}

	/** Time of the latest block. */
	async time(): Promise<number> {
		const block = (await this.#request("eth_getBlockByNumber", ["latest", false])) as { timestamp: Hex };
		return Number(block.timestamp);
	}
}

/** Deploys with the libraries that a contract needs, each once. */
function deployer(request: Request, from: Hex, abi: Abi): Deploy {
	const libraries = new Map<string, Hex>();
	const deploy: Deploy = async (name, args = [], value = 0n) => {
		const artifact = await readArtifact(name);
		for (const library of artifact.links.keys()) {
			if (!libraries.has(library)) libraries.set(library, await deploy(library));
		}
		const inputs = artifact.abi.find((entry) => entry.type === "constructor")?.inputs ?? [];
		const data = linkBytecode(artifact, libraries) + encodeAbiParameters(inputs, args).slice(2);
		try {
			const [gas, sent] = [GAS, value].map((n) => `0x${n.toString(16)}`);
			const hash = await request("eth_sendTransaction", [{ from, data, gas, value: sent }]);
			const receipt = (await request("eth_getTransactionReceipt", [hash])) as { contractAddress: Hex };
			return receipt.contractAddress.toLowerCase() as Hex;
		} catch (error) {
			throw new Error(errorName(abi, error), { cause: error });
		}
	};
	return deploy;
}

function errorName(abi: Abi, error: unknown): string {
	const data = revertData(error);
	if (data === undefined) throw error;
	return data === "0x" ? "" : decodeErrorResult({ abi, data }).errorName;
}

/** The revert data in what a provider throws. */
function revertData(error: unknown): Hex | undefined {
	for (let at = error; typeof at === "object" && at !== null; ) {
		const { data, cause } = at as { data?: unknown; cause?: unknown };
		if (typeof data === "string" && data.startsWith("0x")) return data as Hex;
		if (typeof data === "object" && data !== null) {
			at = data;
			continue;
		}
		at = cause;
	}
	return undefined;
}
