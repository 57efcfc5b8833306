/**
 * Makes the models and inputs of testdata/ from seeds.
 *
 *     node testdata/make.ts            writes all files (about a minute: it trains two classifiers)
 *     node testdata/make.ts --check    compares the files that need no training; writes nothing
 *     node testdata/make.ts --check --train    compares all files
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { drawnFiles, type Files, trainedFiles } from "./files.ts";

const folder = import.meta.dirname;
const { values: flags } = parseArgs({ options: { check: { type: "boolean" }, train: { type: "boolean" } } });
const progress = (line: string) => process.stderr.write(`${line}\n`);

const files: Files = await drawnFiles();
if (!flags.check || flags.train)
	for (const [path, content] of await trainedFiles(progress)) files.set(path, content);

if (flags.check) {
	const stale = [...files].filter(([path, content]) => !isSame(join(folder, path), content));
	for (const [path] of stale) progress(`testdata/${path} differs from what make.ts makes`);
	progress(
		stale.length === 0 ? `${files.size} files are as make.ts makes them` : "run: node testdata/make.ts",
	);
	process.exitCode = stale.length === 0 ? 0 : 1;
} else {
	for (const [path, content] of files) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), content);
	}
	progress(`wrote ${files.size} files to ${folder}`);
}

/** Bytes must agree; outputs of JSON files only to 5 digits, since float sums depend on the machine. */
function isSame(path: string, content: Uint8Array | string): boolean {
	if (!existsSync(path)) return false;
	const found = readFileSync(path);
	if (typeof content !== "string") return found.equals(content);
	const [a, b] = [found.toString(), content].map((text) => JSON.parse(text) as Record<string, number[][]>);
	if (JSON.stringify(a.input_data) !== JSON.stringify(b.input_data)) return false;
	const scale = Math.max(...b.output_data[0].map(Math.abs));
	return b.output_data[0].every((value, i) => Math.abs(value - a.output_data[0][i]) <= 1e-5 * scale);
}
