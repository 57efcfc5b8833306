import { arbiterAbi } from "@umpire/abi/arbiter.ts";
import type { Case, Settlement } from "@umpire/game/move.ts";
import { headerToAbi } from "@umpire/operators/program-commitment.ts";
import type { Connection } from "./connection.ts";
import type { Deployment } from "./contracts.ts";
import { explain, revertName } from "./revert.ts";

/** What the arbiter contract says of a settlement. */
export type Judgement =
	| { readonly agree: true; readonly value: bigint }
	| { readonly agree: false; readonly claimed: bigint; readonly computed: bigint };

/**
 * Asks the deployed arbiter to judge a settlement, without changing anything.
 *
 * @throws ChainError if an opening, a count or the proof is wrong
 */
export async function judge(
	connection: Connection,
	deployment: Deployment,
	what: Case,
	settlement: Settlement,
): Promise<Judgement> {
	const { header } = headerToAbi(what.header);
	try {
		const [claimed, computed] = await connection.reader.readContract({
			address: deployment.arbiter,
			abi: arbiterAbi,
			functionName: "judge",
			// Numbers stand for integers of any size in the game, as viem takes them.
			args: [{ ...what, header }, settlement] as never,
		});
		return { agree: false, claimed, computed };
	} catch (error) {
		const agreed = /^ValuesAgree\((-?\d+)\)$/.exec(revertName(error) ?? "");
		if (agreed === null) throw explain(error, "judging a settlement");
		return { agree: true, value: BigInt(agreed[1]) };
	}
}
