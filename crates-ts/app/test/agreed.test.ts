import { jobsAbi } from "@umpire/abi/jobs.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import { tokenLedgerAbi } from "@umpire/abi/token-ledger.ts";
import { encodeFunctionData, type Hex, zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { objectionTo, type Shown } from "../src/wallet/agreed.ts";

const account = (digit: string): Hex => `0x${digit.repeat(40)}`;
const root = (digit: string): Hex => `0x${digit.repeat(64)}`;
const [OWN, OTHER, MARKET, JOBS, GRID] = ["a", "b", "1", "2", "3"].map(account) as [Hex, Hex, Hex, Hex, Hex];
const known = { chainId: 31_337, contracts: { market: MARKET, jobs: JOBS, grid: GRID } };

const NOBODY: Hex = zeroAddress;
const question = {
	...{ program: root("5"), inputsRoot: root("6"), deadline: "1700000000", consumer: NOBODY },
	...{ submitter: NOBODY, exclusiveUntil: "0", isSealed: false },
};
const shown: Shown = {
	...{ from: OWN, contract: "market", function: "request", args: [question], value: "10000000000000000" },
};
const requestOf = (by: Partial<typeof question>): Hex =>
	encodeFunctionData({ abi: marketAbi, functionName: "request", args: [{ ...question, ...by } as never] });
const right = {
	...{ to: MARKET, data: requestOf({}), value: shown.value, chainId: 31_337, from: OWN, gas: "100000" },
};

describe("a transaction that a server gives for the wallet", () => {
	it("is given on if it is what the page shows", async () => {
		expect(await objectionTo(right, shown, known)).toBeUndefined();
		const upper = { ...right, to: `0x${MARKET.slice(2).toUpperCase()}` as Hex };
		expect(await objectionTo(upper, shown, known)).toBeUndefined();
	});

	it("is not given on with another contract, chain, sender, amount, move or argument", async () => {
		const refund = encodeFunctionData({ abi: marketAbi, functionName: "refund", args: [1n] });
		const changes: readonly (readonly [Partial<typeof right>, RegExp])[] = [
			[{ to: OTHER }, /would call 0xbbbb/],
			[{ to: "" as Hex }, /would call/],
			[{ chainId: 1 }, /for chain 1, not 31337/],
			[{ from: OTHER }, /from 0xbbbb/],
			[{ value: "10000000000000001" }, /would pay/],
			[{ value: "99000000000000000000" }, /would pay 99 ETH, not 0.01 ETH/],
			[{ value: "-1" }, /would pay another amount/],
			[{ value: "1e30" }, /would pay another amount/],
			[{ data: refund }, /would refund, not request/],
			[{ data: "0x" }, /something else than request/],
			[{ data: `${right.data.slice(0, 200)}` as Hex }, /something else than request/],
			[{ data: requestOf({ consumer: OTHER }) }, /request something else/],
			[{ data: requestOf({ inputsRoot: root("7") }) }, /request something else/],
			[{ data: requestOf({ submitter: OTHER }) }, /request something else/],
		];
		for (const [change, objection] of changes) {
			expect(await objectionTo({ ...right, ...change }, shown, known), JSON.stringify(change)).toMatch(
				objection,
			);
		}
		expect(await objectionTo(right, { ...shown, contract: "elsewhere" }, known)).toMatch(/knows no contract/);
	});

	it("may have arguments that the page does not know, and no others", async () => {
		const ether: Hex = zeroAddress;
		const terms = {
			...{ program: root("5"), inputsRoot: root("6"), token: ether, reward: 7n, exposure: 70n },
			...{ workSeconds: 60, tries: 1 },
		};
		const jobOf = (by: Partial<typeof terms>) => ({
			...right,
			to: JOBS,
			data: encodeFunctionData({ abi: jobsAbi, functionName: "submit", args: [{ ...terms, ...by }] }),
		});
		const job: Shown = {
			...{ from: OWN, contract: "jobs", function: "submit", value: shown.value },
			args: [{ program: root("5"), inputsRoot: undefined, reward: "7", workSeconds: 60, tries: 1 }],
		};
		expect(await objectionTo(jobOf({ inputsRoot: root("9") }), job, known)).toBeUndefined();
		expect(await objectionTo(jobOf({ reward: 8n }), job, known)).toMatch(/submit something else/);
		expect(await objectionTo(jobOf({ program: root("8") }), job, known)).toMatch(/submit something else/);
	});

	it("pays what is owed to nobody else", async () => {
		const payTo = (recipient: Hex) => ({
			...{ ...right, to: GRID, value: "0" },
			data: encodeFunctionData({
				...{ abi: tokenLedgerAbi, functionName: "withdrawTo", args: [zeroAddress, recipient] },
			} as never),
		});
		const move: Shown = {
			...{ from: OWN, contract: "grid", function: "withdrawTo", value: "0", args: [zeroAddress, OWN] },
		};
		expect(await objectionTo(payTo(OWN), move, known)).toBeUndefined();
		expect(await objectionTo(payTo(OTHER), move, known)).toMatch(/withdrawTo something else/);
	});
});
