import type { Hex } from "@umpire/commitment/constants.ts";
import type { Abi, ContractFunctionParameters } from "viem";
import type { Contracts } from "./contracts.ts";
import { explainReading } from "./revert.ts";
import type { Contract, Getter, GetterArguments, Got } from "./send.ts";

/**
 * Bytes of calldata in one call, 36 for a getter: what they return together is, for a call without a contract, limited
 * like the code of a contract, to 24,576 bytes.
 */
const BATCH_BYTES = 1024;

/** Calls to contracts that are made together: 28 of them are one `eth_call`. */
export class Batch {
	readonly #on: Contracts;
	readonly #calls: ContractFunctionParameters[] = [];
	readonly #takers: ((result: unknown) => void)[] = [];

	constructor(on: Contracts) {
		this.#on = on;
	}

	/** Adds a call; `take` gets what it returns. */
	add<const A extends Abi, F extends Getter<A>>(
		contract: Contract<A>,
		functionName: F,
		args: GetterArguments<A, F>,
		take: (result: Got<A, F>) => void,
	): void {
		this.#calls.push({ ...contract, functionName, args } as unknown as ContractFunctionParameters);
		this.#takers.push(take as (result: unknown) => void);
	}

	/**
	 * Makes all calls in the state of one block.
	 *
	 * @param at the block's hash; the newest by default
	 * @throws ChainError (to be tried again) if any of them fails
	 */
	async run(at: Hex | undefined): Promise<void> {
		if (this.#calls.length === 0) return;
		const block = at === undefined ? {} : { blockHash: at };
		const contracts = this.#calls;
		const options = { deployless: true, batchSize: BATCH_BYTES, allowFailure: false } as const;
		const results = await this.#on.connection.reader
			.multicall({ contracts, ...options, ...block })
			.catch((error: unknown) => {
				throw explainReading(error, "the contracts' state");
			});
		for (const [i, result] of (results as readonly unknown[]).entries()) this.#takers[i](result);
	}
}
