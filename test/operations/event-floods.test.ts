import { setUp } from "@umpire/actors/set-up.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import { type Contracts, openContracts } from "@umpire/chain/contracts.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import { type EventFeed, eventFeed } from "@umpire/chain/events.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { encodeAbiParameters, encodeEventTopics, numberToHex } from "viem";
import { beforeAll, describe, expect, it } from "vitest";

/** More than a function call takes as arguments. */
const MANY = 150_000;

let contracts: Contracts;
beforeAll(async () => {
	await setUp(() => {});
	const connection = await connectPrivate();
	const deployment = await deploy(signerFor(connection, localAccount("deployer")), DEFAULT_PARAMETERS);
	contracts = await openContracts(connection, deployment);
	await connection.close();
});

const hashOf = (number: bigint, branch: number): Hex =>
	numberToHex(number * 16n + BigInt(branch), { size: 32 });

/** A chain on which one old block range holds very many events, and whose newest block can be replaced. */
function floodedFeed(): { feed: EventFeed; reorganise: () => void } {
	const first = contracts.deployment.block;
	const newest = first + 200n;
	let branch = 0;
	const branchOf = (number: bigint) => (number === newest ? branch : 0);
	const headOf = (number: bigint) => ({
		number,
		hash: hashOf(number, branchOf(number)),
		parentHash: hashOf(number - 1n, branchOf(number - 1n)),
		timestamp: number,
	});
	const topics = encodeEventTopics({ abi: contracts.market.abi, eventName: "Burned" });
	const data = encodeAbiParameters([{ type: "uint256" }], [1n]);
	const log = (blockNumber: bigint, logIndex: number) => ({
		address: contracts.market.address,
		blockHash: headOf(blockNumber).hash,
		blockNumber,
		data,
		logIndex,
		removed: false,
		topics,
		transactionHash: hashOf(1n, 1),
		transactionIndex: 0,
	});
	const flood = Array.from({ length: MANY }, (_, index) => log(first + 1n, index));
	const reader = {
		getBlock: async (at: { blockNumber?: bigint; blockHash?: Hex }) =>
			headOf(at.blockNumber ?? BigInt(at.blockHash!) / 16n),
		getLogs: async (at: { fromBlock?: bigint; blockHash?: Hex }) => {
			if (at.fromBlock !== undefined) return at.fromBlock <= first + 1n ? flood : [];
			return at.blockHash === headOf(newest).hash ? [log(newest, 0)] : [];
		},
	};
	const connection = { reader, head: async () => headOf(newest) };
	const feed = eventFeed({ ...contracts, connection } as unknown as Contracts);
	return {
		feed,
		reorganise: () => {
			branch++;
		},
	};
}

describe("a deployment with very many events", () => {
	it("is read, and goes on being read after a reorganisation", async () => {
		const { feed, reorganise } = floodedFeed();
		await feed.poll();
		expect(feed.events.length).toBe(MANY + 1);
		reorganise();
		expect((await feed.poll()).length).toBe(1);
		expect(feed.events.length).toBe(MANY + 1);
		expect(feed.head?.hash).toBe(feed.events.at(-1)?.blockHash);
	});
});
