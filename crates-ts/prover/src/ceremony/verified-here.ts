import { readFile } from "node:fs/promises";
import { UMPIRE_VERSION } from "@umpire/operators/versions.ts";
import { writeNew } from "./ceremony-files.ts";
import { FOLDER } from "./remembered.ts";

/** Fingerprints of ceremonies that were verified on this machine. A fingerprint names keys, verifiers and transcript. */
const nameOf = (fingerprint: string): string =>
	`verified-${UMPIRE_VERSION}-${fingerprint.replace(/^0x/, "")}`;

/** Remembers that all of a finished ceremony was verified here, its beacon too. */
export async function rememberVerified(fingerprint: string): Promise<void> {
	// Who cannot keep it verifies again the next time; what is there says the same.
	await writeNew(FOLDER, nameOf(fingerprint), "").catch(() => {});
}

/** Whether this version has verified all of a finished ceremony on this machine. */
export async function wasVerified(fingerprint: string): Promise<boolean> {
	return (await readFile(`${FOLDER}/${nameOf(fingerprint)}`).catch(() => undefined)) !== undefined;
}
