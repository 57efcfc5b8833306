import { join } from "node:path";
import type { Rehearsal } from "@umpire/actors/rehearsal.ts";
import { rehearse } from "@umpire/actors/rehearse.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { answersAwaited, disputeTime, OPPONENTS } from "./zk-opml.ts";

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

/** Rehearses disputes on zk-OPML's architectures: a defect in the first operator, and drawn ones. */
export async function benchDisputes(
	models: number,
	seeds: number,
	progress: (line: string) => void,
): Promise<DisputeBench[]> {
	const results: DisputeBench[] = [];
	for (const { name, model, input, seconds: zkOpml } of OPPONENTS.slice(0, models)) {
		const folder = join(projectRoot, "testdata");
		const played: Rehearsal[] = [];
		for (let seed = 0; seed <= seeds; seed++) {
			progress(`Disputing ${name}, defect ${seed + 1} of ${seeds + 1}...`);
			const result = await rehearse({
				model: join(folder, model),
				input: join(folder, input),
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
		results.push({
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
		});
	}
	return results;
}

const timeOf = (result: Rehearsal): number => disputeTime(answersAwaited(result), result.seconds.prove);
