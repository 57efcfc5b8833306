import { readFile, rm } from "node:fs/promises";
import { ROOT } from "../circuits.ts";
import { writeNew } from "./ceremony-files.ts";
import { sha256Of } from "./transcript.ts";

/** Where this machine keeps what takes long to compute. */
export const FOLDER = `${ROOT}.umpire/ceremony`;

/** What was computed here under this name before, if it is still that. */
export async function remembered(name: string, compute: () => Promise<Uint8Array>): Promise<Uint8Array> {
	const [known, sum] = await Promise.all([
		readFile(`${FOLDER}/${name}`).catch(() => undefined),
		readFile(`${FOLDER}/${name}.sha256`, "utf8").catch(() => undefined),
	]);
	if (known !== undefined && sha256Of(known) === sum) return known;
	const computed = await compute();
	// Who cannot keep it computes it again the next time.
	for (const file of [name, `${name}.sha256`]) await rm(`${FOLDER}/${file}`, { force: true });
	await writeNew(FOLDER, name, computed).catch(() => {});
	await writeNew(FOLDER, `${name}.sha256`, sha256Of(computed)).catch(() => {});
	return computed;
}
