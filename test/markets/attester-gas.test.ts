import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { bitOf } from "@umpire/markets/attester-state.ts";
import { expect, test } from "vitest";
import { type AttesterPlay, attestersPerTest } from "./attester-play.ts";

let play: AttesterPlay;
attestersPerTest((fresh) => {
	play = fresh;
});

/** What docs/attesters.md says that a move costs at most. */
async function most(move: string): Promise<number> {
	const text = await readFile(join(projectRoot, "docs", "attesters.md"), "utf8");
	const row = text.split("\n").find((line) => line.startsWith(`| ${move} |`))!;
	return Number(row.split(" | ")[1].replace(" |", ""));
}

test("what registering and attesting cost is what the document says, whether few sign or nearly all", async () => {
	await play.enlist(...new Array<bigint>(4).fill(10_000n));
	await play.attest(await play.claim(), [0, 1, 2]);
	if (process.env.SHOW_GAS !== undefined) console.log(Object.fromEntries(play.gas));
	expect(play.gas.get("registerOperator")).toBeLessThanOrEqual(await most("register"));
	expect(play.gas.get("attest")).toBeLessThanOrEqual(await most("attest: 3 of 4"));
});

test("a hundred operators are signed for at the price of those who are absent", async () => {
	const { chain } = play.stage;
	const many = Array.from(
		{ length: 100 },
		(_, i) => `0x${(0xabc000 + i).toString(16).padStart(40, "0")}` as const,
	);
	for (const account of many) await chain.animate(account);
	await play.enlist(10_000n);
	for (const [i, account] of many.entries()) await play.register(account, BigInt(1000 + i));
	play.nextEpoch(2);
	const claim = await play.claim();
	const signers = Array.from({ length: 90 }, (_, i) => bitOf(i + 1)).reduce((set, bit) => set | bit, 0n);
	await play.play(play.stranger, play.attestation(claim, signers), "attest many");
	if (process.env.SHOW_GAS !== undefined) console.log(play.gas.get("attest many"));
	expect(play.gas.get("attest many")).toBeLessThanOrEqual(await most("attest: 90 of 100"));
	expect(play.record(1).softAt).not.toBe(0);
});
