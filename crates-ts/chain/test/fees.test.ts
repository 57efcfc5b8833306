import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Connection, signerFor } from "../src/connection.ts";
import { connectPrivate } from "../src/private-chain.ts";
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

/** What waits to be mined. */
const pool = async () =>
	(await request("eth_pendingTransactions")) as { maxFeePerGas: Hex; maxPriorityFeePerGas: Hex }[];

/** A signer that tells what it warns of. */
function signer(policy: { patience: number; mostWait: number; mostPerGas?: bigint; mostPerMove?: bigint }) {
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
		expect(failure).toBeInstanceOf(UmpireError);
		expect((failure as UmpireError).retryable).toBe(true);
		expect(told[0]).toMatch(/waits: gas costs .* gwei, --max-fee-gwei allows 0.000000007/);
	});

	it("costs no more than what is at stake, where no price of gas is named", async () => {
		await request("evm_setAutomine", false);
		const limit = ((await chain.reader.estimateGas({ account, data: "0x00" })) * 12n) / 10n + 20_000n;
		const bounded = signer({ patience: 50, mostWait: 300, mostPerMove: 7n * limit });
		await expect(sendDeployment(bounded.signer, "Nothing", "0x00")).rejects.toThrow(/has not been mined/);
		expect(bounded.told[0]).toMatch(
			/waits: gas costs .* gwei, from 0.000000007 on it costs more than the bond at stake/,
		);
		const waiting = await pool();
		expect(BigInt(waiting.at(-1)!.maxFeePerGas)).toBe(7n);
		expect(BigInt(waiting.at(-1)!.maxPriorityFeePerGas)).toBeLessThanOrEqual(7n);
	});
});
