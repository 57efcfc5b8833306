import type { Contracts } from "@umpire/chain/contracts.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import { explain } from "@umpire/chain/revert.ts";
import type { Call } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Unsigned } from "@umpire/indexer/answers.ts";
import { encodeFunctionData, getAddress } from "viem";

/**
 * A transaction for a wallet to sign and send. It was simulated on the newest block.
 *
 * @throws ChainError or RevertError if the contract refuses it, or the account cannot pay
 */
export async function unsignedFor({ connection }: Contracts, from: Hex, call: Call): Promise<Unsigned> {
	const { contract, functionName, args = [], value = 0n } = call;
	const { abi, address: to } = contract;
	const data = encodeFunctionData({ abi, functionName, args } as Parameters<typeof encodeFunctionData>[0]);
	try {
		// Not every node looks at balances when it simulates.
		const balance = await connection.reader.getBalance({ address: from });
		if (balance < value) {
			throw new ChainError(`The account ${from} holds ${balance} wei, and ${functionName} takes ${value}`, {
				advice: "fund it.",
			});
		}
		await connection.reader.simulateContract({
			...{ abi, address: to, functionName, args, value, account: from },
		} as unknown as Parameters<typeof connection.reader.simulateContract>[0]);
		const gas = await connection.reader.estimateGas({ account: from, to, data, value });
		return {
			to: getAddress(to),
			data,
			value: String(value),
			chainId: connection.chain.id,
			from: getAddress(from),
			gas: String(gas),
		};
	} catch (error) {
		throw explain(error, functionName);
	}
}
