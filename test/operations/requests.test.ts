import { type LoadedProgram, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { postRequest, type RequestOptions, requestResult } from "@umpire/actors/requester.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import type { World } from "@umpire/actors/world.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { getClaim, getRequest } from "@umpire/chain/contracts.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { travel } from "@umpire/chain/time.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countEvents, type Fixture, opponents, playUntil, setUpFixture } from "./fixture.ts";

let connection: Connection;
let fixture: Fixture;
let loaded: LoadedProgram;
let requester: World;
let said: string[];
const progress = (line: string) => said.push(line);

beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	requester = await fixture.world("requester");
	loaded = await loadRegistered(requester, "1");
	said = [];
});
afterEach(async () => {
	await connection.close();
	await fixture.close();
});

async function ask(terms: Partial<RequestOptions>): Promise<number> {
	const inputs = loaded.program.inputs.map(({ shape, width }) => emptyElements(width, elementCount(shape)));
	const options = { fee: "0.01", within: 5_000, ...terms };
	return (await postRequest(requester, loaded, inputs, options)).request;
}

const claimsOf = async (request: number): Promise<number> =>
	Number((await getRequest(fixture.contracts, BigInt(request))).liveClaim);

describe("a submitter", () => {
	it("leaves a request alone that asks somebody else, and takes it when that is over", async () => {
		const only = localAccount("second-submitter").address;
		const request = await ask({ submitter: only, exclusiveFor: 1_000 });
		const stranger = await submitter(await fixture.world("submitter"), "1", { progress });
		for (let i = 0; i < 4; i++) await stranger.tick();
		expect(await claimsOf(request)).toBe(0);
		await travel(connection, 1_001n);
		for (let i = 0; i < 4; i++) await stranger.tick();
		expect(await claimsOf(request)).not.toBe(0);
	});

	it("answers a request that asks it alone", async () => {
		const own = await fixture.world("second-submitter");
		const request = await ask({ submitter: own.signer.account.address });
		const asked = await submitter(own, "1", { progress });
		for (let i = 0; i < 4; i++) await asked.tick();
		const claim = await claimsOf(request);
		expect((await getClaim(fixture.contracts, BigInt(claim))).submitter).toBe(own.signer.account.address);
	});

	it("commits to a claim on a sealed request, makes it later, and after a restart the same", async () => {
		const request = await ask({ sealed: true });
		const world = await fixture.world("second-submitter");
		const first = await submitter(world, "1", { progress });
		for (let i = 0; i < 20 && (await countEvents(fixture.contracts)).ClaimCommitted === undefined; i++) {
			await first.tick();
		}
		expect(said.filter((line) => line.startsWith(`Committed to a claim on the sealed request`))).toHaveLength(
			1,
		);
		expect(await claimsOf(request)).toBe(0);
		const again = await submitter(await fixture.world("second-submitter"), "1", { progress });
		for (let i = 0; i < 10; i++) await again.tick();
		expect(await claimsOf(request)).not.toBe(0);
		expect((await countEvents(fixture.contracts)).ClaimCommitted).toBe(1);
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
		const liar = await fixture.world("submitter");
		const [lie, guard] = await opponents(liar, await fixture.world("verifier"));
		// The request that the table begins with.
		await playUntil(fixture, [lie, guard], 1n, CLAIM_STATUS.rejected);
		const waiting = requestResult(requester, "1", { ...options, submitter: liar.signer.account.address });
		await playUntil(fixture, [lie, guard], 2n, CLAIM_STATUS.rejected);
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

it("tells whoever names no input that the fee pays for numbers that are drawn", async () => {
	const warned: string[] = [];
	const warn = (line: string) => warned.push(line);
	const signal = new AbortController().signal;
	const options = { fee: "0.05", within: 5_000, wait: false, signal, progress, warn };
	await requestResult(requester, "1", options);
	expect(warned).toEqual([expect.stringMatching(/^No input was named: .* numbers that are drawn\.$/)]);
});
