import { governanceAbi } from "@umpire/abi/governance.ts";
import { deployTo } from "@umpire/actors/deploy-to.ts";
import { ceremonyFor, requireNoRehearsal } from "@umpire/actors/deployment/public-keys.ts";
import { planPublic } from "@umpire/actors/deployment/public-plan.ts";
import { openView } from "@umpire/actors/world.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { FACTORY } from "@umpire/chain/deterministic.ts";
import { TEST_NETWORKS } from "@umpire/chain/test-networks.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { openMarket } from "@umpire/sdk/market.ts";
import { DEVELOPMENT_VERIFIERS, hasDevelopmentKeys } from "@umpire/sdk/market-keys.ts";
import { readDeployment, writeDeployment } from "@umpire/store/deployments.ts";
import { keccak256, parseGwei, parseTransaction, toHex, zeroHash } from "viem";
import { describe, expect, test } from "vitest";
import {
	account,
	CHOICE,
	chainPerTest,
	deploy,
	KEY,
	newHome,
	SEPOLIA,
	sentBy,
	TEN_ETHER,
} from "./deployment-fixture.ts";
import { PretendedChain } from "./pretended-chain.ts";
import { timelockControllerAbi } from "./timelock-abi.ts";

let chain: PretendedChain;
chainPerTest((opened) => {
	chain = opened;
});

describe("a deployment", () => {
	const rival: Hex = `0x${"7e".repeat(20)}`;

	test("goes on where somebody else was faster with the same contracts", async () => {
		const { contracts } = await planPublic(CHOICE);
		await chain.control("hardhat_setBalance", [rival, TEN_ETHER]);
		await chain.control("hardhat_impersonateAccount", [rival]);
		// The rival sees each transaction on its way, and its own is mined before.
		const seen: string[] = [];
		const front = async (raw: Hex): Promise<void> => {
			const { to, data } = parseTransaction(raw);
			if (to?.toLowerCase() !== FACTORY || seen.includes(data ?? "")) return;
			seen.push(data ?? "");
			await chain.control("eth_sendTransaction", [{ from: rival, to, data, gas: toHex(12_000_000) }]);
		};
		chain.before = async ({ method, params }) => {
			if (method === "eth_sendRawTransaction") await front((params as [Hex])[0]);
		};
		const deployed = await deploy(chain);
		chain.before = undefined;
		expect(seen).toHaveLength(contracts.length);
		expect(deployed).toMatchObject((await planPublic(CHOICE)).core);
		for (const { address } of contracts) {
			expect(await chain.control("eth_getCode", [address])).not.toBe("0x");
		}
	});

	test("has nothing at its addresses that somebody else has chosen", async () => {
		const { contracts, core } = await planPublic(CHOICE);
		await deploy(chain);
		await chain.control("hardhat_setBalance", [rival, TEN_ETHER]);
		await chain.control("hardhat_impersonateAccount", [rival]);
		// The same market with another guardian, at the same salt, is another address.
		const market = contracts.find(({ name }) => name === "Market")!;
		const other = `${market.creation.slice(0, -40)}${rival.slice(2)}`;
		const data = `${zeroHash}${other.slice(2)}`;
		const address = (await chain.control("eth_call", [{ from: rival, to: FACTORY, data }])) as Hex;
		expect(address).not.toBe(core.market);
	});

	test("pays no price of gas that its own bonds would not cover, whatever a node asks for", async () => {
		const greedy = toHex(parseGwei("5000"));
		const paid: bigint[] = [];
		let planned = false;
		chain.answer = ({ method, params }) => {
			if (method === "eth_sendRawTransaction") {
				planned = true;
				paid.push(parseTransaction((params as [Hex])[0]).maxFeePerGas ?? 0n);
			}
			// It is honest until the plan is made.
			return planned && method === "eth_maxPriorityFeePerGas" ? greedy : undefined;
		};
		await deploy(chain);
		expect(paid.length).toBeGreaterThan(5);
		for (const price of paid) expect(price).toBeLessThanOrEqual(parseGwei("106"));
	});

	test("is made again where a reorganisation took it away, and its events are read from the earliest block", async () => {
		const home = newHome();
		const before = await chain.control("evm_snapshot");
		await chain.control("hardhat_mine", ["0x5"]);
		const first = await deploy(chain, { home });
		await chain.control("evm_revert", [before]);
		const again = await deploy(chain, { home });
		expect({ ...again, block: first.block }).toEqual(first);
		expect(again.block).toBe(first.block - 5n);
		for (const { address } of (await planPublic(CHOICE)).contracts) {
			expect(await chain.control("eth_getCode", [address])).not.toBe("0x");
		}
	});

	test("leaves no role with whoever deployed it", async () => {
		const governor: Hex = `0x${"60".repeat(20)}`;
		const { governance } = await deploy(chain, { choice: { ...CHOICE, governor } });
		const { reader } = await chain.connect();
		const roles = { address: governance!.governance, abi: governanceAbi, functionName: "hasRole" } as const;
		const timelock = { address: governance!.timelock, abi: timelockControllerAbi } as const;
		const names = ["DEFAULT_ADMIN_ROLE", "PROPOSER_ROLE", "CANCELLER_ROLE"] as const;
		for (const who of [account.address, FACTORY, governance!.governance]) {
			for (const role of [0n, 1n, 2n]) {
				const [has] = await reader.readContract({ ...roles, args: [role, who] });
				expect(has, `${role} ${who}`).toBe(false);
			}
			for (const name of names) {
				const role = await reader.readContract({ ...timelock, functionName: name });
				const has = await reader.readContract({ ...timelock, functionName: "hasRole", args: [role, who] });
				expect(has, `${name} ${who}`).toBe(false);
			}
		}
		const [admin, proposer] = await Promise.all(
			names.slice(0, 2).map((name) => reader.readContract({ ...timelock, functionName: name })),
		);
		const has = (role: Hex, who: Hex) =>
			reader.readContract({ ...timelock, functionName: "hasRole", args: [role, who] });
		expect(await has(admin!, governor)).toBe(false);
		expect(await has(proposer!, governor)).toBe(true);
		expect(await has(admin!, governance!.timelock)).toBe(true);
	});
});

describe("development keys", () => {
	const options = () => ({ rpc: chain.url, preset: "mainnet" as const });

	test("are taken by a known test network alone, and only if asked for", async () => {
		const home = newHome();
		const notes: string[] = [];
		process.env.UMPIRE_PRIVATE_KEY = KEY;
		try {
			await expect(deployTo(home, options(), () => {})).rejects.toThrow(
				/or try things out with --development-keys/,
			);
			expect(await sentBy(chain)).toBe(0);
			await deployTo(home, { ...options(), developmentKeys: true }, (line) => notes.push(line));
		} finally {
			delete process.env.UMPIRE_PRIVATE_KEY;
		}
		expect(notes.join("\n")).toMatch(/DEVELOPMENT KEYS: anyone can forge proofs/);
		expect(await readDeployment(home, SEPOLIA.chainId)).toMatchObject({
			ceremony: null,
			keys: "development",
		});
		// Whoever looks at the market is told, and dapps can ask the chain.
		const warned: string[] = [];
		const view = await openView({ home: home.folder, rpc: chain.url, warn: (line) => warned.push(line) });
		expect(warned.join("\n")).toMatch(/DEVELOPMENT KEYS: anyone can forge proofs/);
		const { reader } = await chain.connect();
		const market = await openMarket(reader, view.contracts.market.address);
		expect(await hasDevelopmentKeys(market)).toBe(true);
		const { dotVerifier, elementsVerifier } = view.contracts.deployment;
		for (const verifier of [dotVerifier, elementsVerifier])
			await chain.control("hardhat_setCode", [verifier, "0x00"]);
		expect(await hasDevelopmentKeys(market)).toBe(false);
	});

	test("are refused to every other public chain", async () => {
		const other = await PretendedChain.open({ chainId: 1, secondsPerBlock: 12 });
		try {
			await expect(ceremonyFor(await other.connect(), { developmentKeys: true })).rejects.toThrow(
				/Chain 1 is no test network that is known here/,
			);
		} finally {
			await other.close();
		}
		const known = new Map(
			Object.entries(await import("viem/chains")) as [string, { id: number; testnet?: boolean }][],
		);
		const all = [...known.values()];
		for (const [id, name] of TEST_NETWORKS) {
			expect(known.get(name)).toMatchObject({ id, testnet: true });
			expect(all.filter((one) => one.id === id && one.testnet !== true)).toEqual([]);
		}
	});

	test("go with no ceremony, and a rehearsal is none", async () => {
		const connection = await chain.connect();
		await expect(ceremonyFor(connection, { ceremony: "keys", developmentKeys: true })).rejects.toThrow(
			/keys of a ceremony or the development keys/,
		);
		expect(() => requireNoRehearsal(connection, { isRehearsal: true })).toThrow(/give --development-keys/);
	});

	test("are told by the code of their verifiers", async () => {
		for (const [name, hash] of [
			["DotVerifier", DEVELOPMENT_VERIFIERS.dot],
			["ElementsVerifier", DEVELOPMENT_VERIFIERS.elements],
		] as const) {
			const { bytecode } = await readArtifact(name);
			expect(keccak256((await chain.control("eth_call", [{ data: bytecode }])) as Hex)).toBe(hash);
		}
	});
});

test("a market whose keys are not those that prove here is not taken part in", async () => {
	const home = newHome();
	const { ceremony: _, ...deployed } = await deploy(chain, { home });
	const view = { home: home.folder, rpc: chain.url };
	await openView(view);
	const fingerprint: Hex = `0x${"ab".repeat(32)}`;
	await writeDeployment(home, {
		...deployed,
		ceremony: { fingerprint, beacon: "round 1" },
	} as typeof deployed);
	await expect(openView(view)).rejects.toThrow(/has the keys of the ceremony 0xabab.*UMPIRE_CEREMONY/);
});
