import { join } from "node:path";
import { deployTo, planFor } from "@umpire/actors/deploy-to.ts";
import { reportPlan } from "@umpire/actors/deployment/deploy-public.ts";
import { requireNoRehearsal } from "@umpire/actors/deployment/public-keys.ts";
import { planPublic } from "@umpire/actors/deployment/public-plan.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
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
} from "./deployment-fixture.ts";
import { PretendedChain } from "./pretended-chain.ts";

let chain: PretendedChain;
chainPerTest((opened) => {
	chain = opened;
});

const refusals = async (on: PretendedChain, choice = CHOICE) => {
	const { report } = await reportPlan(await on.connect(), choice, { mostInFlight: 64 });
	return report.refusals.map(({ found, advice }) => `${found}: ${advice}`);
};

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
			expect(await sentBy(chain)).toBe(0);
		}
	};

	test("without a finished ceremony, and with a rehearsal", async () => {
		expect(await refused()).toMatch(/development keys that anyone can forge.*--ceremony FOLDER/);
		expect(await refused({ ceremony: join(newHome().folder, "none") })).toMatch(/is not finished/);
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
		const parameters = { ...CHOICE.parameters, increment: 299, crowding: 0 };
		await expect(deploy(chain, { choice: { ...CHOICE, parameters } })).rejects.toThrow(
			/increment of 299 s .*crowding of 0 s/,
		);
		expect(await sentBy(chain)).toBe(0);
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
		await expect(deploy(chain)).rejects.toThrow(/deploying takes about .*: fund it/);
		expect(await sentBy(chain)).toBe(0);
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
