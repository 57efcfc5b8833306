import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { UmpireError } from "@umpire/errors/umpire-error.ts";

/** A model in a folder, with the data that lies beside it. */
export interface FoundModel {
	/** Path below the folder that was searched, without model.onnx or network.onnx. */
	readonly name: string;
	readonly model: string;
	/** input.json, MODEL-input.json, input-0.json or a test_data_set folder. */
	readonly input?: string;
	/** The same if it holds expected outputs, or MODEL_output_0.pb. */
	readonly expect?: string;
}

/** Folders that hold no models of their own. */
const SKIPPED = /^(\.|node_modules$)/;

/**
 * Every .onnx file under a folder (compiled programs apart), in order of its path, or the one file given.
 * @throws UmpireError if there is none
 */
export function findModels(root: string): FoundModel[] {
	if (!existsSync(root))
		throw new UmpireError("NOT_FOUND", `${root} does not exist`, { advice: "name a folder of models." });
	const paths = statSync(root).isDirectory() ? walk(root) : [root];
	if (paths.length === 0) throw new UmpireError("NOT_FOUND", `${root} has no .onnx files in it.`);
	const base = statSync(root).isDirectory() ? root : dirname(root);
	return paths.map((model) => ({ name: nameOf(relative(base, model)), model, ...dataOf(model) }));
}

function walk(folder: string): string[] {
	const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
	return entries.flatMap((entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : walk(path);
		return /\.onnx$/.test(entry.name) && !/\.umpire\.onnx$/.test(entry.name) ? [path] : [];
	});
}

function nameOf(path: string): string {
	const short = path.replace(/\.onnx$/, "");
	return /^(model|network)$/.test(basename(short)) && dirname(short) !== "." ? dirname(short) : short;
}

function dataOf(model: string): Pick<FoundModel, "input" | "expect"> {
	const folder = dirname(model);
	const stem = model.replace(/\.onnx$/, "");
	const set = join(folder, "test_data_set_0");
	const output = `${stem}_output_0.pb`;
	if (existsSync(join(set, "input_0.pb"))) {
		return { input: set, ...(existsSync(join(set, "output_0.pb")) ? { expect: set } : {}) };
	}
	const json = [`${stem}-input.json`, join(folder, "input.json"), join(folder, "input-0.json")].find((path) =>
		existsSync(path),
	);
	return { ...(json ? { input: json } : {}), ...(existsSync(output) && json ? { expect: output } : {}) };
}
