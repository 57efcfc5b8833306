import { postRequest, type RequestOptions, requestResult } from "@umpire/actors/requester.ts";
import { loadServed, type Served } from "@umpire/actors/served.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import type { World } from "@umpire/actors/world.ts";
import { type Connection, connectPrivate } from "@umpire/chain/connection.ts";
import { getClaim, getRequest } from "@umpire/chain/contracts.ts";
import { travel } from "@umpire/chain/time.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countEvents, opponents, playUntil, setTable, type Table } from "./table.ts";

let connection: Connection;
let table: Table;
let served: Served;
let requester: World;
let said: string[];
const progress = (line: string) => said.push(line);

beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	table = await setTable(connection);
	requester = await table.world("requester");
	served = await loadServed(requester, "1");
	said = [];
});
afterEach(async () => {
	await connection.close();
	await table.close();
});

async function ask(terms: Partial<RequestOptions>): Promise<number> {
	const inputs = served.program.inputs.map(({ shape, width }) => emptyElements(width, elementCount(shape)));
	const options = { fee: "0.01", within: 5_000, ...terms };
	return (await postRequest(requester, served, inputs, options)).request;
}

const claimsOf = async (request: number): Promise<number> =>
	Number((await getRequest(table.contracts, BigInt(request))).liveClaim);

describe("a submitter", () => {
	it("leaves a request alone that asks somebody else, and takes it when that is over", async () => {
		const only = localAccount("second-submitter").address;
		const request = await ask({ submitter: only, exclusiveFor: 1_000 });
		const stranger = await submitter(await table.world("submitter"), "1", { progress });
		for (let i = 0; i < 4; i++) await stranger.tick();
		expect(await claimsOf(request)).toBe(0);
		await travel(connection, 1_001n);
		for (let i = 0; i < 4; i++) await stranger.tick();
		expect(await claimsOf(request)).not.toBe(0);
	});

	it("answers a request that asks it alone", async () => {
		const own = await table.world("second-submitter");
		const request = await ask({ submitter: own.signer.account.address });
		const asked = await submitter(own, "1", { progress });
		for (let i = 0; i < 4; i++) await asked.tick();
		const claim = await claimsOf(request);
		expect((await getClaim(table.contracts, BigInt(claim))).submitter).toBe(own.signer.account.address);
	});

	it("commits to a claim on a sealed request, makes it later, and after a restart the same", async () => {
		const request = await ask({ sealed: true });
		const world = await table.world("second-submitter");
		const first = await submitter(world, "1", { progress });
		for (let i = 0; i < 20 && (await countEvents(table.contracts)).ClaimCommitted === undefined; i++) {
			await first.tick();
		}
		expect(said.filter((line) => line.startsWith(`Committed to a claim on the sealed request`))).toHaveLength(
			1,
		);
		expect(await claimsOf(request)).toBe(0);
		const again = await submitter(await table.world("second-submitter"), "1", { progress });
		for (let i = 0; i < 10; i++) await again.tick();
		expect(await claimsOf(request)).not.toBe(0);
		expect((await countEvents(table.contracts)).ClaimCommitted).toBe(1);
	});
});

describe("a requester", () => {
	const options: RequestOptions = {
		fee: "0.01",
		within: 5_000,
		wait: true,
		signal: new AbortController().signal,
		progress: () => {},
		warn: () => {},
	};

	it("that waits is told when its request ends without a result", async () => {
		const liar = await table.world("submitter");
		const [lie, guard] = await opponents(liar, await table.world("verifier"));
		// The request that the table begins with.
		await playUntil(table, [lie, guard], 1n, CLAIM_STATUS.rejected);
		const waiting = requestResult(requester, "1", { ...options, submitter: liar.signer.account.address });
		await playUntil(table, [lie, guard], 2n, CLAIM_STATUS.rejected);
		expect((await waiting).status).toBe("refunded");
	});

	it.each<[string, Partial<RequestOptions>, RegExp]>([
		["an address that is none", { submitter: "0x12" }, /--submitter 0x12 is no address/],
		["an exclusivity of nobody", { exclusiveFor: 10 }, /name it with --submitter/],
		[
			"an exclusivity that outlasts the request",
			{ submitter: `0x${"11".repeat(20)}`, exclusiveFor: 5_001 },
			/from 1 to 5000/,
		],
		["a sealed request to one alone", { submitter: `0x${"11".repeat(20)}`, sealed: true }, /leave one out/],
	])("is told of %s", async (_, terms, error) => {
		await expect(requestResult(requester, "1", { ...options, ...terms })).rejects.toThrow(error);
	});
});
