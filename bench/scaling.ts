import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
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
		const driver = new ProofDriver(chain, DEFAULT_PARAMETERS);
		const claim = await driver.claim(wrong);
		const { submitter, challenger, game } = driver;
		const before = driver.spentBy.get(submitter)!;
		const sent = driver.sentBy.get(submitter)!;
		const { id, plan } = await driver.searchFor(claim, right, wrong);
		const settlement = await driver.prove(wrong, id, plan);
		await driver.play(challenger, { type: "settle", dispute: id, settlement });
		if (game.state.claims[0].status !== CLAIM_STATUS.rejected) throw new Error("The wrong claim stands");
		const [answers, moves] = [driver.sentBy.get(submitter)!, driver.sentBy.get(challenger)!];
		return {
			operators,
			rounds: game.state.openings.size + game.state.leaves.size,
			transactions: answers.transactions - sent.transactions + moves.transactions,
			submitterGas: driver.spentBy.get(submitter)! - before,
			challengerGas: driver.spentBy.get(challenger)!,
			bytes: answers.bytes - sent.bytes + moves.bytes,
		};
	} finally {
		await chain.close();
	}
}
