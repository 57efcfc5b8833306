import type { Evidence } from "@umpire/actors/evidence.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { rootFromPath } from "@umpire/commitment/tree.ts";
import { segmentCount } from "@umpire/operators/segments.ts";
import type { ClaimContent } from "@umpire/sdk/claim-content.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { keccak256, toHex } from "viem";

/** What identifies a claim's content. */
export function contentOf({ traceRoot, outputRoot }: { traceRoot: Hex; outputRoot: Hex }): string {
	return `${traceRoot} ${outputRoot}`;
}

/**
 * A claim whose nodes nobody can open, but for the way of its output to its trace root.
 *
 * @param seed what its nodes are drawn from; all are zeros without
 */
export function inventedContent(right: Evidence, seed?: number): ClaimContent {
	const nodeAt = (index: number): Hex => (seed === undefined ? ZERO : keccak256(toHex(seed + index)));
	const { program, commitment, trace } = right;
	if (program.lazy) {
		const words = [0n, 0n, 0n, 0n, 0n];
		return { traceRoot: ZERO, opening: { root: nodeAt(1), operatorPath: [], stepPath: [], words } };
	}
	const { opening } = claimOfTrace(commitment, trace);
	const operatorPath = opening.operatorPath.map((_, i) => nodeAt(i));
	const stepPath = opening.stepPath.map((_, i) => nodeAt(100 + i));
	const { header } = commitment;
	const { outputOperator, operatorCount, steps, segment } = header;
	const stepRoot = rootFromPath(opening.root, outputOperator, operatorCount, operatorPath, TAG.operators);
	const [count, tag] = segment === 0 ? [steps, TAG.steps] : [segmentCount(header), TAG.checkpoints];
	const traceRoot = rootFromPath(stepRoot, count - 1, count, stepPath, tag);
	return { traceRoot, opening: { ...opening, operatorPath, stepPath } };
}

const ZERO: Hex = `0x${"00".repeat(32)}`;
