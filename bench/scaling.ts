import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { LEAF_ELEMENTS, type Width } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import type { BarChart } from "./bar-chart.ts";
import { deepEvidence } from "./deep-program.ts";

/** One dispute about the last operator of a synthetic program, proof included, from the challenge to the verdict. */
export interface ScalingBench {
	readonly operators: number;
	/** Of a tensor. */
	readonly elements: number;
	/** Demands that the submitter answered. */
	readonly rounds: number;
	readonly transactions: number;
	readonly submitterGas: number;
	readonly challengerGas: number;
	/** Calldata of both sides. */
	readonly bytes: number;
}

interface Size {
	readonly operators: number;
	readonly elements: number;
	readonly width: Width;
}

const LEAF = LEAF_ELEMENTS[32];
const DEEP: readonly Size[] = [10, 1000, 100_000, 1_000_000].map((operators) => ({
	operators,
	elements: LEAF,
	width: 32,
}));
const WIDE: readonly Size[] = [10_000, 1_000_000, 100_000_000].map((elements) => ({
	operators: 1,
	elements,
	width: 8,
}));

/** Plays whole disputes on the contracts, about programs of more and more operators, and larger and larger tensors. */
export async function benchScaling(
	{ quick }: { readonly quick: boolean },
	progress: (line: string) => void,
): Promise<ScalingBench[]> {
	const results: ScalingBench[] = [];
	for (const size of quick ? DEEP.slice(0, 1) : [...DEEP, ...WIDE]) {
		const [operators, elements] = [size.operators, size.elements].map((n) => n.toLocaleString("en-GB"));
		progress(`Disputing the last of ${operators} operators, tensors of ${elements} elements...`);
		results.push(await benchDispute(size));
	}
	return results;
}

/** Gas of both sides, as bars. */
export function scalingChart(disputes: readonly ScalingBench[]): BarChart {
	return {
		title: "A dispute about the last operator, its proof included",
		unit: "gas of both sides",
		groups: disputes.map(({ operators, elements, rounds, submitterGas, challengerGas }) => ({
			name:
				operators === 1
					? `${elements.toLocaleString("en-GB")} elements`
					: `${operators.toLocaleString("en-GB")} operators`,
			bars: [{ name: `(${rounds} rounds)`, value: submitterGas + challengerGas }],
		})),
	};
}

async function benchDispute({ operators, elements, width }: Size): Promise<ScalingBench> {
	const right = await deepEvidence(operators, elements, width);
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
			elements,
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
