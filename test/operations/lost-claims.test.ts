import { rm } from "node:fs/promises";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { type Connection, connectPrivate } from "@umpire/chain/connection.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countEvents, opponents, setTable, type Table } from "./table.ts";

let connection: Connection;
let table: Table;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	table = await setTable(connection);
});
afterEach(async () => {
	await table.close();
	await connection.close();
});

describe("a submitter whose claimed trace is lost", () => {
	it("sends nothing of another trace that it computes instead, and says so once", async () => {
		const [liar, guard] = await opponents(await table.world("submitter"), await table.world("verifier"));
		for (let round = 0; round < 50 && !(await countEvents(table.contracts)).Challenged; round++) {
			for (const actor of [liar, guard]) await actor.tick();
		}
		expect(await countEvents(table.contracts)).toMatchObject({ Claimed: 1, Challenged: 1 });
		await rm(table.home.path("claimed"), { recursive: true });
		const { address } = localAccount("submitter");
		const before = await connection.reader.getTransactionCount({ address });
		const lines: string[] = [];
		const honest = await submitter(await table.world("submitter"), "1", {
			progress: (line) => lines.push(line),
		});
		for (let round = 0; round < 20; round++) await honest.tick();
		expect(await connection.reader.getTransactionCount({ address })).toBe(before);
		expect(
			lines.filter((line) => /^dispute 1: the trace computed here is .*Restore/.test(line)),
		).toHaveLength(1);
	});
});
