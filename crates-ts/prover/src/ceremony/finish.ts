import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CeremonyError } from "./ceremony-error.ts";
import { writeNew } from "./ceremony-files.ts";
import { FINAL_FOLDER, FINGERPRINT, makeFinal, readFingerprint } from "./final-files.ts";
import { type FinishedCeremony, readFinishedCeremony } from "./finished.ts";
import { textOf } from "./records.ts";
import { hasBeacon, readTranscript } from "./transcript.ts";
import { rememberVerified } from "./verified-here.ts";
import { compareFinal, unaskedBeacon, type VerifyOptions, verifyTranscript } from "./verify.ts";

/**
 * Ends a ceremony: verifies all of it, and writes final keys, verification keys, verifiers, their code and, last, the
 * fingerprint. Again on a finished ceremony it compares what is there.
 *
 * @throws CeremonyError if something is wrong, or the beacon was not drawn
 */
export async function finishCeremony(folder: string, options: VerifyOptions = {}): Promise<FinishedCeremony> {
	const transcript = await readTranscript(folder);
	if (!hasBeacon(transcript)) {
		throw new CeremonyError("The beacon was not drawn: whoever contributed last could have chosen the keys", {
			advice: "draw it with umpire ceremony beacon.",
		});
	}
	const { beacon } = transcript.announcement;
	if (beacon.kind === "block" && options.finalBlockHash === undefined) throw unaskedBeacon();
	const final = await makeFinal(transcript, await verifyTranscript(transcript, options));
	const known = await readFingerprint(folder);
	if (known === undefined) {
		const target = join(folder, FINAL_FOLDER);
		const work = join(folder, "unfinished-final");
		for (const path of [work, target]) await rm(path, { recursive: true, force: true });
		await mkdir(work);
		for (const [name, content] of final.files) await writeNew(work, name, content);
		await rename(work, target);
		await writeNew(folder, FINGERPRINT, textOf(final.fingerprint));
	} else {
		await compareFinal(folder, known, final);
	}
	const finished = await readFinishedCeremony(folder);
	await rememberVerified(finished.fingerprint);
	return finished;
}
