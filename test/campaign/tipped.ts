import type { Connection } from "@umpire/chain/connection.ts";
import type { Call } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { encodeFunctionData, numberToHex } from "viem";

/** Wei per gas above what honest parties pay: the adversary's moves come first. */
const TIP = 3_000_000_000n;

/** Has the node sign and send a call of one of its accounts. Whether it was sent: what would be refused is not. */
export async function sendTipped(
	connection: Connection,
	{ contract, functionName, args = [], value = 0n }: Call,
	from: Hex,
): Promise<boolean> {
	const data = encodeFunctionData({ abi: contract.abi, functionName, args } as never);
	const call = { from, to: contract.address, data, value: numberToHex(value) };
	const request = connection.reader.request as unknown as (args: {
		method: string;
		params: readonly unknown[];
	}) => Promise<unknown>;
	try {
		const gas = BigInt((await request({ method: "eth_estimateGas", params: [call, "pending"] })) as Hex);
		const maxPriorityFeePerGas = numberToHex(TIP);
		const fees = { maxPriorityFeePerGas, maxFeePerGas: numberToHex(100n * TIP) };
		const sent = { ...call, ...fees, gas: numberToHex((gas * 13n) / 10n) };
		await request({ method: "eth_sendTransaction", params: [sent] });
		return true;
	} catch {
		return false;
	}
}
