import { existsSync, readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { readNpy } from "@umpire/onnx/npy.ts";
import { readNpz } from "@umpire/onnx/npz.ts";
import { readTable } from "@umpire/onnx/read-table.ts";
import type { Parts } from "../job.ts";
import { readImageFolder } from "./image-folder.ts";
import { type Labelled, rowsAt } from "./labelled.ts";

/**
 * Reads samples with labels: a table (`.csv`, labels in the last column or in the one that is named), arrays
 * (`x.npy,y.npy`, or `.npz` with x and y, or with x_train, y_train, x_test, y_test, …), or a folder of images, one
 * folder a class.
 *
 * @throws InputError naming the file and what is missing
 */
export function readLabelled(path: string, label?: string): Labelled {
	const files = existsSync(path) ? [path] : path.split(",");
	const missing = files.find((file) => !existsSync(file));
	if (missing !== undefined) throw new InputError(`${missing} does not exist`, { advice: "check the path" });
	const [first, second] = files;
	const data = (): Labelled => {
		if (statSync(first).isDirectory()) return readImageFolder(first);
		switch (extname(first).toLowerCase()) {
			case ".csv":
			case ".data":
			case ".txt":
				return labelledTable(first, label);
			case ".npz":
				return labelledArrays(first);
			case ".npy":
				if (second) return { rows: readArray(first), labels: readArray(second) };
				throw new InputError(`${first} has no labels`, {
					advice: "give two files, as in x.npy,y.npy, or a .npz file",
				});
		}
		throw new InputError(`${first} is no .csv, .npz, .npy file or folder of images`, {
			advice: "convert it to one of these",
		});
	};
	const found = data();
	requireUsable(found, path);
	return found;
}

/** What a table of numbers is by its form, arrays need not be: numbers, in rows, as many of one as of the other. */
function requireUsable({ rows, labels }: Labelled, path: string): void {
	for (const [name, { dims, data }] of Object.entries({ samples: rows, labels })) {
		if (dims.length === 0) throw new InputError(`${path}: the ${name} are one number, not an array`);
		if (dims.slice(1).includes(0)) throw new InputError(`${path}: the ${name} are rows of nothing`);
		if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
		const at = data.findIndex((value) => !Number.isFinite(value));
		if (at < 0) continue;
		const row = Math.floor(at / (data.length / dims[0])) + 1;
		throw new InputError(`${path}: row ${row} of the ${name} holds ${data[at]}, which is no number`, {
			advice: "leave such rows out, or fill them in",
		});
	}
	requireAsMany(path, rows, labels);
}

function requireAsMany(what: string, { dims: [rows] }: Tensor, { dims: [labels] }: Tensor): void {
	if (rows !== labels) throw new InputError(`${what} has ${rows} samples and ${labels} labels`);
}

const readArray = (path: string): Tensor => {
	try {
		return readNpy(readFileSync(path));
	} catch (cause) {
		throw new InputError(`${path}: ${(cause as Error).message}`, { cause });
	}
};

/** A table of numbers, with the column that is to be learnt. */
function labelledTable(path: string, label: string | undefined): Labelled {
	const { header, rows } = readTable(path);
	const width = rows[0].length;
	const column = label === undefined ? width - 1 : columnOf(label, header, width, path);
	const numbers = rows.map((row, at) =>
		row.map((cell, k) => {
			const value = cell === "" ? Number.NaN : Number(cell);
			if (Number.isFinite(value)) return value;
			throw new InputError(`${path}, row ${at + 1}, column ${header?.[k] ?? k + 1}: "${cell}" is no number`, {
				advice:
					k === column
						? "number the classes 0, 1, …, or name the column of the label with --label"
						: "write numbers, or leave the column out",
			});
		}),
	);
	const others = numbers.map((row) => row.filter((_, k) => k !== column));
	return {
		rows: tensorFrom("float32", [rows.length, width - 1], others.flat()),
		labels: tensorFrom(
			"float32",
			[rows.length],
			numbers.map((row) => row[column]),
		),
	};
}

function columnOf(label: string, header: readonly string[] | null, width: number, path: string): number {
	const named = header?.indexOf(label) ?? -1;
	if (named >= 0) return named;
	const number = Number(label);
	if (Number.isInteger(number) && number >= 1 && number <= width) return number - 1;
	throw new InputError(
		`${path} has no column "${label}"${header ? `: it has ${header.map((one) => `"${one}"`).join(", ")}` : `: it has no header and ${width} columns, counted from 1`}`,
	);
}

/** What samples and labels are called in files of arrays. */
const SAMPLES = ["x", "data", "images", "rows", "features"];
const LABELS = ["y", "labels", "label", "target", "targets"];
const PARTS = [
	["train", ["train"]],
	["validation", ["validation", "val", "valid"]],
	["test", ["test"]],
] as const;

function labelledArrays(path: string): Labelled {
	const arrays = new Map(
		readNpz(readFileSync(path)).map(({ name, tensor }) => [name.toLowerCase(), tensor] as const),
	);
	const find = (names: readonly string[], suffixes: readonly string[]): Tensor | undefined =>
		names
			.flatMap((name) => suffixes.flatMap((suffix) => [`${name}${suffix}`, `${suffix.slice(1)}_${name}`]))
			.map((name) => arrays.get(name))
			.find((tensor) => tensor !== undefined);
	const whole = { rows: find(SAMPLES, [""]), labels: find(LABELS, [""]) };
	if (whole.rows && whole.labels) return { rows: whole.rows, labels: whole.labels };
	const parts = PARTS.map(([part, names]) => {
		const suffixes = names.map((name) => `_${name}`);
		return { part, rows: find(SAMPLES, suffixes), labels: find(LABELS, suffixes) };
	}).filter(
		(one): one is { part: keyof Parts; rows: Tensor; labels: Tensor } =>
			one.rows !== undefined && one.labels !== undefined,
	);
	if (parts[0]?.part !== "train") {
		throw new InputError(`${path} has the arrays ${[...arrays.keys()].join(", ")}`, {
			advice: "call them x and y, or x_train, y_train, x_test, y_test",
		});
	}
	for (const { part, rows, labels } of parts) requireAsMany(`${path}, part "${part}",`, rows, labels);
	const sizeOf = (part: keyof Parts): number => parts.find((one) => one.part === part)?.rows.dims[0] ?? 0;
	return {
		rows: joined(
			parts.map(({ rows }) => rows),
			path,
		),
		labels: joined(
			parts.map(({ labels }) => labels),
			path,
		),
		parts: { train: sizeOf("train"), validation: sizeOf("validation"), test: sizeOf("test") },
	};
}

/** Tensors of one shape but for their number of rows, one behind the other. */
function joined(pieces: readonly Tensor[], path: string): Tensor {
	const [first] = pieces;
	const alike = pieces.every(
		({ type, dims }) => type === first.type && dims.slice(1).join() === first.dims.slice(1).join(),
	);
	if (!alike) throw new InputError(`${path}: the parts have arrays of unlike types or shapes`);
	const count = pieces.reduce((sum, { dims }) => sum + dims[0], 0);
	const whole = rowsAt(first, new Array<number>(count).fill(0));
	let at = 0;
	for (const { data } of pieces) {
		(whole.data as Float32Array).set(data as Float32Array, at);
		at += data.length;
	}
	return whole;
}
