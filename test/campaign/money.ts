import { owedTo } from "@umpire/chain/contracts.ts";
import { eventsOf } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, decodeFunctionData } from "viem";
import type { PlayedChain } from "./chain.ts";
import type { Fixture } from "./fixture.ts";

/** What an account holds and can withdraw, in wei. Nothing is locked where all is decided. */
export type Money = ReadonlyMap<Hex, bigint>;

export async function chainMoney(
	{ connection }: PlayedChain,
	{ contracts }: Fixture,
	accounts: readonly Hex[],
): Promise<Money> {
	const money = new Map<Hex, bigint>();
	for (const address of accounts) {
		money.set(
			address,
			(await connection.reader.getBalance({ address })) + (await owedTo(contracts, address)),
		);
	}
	return money;
}

const GIVEN_UP = "give a nonce up";

/** A mined transaction of an honest account. */
export interface HonestMove {
	readonly by: Hex;
	readonly name: string;
	/** Dispute or claim that it is about, as its first argument says, or its event if it is a challenge. */
	readonly about: number;
	readonly cost: bigint;
	readonly failed: boolean;
}

/** All that accounts sent, as it stands on the chain in the end. */
export async function honestMoves(
	{ connection }: PlayedChain,
	{ contracts }: Fixture,
	accounts: readonly Hex[],
): Promise<HonestMove[]> {
	const { market, court, deployment } = contracts;
	const abi: Abi = [...market.abi, ...court.abi];
	const known = new Set(accounts.map((address) => address.toLowerCase()));
	const moves: HonestMove[] = [];
	const last = await connection.reader.getBlockNumber();
	for (let blockNumber = deployment.block; blockNumber <= last; blockNumber++) {
		const { transactions } = await connection.reader.getBlock({ blockNumber, includeTransactions: true });
		for (const { hash, from, input } of transactions) {
			if (!known.has(from.toLowerCase())) continue;
			const receipt = await connection.reader.getTransactionReceipt({ hash });
			// Nothing is called where a nonce is given up.
			const { functionName, args = [] } =
				input === "0x" ? { functionName: GIVEN_UP } : decodeFunctionData({ abi, data: input });
			const challenged = eventsOf(abi, receipt.logs).find(({ name }) => name === "Challenged");
			const about = challenged?.name === "Challenged" ? challenged.args.dispute : args[0];
			moves.push({
				by: from,
				name: functionName,
				about: Number(typeof about === "bigint" || typeof about === "number" ? about : 0),
				cost: receipt.gasUsed * receipt.effectiveGasPrice,
				failed: receipt.status !== "success",
			});
		}
	}
	return moves;
}

/** Moves in a dispute whose gas the reward of whoever wins it pays for. */
const IN_DISPUTE = new Set(["challenge", "enter", "descend", "name", "settle", "timeout"]);

/**
 * What an honest account may lose, in wei: gas of moves that nobody pays back.
 *
 * - Whoever sends it: gas of transactions that the contracts refuse, because somebody else came first, and of nonces that are given up after a loss.
 * - A submitter: nothing else. Fees cover claims, finalisations and withdrawals (it serves nothing cheaper), bonds of
 *   challengers and demanders cover answers.
 * - A verifier: gas of disputes that it did not win, since somebody else brought the claim down first (its bond comes
 *   back, `reclaim`), and of demands for inputs; and the bonds of demands that were answered.
 *
 * @param won the disputes that brought a claim down
 * @param answered bonds of the account's demands that were paid to whoever answered
 */
export function bound(
	moves: readonly HonestMove[],
	account: Hex,
	seat: "submitter" | "verifier",
	won: ReadonlySet<number>,
	answered: bigint,
): bigint {
	let sum = answered;
	for (const { by, name, about, cost, failed } of moves) {
		if (by.toLowerCase() !== account.toLowerCase()) continue;
		const isLost = seat === "verifier" && IN_DISPUTE.has(name) && !won.has(about);
		const isUnpaid = seat === "verifier" && /reclaim|demandInput|timeoutInput|withdraw/.test(name);
		if (failed || isLost || isUnpaid || name === GIVEN_UP) sum += cost;
	}
	return sum;
}
