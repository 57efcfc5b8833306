import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directoryAbi } from "@umpire/abi/directory.ts";
import { governanceAbi } from "@umpire/abi/governance.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import { openAttesters } from "@umpire/actors/attesters/attester-contracts.ts";
import { openBounties } from "@umpire/actors/bounties/bounty-contracts.ts";
import { deployTo, planFor } from "@umpire/actors/deploy-to.ts";
import { carryOutPlan, reportPlan } from "@umpire/actors/deployment/deploy-public.ts";
import { requireNoRehearsal } from "@umpire/actors/deployment/public-keys.ts";
import { BESIDE, type PublicChoice, planPublic } from "@umpire/actors/deployment/public-plan.ts";
import { openGrids } from "@umpire/actors/grid/grid-contracts.ts";
import { openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { openView } from "@umpire/actors/world.ts";
import { buildContracts } from "@umpire/chain/build.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import { verifyContracts } from "@umpire/chain/contract-plan.ts";
import { findDeployment } from "@umpire/chain/find-deployment.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { currentMarket } from "@umpire/sdk/market.ts";
import { readStarted } from "@umpire/store/deployments.ts";
import { openHome } from "@umpire/store/home.ts";
import { keccak256, parseTransaction } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Failure, PretendedChain } from "./pretended-chain.ts";

const KEY: Hex = `0x${"5e".repeat(32)}`;
const account = privateKeyToAccount(KEY);
const CHOICE: PublicChoice = { preset: "mainnet", parameters: PRESETS.mainnet.parameters, blockSeconds: 12 };
const SEPOLIA = { chainId: 11_155_111, secondsPerBlock: 12 };
const TEN_ETHER = "0x8ac7230489e80000";
/** By default one call in so many fails, and every one that sends a transaction; all of them if UMPIRE_RUNS is given. */
const STRIDE = process.env.UMPIRE_RUNS === undefined ? 17 : 1;

let chain: PretendedChain;
let folder: string;
let homes = 0;
const newHome = () => openHome(join(folder, String(homes++)));

beforeAll(async () => {
	await buildContracts();
	folder = await mkdtemp(join(tmpdir(), "umpire-deployment-"));
	chain = await PretendedChain.open(SEPOLIA);
	await chain.control("hardhat_setBalance", [account.address, TEN_ETHER]);
});
beforeEach(() => chain.startAgain());
afterAll(async () => {
	await chain?.close();
	await rm(folder, { recursive: true, force: true });
});

/** Milliseconds that a transaction is waited for: on a node that is there, and on one that is not any more. */
const [PATIENT, HASTY] = [60_000, 40];

async function deploy(home = newHome(), choice = CHOICE, on = chain, mostWait = PATIENT) {
	const connection = await on.connect();
	const planned = await reportPlan(connection, choice, { mostInFlight: 64 });
	const signer = signerFor(connection, account, { mostWait });
	return carryOutPlan(home, signer, planned, { progress: () => {} });
}

const sent = async (on = chain) =>
	Number((await on.control("eth_getTransactionCount", [account.address])) as Hex);
const codes = async (choice: PublicChoice) => {
	const { contracts } = await planPublic(choice);
	return Promise.all(contracts.map(({ address }) => chain.control("eth_getCode", [address])));
};
const refusals = async (on: PretendedChain, choice = CHOICE) => {
	const { report } = await reportPlan(await on.connect(), choice, { mostInFlight: 64 });
	return report.refusals.map(({ found, advice }) => `${found}: ${advice}`);
};

describe("a deployment to a public chain", () => {
	test("ends in the same state whichever call of the node fails, and deploys nothing twice", async () => {
		const sending = new Set<number>();
		chain.answer = ({ method }) => {
			if (method === "eth_sendRawTransaction") sending.add(chain.calls);
			return undefined;
		};
		const expected = await deploy();
		const calls = chain.calls;
		const [transactions, code] = [await sent(), await codes(CHOICE)];
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
				await expect(deploy(home, CHOICE, chain, HASTY), `call ${at} ${how}`).rejects.toThrow();
				chain.fail(undefined);
				expect(await deploy(home), `call ${at} ${how}`).toEqual(expected);
				expect(await codes(CHOICE)).toEqual(code);
				expect(await sent(), `call ${at} ${how}`).toBe(transactions);
				expect(await readStarted(home, SEPOLIA.chainId, expected.market)).toBeUndefined();
			}
		}
	});

	test("is made once: again it sends nothing, from another home folder, whatever the chain has become", async () => {
		const first = await deploy();
		const before = await sent();
		await chain.control("hardhat_setNextBlockBaseFeePerGas", [`0x${(10n ** 12n).toString(16)}`]);
		await chain.control("hardhat_mine", ["0x1"]);
		// The registry's block is found by halving, at the earliest the one in which it was deployed.
		const { block, ...again } = await deploy();
		expect({ ...again, block: first.block }).toEqual(first);
		expect(block).toBeGreaterThan(first.block);
		expect(await sent()).toBe(before);
	});

	test("waits for what an earlier call has sent, instead of sending it again", async () => {
		await chain.control("evm_setAutomine", [false]);
		const home = newHome();
		await expect(deploy(home, CHOICE, chain, HASTY)).rejects.toThrow(/has not been mined/);
		await expect(deploy(home, CHOICE, chain, HASTY)).rejects.toThrow(/waits to be mined/);
		await chain.control("evm_setAutomine", [true]);
		await chain.control("hardhat_mine", ["0x1"]);
		const { contracts } = await planPublic(CHOICE);
		await deploy(home);
		expect(await sent()).toBe(1 + contracts.length);
	});

	test("has the same addresses on chains of other numbers, blocks and rules", async () => {
		const other = await PretendedChain.open({ chainId: 10, secondsPerBlock: 12, hardfork: "prague" });
		try {
			await other.control("hardhat_setBalance", [account.address, TEN_ETHER]);
			const [here, there] = [await deploy(), await deploy(newHome(), CHOICE, other)];
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
		await deploy(newHome(), choice);
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
		const { beside, governance, ceremony, ...deployed } = await deploy(home, choice);
		expect([governance, ceremony]).toEqual([null, null]);
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
		const { market, governance, block } = await deploy(newHome(), choice);
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
		const deployed = await deploy(newHome(), withHash(keccak256(runtime)));
		expect(deployed.dotVerifier).not.toBe(usual.core.dotVerifier);
		expect(deployed.elementsVerifier).toBe(usual.core.elementsVerifier);
		expect(deployed.market).not.toBe(usual.core.market);
		expect(deployed.ceremony).toEqual({ fingerprint: "0x01", beacon: "round 1" });
		await expect(deploy(newHome(), withHash(keccak256("0x00")))).rejects.toThrow(/is not DotVerifier/);
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

describe("a deployment is refused, before anything is sent,", () => {
	const options = () => ({ home: newHome().folder, rpc: chain.url, preset: "mainnet" as const });
	const refused = async (more: object = {}) => {
		process.env.UMPIRE_PRIVATE_KEY = KEY;
		try {
			return await deployTo(newHome(), { ...options(), ...more }, () => {}).then(
				() => "deployed",
				(error: Error) => error.message,
			);
		} finally {
			delete process.env.UMPIRE_PRIVATE_KEY;
			expect(await sent()).toBe(0);
		}
	};

	test("without a finished ceremony, and with a rehearsal", async () => {
		expect(await refused()).toMatch(/development keys that anyone can forge.*--ceremony FOLDER/);
		expect(await refused({ ceremony: join(folder, "none") })).toMatch(/is not finished/);
		const connection = await chain.connect();
		expect(() => requireNoRehearsal(connection, { isRehearsal: true })).toThrow(/is a rehearsal/);
		requireNoRehearsal(connection, { isRehearsal: false });
		// A plan says so, and the rest.
		const { refusals: found, contracts } = await planFor(options(), () => {});
		expect(found.map(({ found: what }) => what)).toEqual([expect.stringMatching(/development keys/)]);
		expect(contracts.map(({ deployed }) => deployed)).not.toContain(true);
	});

	test("where the chain lacks an opcode or a precompile that contracts need", async () => {
		const old = await PretendedChain.open({ ...SEPOLIA, hardfork: "shanghai" });
		try {
			expect(await refusals(old)).toEqual([expect.stringMatching(/does not have the opcodes of Cancun/)]);
		} finally {
			await old.close();
		}
		for (const number of [5, 6, 7, 8]) {
			for (const answer of ["0x", `0x${"0".repeat(63)}1`]) {
				const to = `0x${number.toString(16).padStart(40, "0")}`;
				chain.answer = ({ method, params }) =>
					method === "eth_call" && (params as [{ to?: Hex }])[0].to === to ? answer : undefined;
				expect(await refusals(chain), `${number} ${answer}`).toEqual([
					expect.stringContaining(`does not have precompile ${number}`),
				]);
			}
		}
	});

	test("where blocks are too slow for increments or crowding, too small for moves, or gas too dear for bonds", async () => {
		const ask = async (pretence: object, parameters = {}) => {
			const on = await PretendedChain.open({ ...SEPOLIA, ...pretence });
			try {
				return await refusals(on, { ...CHOICE, parameters: { ...CHOICE.parameters, ...parameters } });
			} finally {
				await on.close();
			}
		};
		expect(await ask({}, { increment: 300 })).toEqual([]);
		expect(await ask({}, { increment: 299 })).toEqual([
			expect.stringMatching(/increment of 299 s is too short.*--increment 300 or more/),
		]);
		expect(await ask({}, { crowding: 0 })).toEqual([expect.stringMatching(/crowding of 0 s is too short/)]);
		// Eight million gas a block: no room for two of the dearest contract, and too little for crowding.
		expect(await ask({ gasLimit: 8_000_000n }, { crowding: 3600 })).toEqual([
			expect.stringMatching(/A block takes 8000000 gas/),
		]);
		expect(await ask({ baseFee: 100_000_000_000n })).toEqual([]);
		expect(await ask({ baseFee: 110_000_000_000n })).toEqual([
			expect.stringMatching(
				/bonds cover gas up to 105.* gwei, and gas cost 11\d.*--bonds-at-gwei 2\d\d or more/,
			),
		]);
	});

	test("of which the account cannot pay the gas", async () => {
		await chain.control("hardhat_setBalance", [account.address, "0x1"]);
		await expect(deploy()).rejects.toThrow(/deploying takes about .*: fund it/);
		expect(await sent()).toBe(0);
	});

	test("of parts that do not go together", async () => {
		const guardian: Hex = `0x${"6a".repeat(20)}`;
		await expect(planPublic({ ...CHOICE, beside: ["grid"], guardian })).rejects.toThrow(/--guardian/);
		const { parameters } = PRESETS.rollup;
		const rollup = { ...CHOICE, preset: "rollup", parameters } as const;
		await expect(planPublic({ ...rollup, beside: ["jobs"] })).rejects.toThrow(/sequencer can choose/);
		await planPublic({ ...rollup, beside: ["attesters"] });
		// Without a governor the guardian stops requests itself; without a guardian nobody does.
		const guarded = await planPublic({ ...CHOICE, guardian });
		const free = await planPublic({ ...CHOICE, governor: guardian });
		const of = (planned: typeof guarded) => planned.contracts.find(({ name }) => name === "Market")!.creation;
		expect(of(guarded).endsWith(guardian.slice(2))).toBe(true);
		expect(of(free).endsWith("0".repeat(40))).toBe(true);
		expect(free.core.market).toBe((await planPublic(CHOICE)).core.market);
		const { report } = await reportPlan(
			await chain.connect(),
			{ ...CHOICE, beside: ["grid"], blockSeconds: 13 },
			{ mostInFlight: 64 },
		);
		expect(report.refusals.map(({ found }) => found)).toEqual([
			expect.stringMatching(/known before its round/),
		]);
	});
});
