import { mnemonicToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connectPrivate, signerFor } from "../src/connection.ts";
import { UserError } from "../src/errors.ts";
import { sendDeployment } from "../src/send.ts";

const account = mnemonicToAccount("test test test test test test test test test test test junk");
let chain: Connection;
const request = (method: string, ...params: unknown[]) =>
	(chain.reader.request as (args: { method: string; params: unknown[] }) => Promise<unknown>)({
		method,
		params,
	});
const nonce = () => chain.reader.getTransactionCount({ address: account.address });

beforeAll(async () => {
	chain = await connectPrivate();
});
afterEach(async () => {
	await request("evm_setAutomine", true);
});
afterAll(() => chain.close());

/** A signer that tells what it warns of. */
function signer(policy: { patience: number; mostWait: number; mostPerGas?: bigint }) {
	const told: string[] = [];
	let heard: () => void = () => {};
	const warned = new Promise<void>((resolve) => {
		heard = resolve;
	});
	const warn = (line: string) => {
		told.push(line);
		heard();
	};
	return { told, warned, signer: signerFor(chain, account, { ...policy, warn }) };
}

describe("a transaction that is not mined", () => {
	it("is replaced by one with higher fees and the same nonce", async () => {
		await request("evm_setAutomine", false);
		const before = await nonce();
		const { signer: sender, told, warned } = signer({ patience: 50, mostWait: 60_000 });
		const sending = sendDeployment(sender, "Nothing", "0x00");
		await warned;
		expect(told[0]).toMatch(/deploying Nothing has not been mined .* raising its fee/);
		await request("evm_mine");
		expect(await sending).toMatch(/^0x/);
		expect(await nonce()).toBe(before + 1);
	});

	it("because of the bound on fees is told of and left for later", async () => {
		await request("evm_setAutomine", false);
		const { signer: sender, told } = signer({ patience: 50, mostWait: 300, mostPerGas: 7n });
		const failure = await sendDeployment(sender, "Nothing", "0x00").catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(UserError);
		expect((failure as UserError).retry).toBe(true);
		expect(told[0]).toMatch(/waits: gas costs .* gwei, --max-fee-gwei allows 0.000000007/);
	});
});
