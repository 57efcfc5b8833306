import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, decodeEventLog, decodeFunctionResult, encodeFunctionData } from "viem";
import type { Outcome, TestChain } from "./test-chain.ts";

const GAS = 15_000_000;

/** How a call is sent: the value in wei, the time of its block, and how much gas it has. */
export interface Sending {
	readonly value?: bigint;
	readonly at?: number;
	readonly gas?: number;
}

/** A contract that a test has deployed beside the market and the court. */
export class Deployed {
	readonly chain: TestChain;
	readonly address: Hex;
	readonly abi: Abi;

	constructor(chain: TestChain, address: Hex, abi: Abi) {
		this.chain = chain;
		this.address = address;
		this.abi = abi;
	}

	/** @param value wei that the deployment brings */
	static async deploy(
		chain: TestChain,
		name: string,
		args: readonly unknown[] = [],
		value = 0n,
	): Promise<Deployed> {
		const { abi } = await readArtifact(name);
		return new Deployed(chain, await chain.deploy(name, args, value), abi as Abi);
	}

	callOf(functionName: string, args: readonly unknown[] = []): Hex {
		return encodeFunctionData({ abi: this.abi, functionName, args });
	}

	/** Sends a call, a second after the latest block if nothing else is said. */
	async try(
		from: Hex,
		functionName: string,
		args: readonly unknown[] = [],
		{ value = 0n, at, gas = GAS }: Sending = {},
	): Promise<Outcome> {
		const data = this.callOf(functionName, args);
		const time = at ?? (await this.chain.time()) + 1;
		return this.chain.send({ from, to: this.address, data, value, gas }, time);
	}

	/** The name of the error that refuses a call, or undefined. */
	async refusal(
		from: Hex,
		functionName: string,
		args: readonly unknown[] = [],
		sending: Sending = {},
	): Promise<string | undefined> {
		return (await this.try(from, functionName, args, sending)).error;
	}

	/** Sends a call that must be accepted. */
	async send(
		from: Hex,
		functionName: string,
		args: readonly unknown[] = [],
		sending: Sending = {},
	): Promise<Outcome> {
		const outcome = await this.try(from, functionName, args, sending);
		if (outcome.error !== undefined) throw new Error(`${functionName} was refused: ${outcome.error}`);
		return outcome;
	}

	async read<T>(functionName: string, args: readonly unknown[] = []): Promise<T> {
		const data = await this.chain.raw(this.address, this.callOf(functionName, args));
		return decodeFunctionResult({ abi: this.abi, functionName, data }) as T;
	}

	/** The arguments of the events of one name that a transaction emitted. */
	events<T>({ logs }: Outcome, name: string): T[] {
		return logs
			.filter(({ address }) => address.toLowerCase() === this.address)
			.map(({ data, topics }) => decodeEventLog({ abi: this.abi, data, topics: topics as [Hex] }))
			.filter(({ eventName }) => eventName === name)
			.map(({ args }) => args as T);
	}
}
