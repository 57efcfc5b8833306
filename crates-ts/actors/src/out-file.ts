import { mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";

/**
 * The file that an `--out` names: itself if it ends in .onnx, else one in that folder. Whether it can be written is seen
 * before anything is computed for it.
 *
 * @throws UmpireError if it cannot, or if a file stands where the folder is to be
 */
export async function outFile(out: string, name: string): Promise<string> {
	const file = /\.onnx$/i.test(out) ? resolve(out) : join(resolve(out), `${name}.umpire.onnx`);
	let folder = dirname(file);
	for (;;) {
		const found = await stat(folder).catch((error: unknown) => {
			if (systemCodeOf(error) === "ENOENT") return undefined;
			throw refused(out, systemCodeOf(error) ?? "unreadable", error);
		});
		if (found?.isDirectory() === false) {
			throw new UmpireError("OPTION", `--out ${out}: ${folder} is a file`, {
				advice: "give a folder, or a name that ends in .onnx.",
			});
		}
		if (found !== undefined) break;
		folder = dirname(folder);
	}
	// Permissions do not say it: root may write everywhere, and nothing can be made in /proc.
	const probe = await mkdtemp(join(folder, ".umpire-")).catch((error: unknown) => {
		throw refused(out, systemCodeOf(error) ?? "refused", error);
	});
	await rmdir(probe);
	return file;
}

const refused = (out: string, code: string, cause: unknown): UmpireError =>
	new UmpireError("FILE", `--out ${out} cannot be written (${code})`, {
		advice: "choose another place.",
		cause,
	});
