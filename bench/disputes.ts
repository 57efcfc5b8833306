import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rehearsal } from "@umpire/actors/rehearsal.ts";
import { rehearse } from "@umpire/actors/rehearse.ts";
import type { BenchOptions } from "./options.ts";
import { answersAwaited, disputeTime, OPPONENTS, type Opponent } from "./zk-opml.ts";

/** The longest of some rehearsed disputes of a model. */
export interface DisputeBench {
	readonly name: string;
	readonly parameters: number;
	/** Rehearsals that were played; every one was won by the challenger. */
	readonly played: number;
	readonly answers: number;
	readonly rounds: number;
	readonly provingSeconds: number;
	/** By zk-OPML's formula, ours and theirs. */
	readonly seconds: number;
	readonly zkOpml: number;
	/** The most gas of any of the disputes, and of a claim. */
	readonly disputeGas: number;
	readonly claimGas: number;
	readonly gasByMove: Readonly<Record<string, number>>;
}

/** Defects that are drawn per model, besides one in the first operator: the slowest dispute counts. */
const SEEDS = 5;

/** Rehearses disputes on zk-OPML's architectures: a defect in the first operator, and drawn ones. */
export async function benchDisputes(
	{ models, quick }: BenchOptions,
	progress: (line: string) => void,
): Promise<DisputeBench[]> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-bench-"));
	try {
		const results: DisputeBench[] = [];
		const chosen = OPPONENTS.filter(({ name }) => name.includes(models));
		for (const opponent of chosen.slice(0, quick ? 1 : undefined)) {
			results.push(await benchOpponent(opponent, folder, quick ? 1 : SEEDS, progress));
		}
		return results;
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function benchOpponent(
	{ name, files, seconds: zkOpml }: Opponent,
	folder: string,
	seeds: number,
	progress: (line: string) => void,
): Promise<DisputeBench> {
	const { model, input } = files(folder);
	const played: Rehearsal[] = [];
	for (let seed = 0; seed <= seeds; seed++) {
		progress(`Disputing ${name}, defect ${seed + 1} of ${seeds + 1}...`);
		const result = await rehearse({
			model,
			input,
			defect: seed === 0 ? "0" : "random",
			attack: false,
			seed,
			bits: 16,
			progress: () => {},
		});
		if (!result.ok) throw new Error(`${name}, seed ${seed}: ${result.error}`);
		played.push(result);
	}
	const worst = played.toSorted((a, b) => timeOf(b) - timeOf(a))[0];
	return {
		name,
		parameters: worst.parameters,
		played: played.length,
		answers: answersAwaited(worst),
		rounds: worst.rounds,
		provingSeconds: Math.max(...played.map(({ seconds }) => seconds.prove)),
		seconds: timeOf(worst),
		zkOpml,
		disputeGas: Math.max(...played.map(({ gas }) => gas.dispute)),
		claimGas: Math.max(...played.map(({ gas }) => gas.claim)),
		gasByMove: Object.fromEntries(
			Object.entries(worst.gas.byMove).map(([move, { count, gas }]) => [move, Math.round(gas / count)]),
		),
	};
}

const timeOf = (result: Rehearsal): number => disputeTime(answersAwaited(result), result.seconds.prove);
