import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { Hearing } from "@umpire/testing/chain/hearing.ts";
import { falsified } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { deepEvidence } from "./deep-program.ts";

/** One dispute about the last operator of a synthetic program, proof included, from the challenge to the verdict. */
export interface ScalingBench {
	readonly operators: number;
	/** Demands that the submitter answered. */
	readonly rounds: number;
	readonly transactions: number;
	readonly submitterGas: number;
	readonly challengerGas: number;
	/** Calldata of both sides. */
	readonly bytes: number;
}

export const SCALING_SIZES = [10, 1000, 100_000] as const;

/** Plays whole disputes on the contracts, about programs of more and more operators. */
export async function benchScaling(progress: (line: string) => void): Promise<ScalingBench[]> {
	const results: ScalingBench[] = [];
	for (const operators of SCALING_SIZES) {
		progress(`Disputing the last of ${operators.toLocaleString("en-GB")} operators...`);
		results.push(await benchDispute(operators));
	}
	return results;
}

async function benchDispute(operators: number): Promise<ScalingBench> {
	const right = await deepEvidence(operators);
	const wrong = await falsified(right, operators - 1, 3, 1);
	const chain = await TestChain.open(DEFAULT_PARAMETERS);
	try {
		const hearing = new Hearing(chain, DEFAULT_PARAMETERS);
		const claim = await hearing.claim(wrong);
		const { submitter, challenger, table } = hearing;
		const before = hearing.spentBy.get(submitter)!;
		const sent = hearing.sentBy.get(submitter)!;
		const { id, plan } = await hearing.searchFor(claim, right, wrong);
		const settlement = await hearing.prove(wrong, id, plan);
		await hearing.play(challenger, { type: "settle", dispute: id, settlement });
		if (table.state.claims[0].status !== CLAIM_STATUS.rejected) throw new Error("The wrong claim stands");
		const [answers, moves] = [hearing.sentBy.get(submitter)!, hearing.sentBy.get(challenger)!];
		return {
			operators,
			rounds: table.state.openings.size + table.state.leaves.size,
			transactions: answers.transactions - sent.transactions + moves.transactions,
			submitterGas: hearing.spentBy.get(submitter)! - before,
			challengerGas: hearing.spentBy.get(challenger)!,
			bytes: answers.bytes - sent.bytes + moves.bytes,
		};
	} finally {
		await chain.close();
	}
}
