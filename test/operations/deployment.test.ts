import { directoryAbi } from "@umpire/abi/directory.ts";
import { governanceAbi } from "@umpire/abi/governance.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import { openAttesters } from "@umpire/actors/attesters/attester-contracts.ts";
import { openBounties } from "@umpire/actors/bounties/bounty-contracts.ts";
import { reportPlan } from "@umpire/actors/deployment/deploy-public.ts";
import { BESIDE, type PublicChoice, planPublic } from "@umpire/actors/deployment/public-plan.ts";
import { openGrids } from "@umpire/actors/grid/grid-contracts.ts";
import { openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { openView } from "@umpire/actors/world.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import { verifyContracts } from "@umpire/chain/contract-plan.ts";
import { findDeployment } from "@umpire/chain/find-deployment.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { currentMarket } from "@umpire/sdk/market.ts";
import { readStarted } from "@umpire/store/deployments.ts";
import { keccak256, parseTransaction } from "viem";
import { describe, expect, test } from "vitest";
import {
	account,
	CHOICE,
	chainPerTest,
	deploy,
	newHome,
	SEPOLIA,
	sentBy,
	TEN_ETHER,
} from "./deployment-fixture.ts";
import { type Failure, PretendedChain } from "./pretended-chain.ts";

/** By default one call in so many fails, and every one that sends a transaction; all of them if UMPIRE_RUNS is given. */
const STRIDE = process.env.UMPIRE_RUNS === undefined ? 29 : 1;
/** Milliseconds that a transaction is waited for on a node that is not there any more. */
const HASTY = 40;

let chain: PretendedChain;
chainPerTest((opened) => {
	chain = opened;
});

const codes = async (choice: PublicChoice) => {
	const { contracts } = await planPublic(choice);
	return Promise.all(contracts.map(({ address }) => chain.control("eth_getCode", [address])));
};

describe("a deployment to a public chain", () => {
	test("ends in the same state whichever call of the node fails, and deploys nothing twice", async () => {
		const sending = new Set<number>();
		chain.answer = ({ method }) => {
			if (method === "eth_sendRawTransaction") sending.add(chain.calls);
			return undefined;
		};
		const expected = await deploy(chain);
		const calls = chain.calls;
		const [transactions, code] = [await sentBy(chain), await codes(CHOICE)];
		expect(code).not.toContain("0x");
		// The proxy is paid for; then each contract is one transaction.
		expect(transactions).toBe(1 + code.length);
		for (let at = 1; at <= calls; at++) {
			if (at % STRIDE !== 0 && !sending.has(at)) continue;
			const ways: readonly Failure[] = sending.has(at) ? ["lost", "unheard"] : ["lost"];
			for (const how of ways) {
				await chain.startAgain();
				const home = newHome();
				chain.fail(at, how);
				await expect(deploy(chain, { home, mostWait: HASTY }), `call ${at} ${how}`).rejects.toThrow();
				chain.fail(undefined);
				expect(await deploy(chain, { home }), `call ${at} ${how}`).toEqual(expected);
				expect(await codes(CHOICE)).toEqual(code);
				expect(await sentBy(chain), `call ${at} ${how}`).toBe(transactions);
				expect(await readStarted(home, SEPOLIA.chainId, expected.market)).toBeUndefined();
			}
		}
	});

	test("is made once: again it sends nothing, from another home folder, whatever the chain has become", async () => {
		const first = await deploy(chain);
		const before = await sentBy(chain);
		await chain.control("hardhat_setNextBlockBaseFeePerGas", [`0x${(10n ** 12n).toString(16)}`]);
		await chain.control("hardhat_mine", ["0x1"]);
		// The registry's block is found by halving, at the earliest the one in which it was deployed.
		const tried: string[] = [];
		chain.answer = ({ method }) => {
			if (method === "eth_estimateGas") tried.push(method);
			return undefined;
		};
		const { block, ...again } = await deploy(chain);
		// What is there is not even tried.
		expect(tried).toEqual([]);
		expect({ ...again, block: first.block }).toEqual(first);
		expect(block).toBeGreaterThan(first.block);
		expect(await sentBy(chain)).toBe(before);
	});

	test("waits for what an earlier call has sent, instead of sending it again", async () => {
		await chain.control("evm_setAutomine", [false]);
		const home = newHome();
		await expect(deploy(chain, { home, mostWait: HASTY })).rejects.toThrow(/has not been mined/);
		await expect(deploy(chain, { home, mostWait: HASTY })).rejects.toThrow(/waits to be mined/);
		await chain.control("evm_setAutomine", [true]);
		await chain.control("hardhat_mine", ["0x1"]);
		const { contracts } = await planPublic(CHOICE);
		await deploy(chain, { home });
		expect(await sentBy(chain)).toBe(1 + contracts.length);
	});

	test("has the same addresses on chains of other numbers, blocks and rules", async () => {
		const other = await PretendedChain.open({ chainId: 10, secondsPerBlock: 12, hardfork: "prague" });
		try {
			await other.control("hardhat_setBalance", [account.address, TEN_ETHER]);
			const [here, there] = [await deploy(chain), await deploy(other)];
			expect({ ...there, chainId: here.chainId, block: here.block }).toEqual(here);
		} finally {
			await other.close();
		}
	});

	test("costs about what the plan says, and not more", async () => {
		const choice: PublicChoice = { ...CHOICE, beside: BESIDE, governor: account.address };
		const { report } = await reportPlan(await chain.connect(), choice, { mostInFlight: 64 });
		const used = new Map<string, number>();
		const hashes: Hex[] = [];
		chain.answer = ({ method, params }) => {
			if (method === "eth_sendRawTransaction") hashes.push((params as [Hex])[0]);
			return undefined;
		};
		await deploy(chain, { choice });
		for (const raw of hashes) {
			const receipt = await chain.control("eth_getTransactionReceipt", [keccak256(raw)]);
			used.set(parseTransaction(raw).data ?? "0x", Number((receipt as { gasUsed: Hex }).gasUsed));
		}
		const { contracts } = await planPublic(choice);
		for (const [i, { name, creation }] of contracts.entries()) {
			const gas = [...used].find(([data]) => data.endsWith(creation.slice(2)))?.[1] ?? 0;
			expect(report.contracts[i].gas, `${name} ${gas}`).toBeGreaterThanOrEqual(gas);
			expect(report.contracts[i].gas, `${name} ${gas}`).toBeLessThan(1.35 * gas + 200_000);
		}
	});

	test("is found by its market alone, with what stands beside it", async () => {
		const home = newHome();
		const choice: PublicChoice = { ...CHOICE, beside: BESIDE };
		const { beside, governance, ceremony, keys, ...deployed } = await deploy(chain, { home, choice });
		expect([governance, ceremony, keys]).toEqual([null, null, "development"]);
		const connection = await chain.connect();
		expect(await findDeployment(connection, deployed.market, { fromBlock: deployed.block })).toEqual(
			deployed,
		);
		const view = await openView({ home: home.folder, rpc: chain.url });
		const [grids, bounties, network, attesters] = [
			await openGrids(view),
			await openBounties(view),
			await openNetwork(view),
			await openAttesters(view),
		];
		expect({
			grid: grids.grid.address,
			beacon: network.beacon.address,
			bounties: bounties.bounties.address,
			workers: network.workers.address,
			jobs: network.jobs.address,
			operators: attesters.operators.address,
			attestations: attesters.attestations.address,
		}).toEqual(beside);
	});

	test("is governed as was chosen, and found by its directory", async () => {
		const guardian: Hex = `0x${"6a".repeat(20)}`;
		const choice: PublicChoice = { ...CHOICE, governor: account.address.toLowerCase() as Hex, guardian };
		const { market, governance, block } = await deploy(chain, { choice });
		const { reader } = await chain.connect();
		const directory = governance!.directory;
		const stopper = await reader.readContract({ address: market, abi: marketAbi, functionName: "guardian" });
		expect(stopper.toLowerCase()).toBe(directory);
		const roles = { address: governance!.governance, abi: governanceAbi, functionName: "hasRole" } as const;
		expect(await reader.readContract({ ...roles, args: [1n, account.address] })).toEqual([true, 0]);
		expect(await reader.readContract({ ...roles, args: [2n, guardian] })).toEqual([true, 0]);
		expect(await reader.readContract({ ...roles, args: [0n, account.address] })).toEqual([false, 0]);
		expect(await reader.readContract({ ...roles, args: [0n, governance!.timelock] })).toEqual([true, 0]);
		const connection = await chain.connect();
		await expect(findDeployment(connection, directory, { fromBlock: block })).rejects.toThrow(
			/names no deployment/,
		);
		await expect(currentMarket(connection.reader, directory)).rejects.toThrow(/names no deployment/);
		const signer = signerFor(connection, account);
		const none = `0x${"00".repeat(20)}` as const;
		const beside = { grid: none, jobs: none, bounties: none, attestations: none };
		await signer.wallet.writeContract({
			address: directory,
			abi: directoryAbi,
			functionName: "publish",
			args: [{ market, ...beside, from: 0 }],
		});
		expect((await findDeployment(connection, directory, { fromBlock: block })).market).toBe(market);
		expect((await currentMarket(connection.reader, directory)).toLowerCase()).toBe(market);
	});

	test("takes the verifiers of the keys that it is given, and notices other code", async () => {
		const { bytecode } = await readArtifact("DotVerifier");
		// Another key: a point's first bytes are others.
		const creationCode = bytecode.replace("23f031928baa948078939558efc37e55", "00".repeat(16)) as Hex;
		expect(creationCode).not.toBe(bytecode);
		const runtime = (await chain.control("eth_call", [{ data: creationCode }])) as Hex;
		const withHash = (runtimeCodeHash: Hex): PublicChoice => {
			const { name } = { name: "DotVerifier" };
			const given = {
				name,
				source: "",
				creationCode,
				creationCodeHash: keccak256(creationCode),
				runtimeCodeHash,
			};
			const files = { r1cs: "", wasm: "", zkey: "" };
			const circuit = { files, checksums: files, verificationKey: {} as never, verifier: given };
			const elements = {
				...circuit,
				verifier: { ...given, creationCode: elementsCode, runtimeCodeHash: elementsHash },
			};
			const about = { fingerprint: "0x01" as const, isRehearsal: false, contributors: [], beacon: "round 1" };
			return { ...CHOICE, ceremony: { ...about, circuits: { dot: circuit, elements } } };
		};
		const elementsCode = (await readArtifact("ElementsVerifier")).bytecode;
		const elementsHash = keccak256((await chain.control("eth_call", [{ data: elementsCode }])) as Hex);
		const usual = await planPublic(CHOICE);
		const deployed = await deploy(chain, { choice: withHash(keccak256(runtime)) });
		expect(deployed.dotVerifier).not.toBe(usual.core.dotVerifier);
		expect(deployed.elementsVerifier).toBe(usual.core.elementsVerifier);
		expect(deployed.market).not.toBe(usual.core.market);
		expect(deployed.ceremony).toEqual({ fingerprint: "0x01", beacon: "round 1" });
		await expect(deploy(chain, { choice: withHash(keccak256("0x00")) })).rejects.toThrow(
			/is not DotVerifier/,
		);
		const connection = await chain.connect();
		const { contracts } = await planPublic(withHash(keccak256(runtime)));
		await verifyContracts(connection, contracts);
		const verifiers = { DotVerifier: keccak256(runtime), ElementsVerifier: elementsHash };
		const { fromBlock } = { fromBlock: deployed.block };
		const found = await findDeployment(connection, deployed.market, { fromBlock, verifiers });
		expect(found.dotVerifier).toBe(deployed.dotVerifier);
		await expect(findDeployment(connection, deployed.market, { fromBlock })).rejects.toThrow(
			/is not the DotVer/,
		);
		const others = { ...verifiers, ElementsVerifier: keccak256("0x00") };
		await expect(
			findDeployment(connection, deployed.market, { fromBlock, verifiers: others }),
		).rejects.toThrow(/is not that of the ceremony's keys/);
		const { market } = deployed;
		const code = (await chain.control("eth_getCode", [market])) as Hex;
		const bent = `${code.slice(0, 2000)}${code[2000] === "0" ? "1" : "0"}${code.slice(2001)}`;
		await chain.control("hardhat_setCode", [market, bent]);
		await expect(verifyContracts(connection, contracts)).rejects.toThrow(/is not Market/);
	});
});
