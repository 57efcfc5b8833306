import { roundsOf } from "./accounting.ts";
import type { Finding } from "./finding.ts";
import { playOut } from "./play-out.ts";
import type { Stage } from "./stage.ts";
import { submitter } from "./submitter.ts";
import { verifier } from "./verifier.ts";

/** How a demonstration tells its wrong claim. */
export interface Fraud {
	/** [STEP/]OPERATOR:ELEMENT that the first submitter falsifies. */
	readonly defect: string;
	/** Headings of what the liar does, and of what the verifier does. */
	readonly headings: readonly [string, string];
	readonly say: (line: string) => void;
}

/** What came of it: the wrong number, the rounds of the search, and the seconds that the proof took. */
export interface FraudFound {
	readonly finding: Finding;
	readonly rounds: number;
	readonly provingSeconds: number;
}

/**
 * Plays, for the first request of a program that waits on the stage, a wrong claim that a verifier brings down, then
 * an honest one, until that is final. Told in three headings (4 to 6) with what the actors say below them.
 */
export async function playFraud(
	stage: Stage,
	number: number,
	{ defect, headings, say }: Fraud,
): Promise<FraudFound> {
	const as = (who: string) => (line: string) => say(`     ${who}: ${line}`);
	const [lying, searching] = headings;
	say(`4. ${lying}`);
	const liar = await submitter(await stage.world("submitter"), String(number), {
		defect,
		progress: as("submitter"),
	});
	await stage.settle([liar]);

	say(`5. ${searching}`);
	let finding: Finding | undefined;
	let provingSeconds = 0;
	const guard = await verifier(await stage.world("verifier"), String(number), {
		compare: "trace",
		progress: as("verifier"),
		onFinding(found, seconds) {
			finding = found;
			provingSeconds = seconds;
		},
	});
	await playOut(stage, [liar, guard], 1n);
	if (finding === undefined) throw new Error("The verifier found nothing.");
	const rounds = roundsOf(stage.moves);

	say("6. The contract has rejected the claim. An honest submitter answers the same request.");
	const honest = await submitter(await stage.world("second-submitter"), String(number), {
		progress: as("second submitter"),
	});
	await playOut(stage, [honest, guard], 2n);
	await stage.settle([liar, guard, honest]);
	return { finding, rounds, provingSeconds };
}
