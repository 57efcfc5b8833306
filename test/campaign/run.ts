import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { drawSeed } from "@umpire/actors/random.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import fc from "fast-check";
import { emptyFigures, type Figures, sumOf } from "./figures.ts";
import { playGame } from "./game.ts";
import { type CampaignMove, campaignMoves } from "./moves.ts";
import { reportOf } from "./report.ts";

/** Milliseconds for which a failing game is made smaller. */
const SHRINKING = 600_000;

/** Moves of a game, at least and at most. */
const MOVES = [20, 45] as const;

const { values } = parseArgs({
	options: {
		minutes: { type: "string", default: "60" },
		seed: { type: "string" },
		blocks: { type: "string", default: "both" },
		out: { type: "string" },
	},
});
const minutes = Number(values.minutes);
const first = values.seed === undefined ? drawSeed() : Number(values.seed);
const rates = values.blocks === "both" ? [12, 2] : [Number(values.blocks)];
if (!(minutes > 0) || !Number.isInteger(first) || !rates.every((rate) => rate === 12 || rate === 2)) {
	console.error("Usage: ./just campaign [--minutes 60] [--seed N] [--blocks 12|2|both] [--out FILE]");
	process.exit(2);
}

/** Plays one game, and makes its list of moves smaller if it fails. */
async function gameOf(seed: number, seconds: number): Promise<{ figures: Figures; failure?: string }> {
	let figures: Figures | undefined;
	const property = fc.asyncProperty(campaignMoves(...MOVES), async (moves: CampaignMove[]) => {
		const played = await playGame(moves, { seconds });
		const text = played.broken.join("\n");
		if (figures === undefined && text !== "") {
			console.error(`Seed ${seed}, blocks every ${seconds} s, fails; making it smaller:\n${text}`);
		}
		figures ??= played.figures;
		if (text !== "") throw new Error(text);
	});
	const details = await fc.check(property, {
		seed,
		numRuns: 1,
		interruptAfterTimeLimit: SHRINKING,
		markInterruptAsFailure: false,
	});
	const played = figures ?? emptyFigures();
	if (!details.failed) return { figures: played };
	const moves = (details.counterexample?.[0] ?? []).map((move) => JSON.stringify(move)).join("\n");
	const error = details.errorInstance instanceof Error ? details.errorInstance.message : "";
	return { figures: played, failure: `Seed ${seed}, blocks every ${seconds} s:\n${error}\nMoves:\n${moves}` };
}

// The clock of the games is not this one: they put it forward.
const started = Date.now();
const elapsed = () => (Date.now() - started) / 60_000;
let total = emptyFigures();
const failures: string[] = [];
await setUp((line) => console.error(line));
for (let game = 0; game === 0 || elapsed() < minutes; game++) {
	const seconds = rates[game % rates.length];
	const { figures, failure } = await gameOf(first + game, seconds);
	total = sumOf(total, figures);
	if (failure !== undefined) failures.push(failure);
	const { slots, trueFinal, falseRejected, disputesWon, faults, restarts, reorganisations } = figures;
	const what = `${slots} slots, ${trueFinal} true claims final, ${falseRejected} false ones rejected, ${disputesWon} disputes won, ${faults} faults, ${restarts} restarts, ${reorganisations} reorganisations`;
	console.error(
		`${elapsed().toFixed(1)} min: game ${game + 1} (seed ${first + game}, ${seconds} s): ${failure === undefined ? "ok" : "FAILED"}; ${what}.`,
	);
	if (failure !== undefined) console.error(failure);
}
const report = [
	reportOf(total, { seed: first, minutes: elapsed() }),
	...failures.map((text) => `    ${text.replaceAll("\n", "\n    ")}`),
].join("\n\n");
console.log(report);
if (values.out !== undefined) await writeFile(values.out, `${report}\n`);
process.exit(failures.length === 0 ? 0 : 1);
