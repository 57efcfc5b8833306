import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import { keccak256, toHex } from "viem";
import { expect, test } from "vitest";
import {
	certificateOf,
	chain,
	deployer,
	eigenPerTest,
	epochNow,
	infoOf,
	mocks,
	operators,
	rowsOf,
	someone,
	table,
} from "./eigen-play.ts";

eigenPerTest();

/** What docs/attesters.md says that a move costs at most. */
async function documented(): Promise<(move: string) => number> {
	const text = await readFile(join(projectRoot, "docs", "attesters.md"), "utf8");
	const rows = text.split("\n").map((line) => line.slice(2, -2).split(" | "));
	return (move) => Number(rows.find(([name]) => name === move)![1]);
}

test("what an epoch's table and its certificate cost is what the document says", async () => {
	const most = await documented();
	const rows = rowsOf(...new Array<bigint>(100).fill(10n));
	const time = await table(rows);
	const opened = await operators.send(someone, "open", [rows.map(infoOf)]);
	await mocks.send(deployer, "allow", [operators.address], {
		at: (await chain.time()) + ATTESTERS.epochSeconds,
	});
	const again = await operators.send(someone, "open", [rows.map(infoOf)]);
	const statement = keccak256(toHex("statement"));
	const certificate = await certificateOf(
		time,
		statement,
		Array.from({ length: 10 }, (_, i) => i),
	);
	const certified = await operators.send(someone, "certify", [await epochNow(), statement, certificate]);
	if (process.env.SHOW_GAS !== undefined) console.log(opened.gas, again.gas, certified.gas);
	expect(opened.gas).toBeLessThanOrEqual(most("open: a table of 100"));
	expect(again.gas).toBeLessThanOrEqual(most("open: the same 100 again"));
	expect(certified.gas).toBeLessThanOrEqual(most("certify: 90 of 100, without the verifier"));
});
