import { readFileSync } from "node:fs";
import type { Labels } from "@umpire/compiler/fidelity/labels.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";

/** Where labels are, and of which output. */
export interface LabelOptions {
	/** A JSON list of classes, or of lists of them; or a text with a class in each line, the first of which may be a title. */
	readonly labels?: string | undefined;
	/** The output whose largest element is the class; the only one by default. */
	readonly labelsOf?: string | undefined;
}

/**
 * The classes of samples, in their order.
 *
 * @param sets the samples; of a flat list every set takes as many labels as its first input has rows
 * @throws UmpireError if the file is no list of classes, or has not as many as there are samples
 */
export function openLabels(
	{ labels: path, labelsOf }: LabelOptions,
	{ graph }: Model,
	sets: readonly (readonly Tensor[])[],
): Labels | undefined {
	if (path === undefined) return undefined;
	const names = graph.outputs.map(({ name }) => name);
	if (labelsOf === undefined && names.length !== 1) {
		throw new UmpireError(
			"OPTION",
			`The model has the outputs ${names.map((name) => `"${name}"`).join(", ")}`,
			{
				advice: "say of which one the labels are the largest element's place: --labels-of NAME.",
			},
		);
	}
	const output = labelsOf ?? names[0];
	const list = listIn(path);
	const nested = list.filter((entry) => Array.isArray(entry));
	if (nested.length > 0) return { output, sets: nested };
	const flat = list.filter((entry) => typeof entry === "number");
	const rows = sets.map(([first]) => first?.dims[0] ?? 1);
	const counts = flat.length === sets.length ? sets.map(() => 1) : rows;
	const total = counts.reduce((a, b) => a + b, 0);
	if (total !== flat.length) {
		throw new UmpireError(
			"INPUT",
			`${path} has ${flat.length} labels; --calibrate has ${sets.length} samples with ${total} rows`,
			{ advice: "give a label for every sample, in the order of --calibrate." },
		);
	}
	const starts = counts.map((_, k) => counts.slice(0, k).reduce((a, b) => a + b, 0));
	return { output, sets: counts.map((count, k) => flat.slice(starts[k], starts[k] + count)) };
}

function listIn(path: string): (number | number[])[] {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (cause) {
		throw new UmpireError("INPUT", `The labels in ${path} cannot be read`, { cause });
	}
	const wrong = (what: string) =>
		new UmpireError("INPUT", `${path}: ${what}`, {
			advice: "write the classes of the samples, 0 and up: [3, 0, 9], or one in each line.",
		});
	if (/^\s*\[/.test(text)) {
		let list: unknown;
		try {
			list = JSON.parse(text);
		} catch {
			throw wrong("no JSON");
		}
		const isList = (value: unknown): value is number[] =>
			Array.isArray(value) && value.every((entry) => typeof entry === "number");
		if (isList(list) || (Array.isArray(list) && list.every(isList))) return list;
		throw wrong("no list of classes");
	}
	const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
	const isClass = (line: string): boolean => /^\s*\d+\s*$/.test(line);
	const classes = lines.length > 0 && !isClass(lines[0]) ? lines.slice(1) : lines;
	const [odd] = classes.filter((line) => !isClass(line));
	if (odd !== undefined) throw wrong(`${JSON.stringify(odd.slice(0, 40))} is no class`);
	return classes.map(Number);
}
