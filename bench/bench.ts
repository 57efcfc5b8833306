import { setUp } from "@umpire/actors/set-up.ts";
import { benchDisputes, type DisputeBench } from "./disputes.ts";
import { benchOverheads, type Overhead } from "./overhead.ts";
import { benchProofs, type ProofBench } from "./proofs.ts";
import { benchModes, type ModeBench } from "./settlement-modes.ts";
import { OPPONENTS } from "./zk-opml.ts";

/** Everything that `umpire bench` measures. */
export interface Bench {
	readonly disputes: readonly DisputeBench[];
	readonly modes: readonly ModeBench[];
	readonly overheads: readonly Overhead[];
	readonly proofs: readonly ProofBench[];
}

/** Defects that are drawn per model, besides one in the first operator: the slowest dispute counts. */
const SEEDS = 5;

/** Measures disputes, the ways to end them, overheads and proofs; `quick` takes the smallest model and one defect. */
export async function runBench(options: {
	quick: boolean;
	progress: (line: string) => void;
}): Promise<Bench> {
	const { quick, progress } = options;
	await setUp(progress);
	const models = quick ? 1 : OPPONENTS.length;
	const overheads = await benchOverheads(models, progress);
	const proofs = await benchProofs(progress);
	const disputes = await benchDisputes(models, quick ? 1 : SEEDS, progress);
	const modes = await benchModes(progress);
	return { disputes, modes, overheads, proofs };
}
