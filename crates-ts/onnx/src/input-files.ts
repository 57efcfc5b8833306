import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { groupsOfRows, tensorsOfTable } from "./csv.ts";
import { toNumbers } from "./element-types.ts";
import { InputError } from "./errors.ts";
import { imageTensor } from "./image.ts";
import type { ImageOptions } from "./image-options.ts";
import { checkedTensor, parseJson, tensorOfJson } from "./json-tensors.ts";
import type { Tensor, ValueInfo } from "./model.ts";
import { readNpy } from "./npy.ts";
import { readNpz } from "./npz.ts";
import { readTable } from "./read-table.ts";
import { type NamedTensor, readTensorProto } from "./tensor-file.ts";
import { fitDims, type Role, type Symbols } from "./value-shapes.ts";

/** A tensor, and where it was found. */
interface Found {
	readonly path: string;
	readonly tensor: Tensor;
}

export interface InputOptions {
	/** Shapes by name, where the model leaves them open. */
	readonly shapes?: ReadonlyMap<string, readonly number[]>;
	/** How images become numbers. */
	readonly images?: ImageOptions;
	/** Is told of what files name and no input takes. */
	readonly warn?: ((line: string) => void) | undefined;
}

/**
 * Reads the inputs of a model: EZKL's JSON (`{"input_data": [[…], …]}`, one flat or nested list per
 * input, or one flat list if there is a single input), a folder with `input_0.pb` …, a .npz file, a .csv table (one row
 * a sample, columns by the inputs' names), or one .pb, .npy, .png or .jpg file per input in the graph's order.
 *
 *     const inputs = readInputs("input.json", model.graph.inputs);
 *
 * @throws InputError naming the file, and what was found and expected
 */
export function readInputs(
	paths: string | readonly string[],
	inputs: readonly ValueInfo[],
	options: InputOptions = {},
): Map<string, Tensor> {
	const found = readTensors(paths, inputs, "input", options);
	if (found === null)
		throw new InputError(`${[paths].flat()[0]} has no "input_data"`, {
			advice: `write {"input_data": [[numbers of input 0], …]}`,
		});
	return found;
}

/**
 * Reads the expected outputs in the same formats (`"output_data"`, `output_0.pb` …).
 * Outputs that the file leaves out are left out of the map.
 * @returns null if a JSON file or folder states none
 * @throws InputError as readInputs
 */
export function readExpected(
	paths: string | readonly string[],
	outputs: readonly ValueInfo[],
	options: InputOptions = {},
): Map<string, Tensor> | null {
	return readTensors(paths, outputs, "output", options);
}

function readTensors(
	paths: string | readonly string[],
	values: readonly ValueInfo[],
	what: Role,
	options: InputOptions,
): Map<string, Tensor> | null {
	const list = [paths].flat();
	if (list.length === 0) throw new InputError(`no ${what} file is given`);
	for (const path of list)
		if (!existsSync(path)) throw new InputError(`${path} does not exist`, { advice: "check the path" });
	const [first] = list;
	if (list.length === 1 && statSync(first).isDirectory()) {
		const files = readdirSync(first)
			.filter((name) => new RegExp(`^${what}_\\d+\\.(pb|npy)$`).test(name))
			.sort((a, b) => Number(/\d+/.exec(a)) - Number(/\d+/.exec(b)));
		if (files.length > 0)
			return readFiles(
				files.map((name) => join(first, name)),
				values,
				what,
				options,
			);
		if (what === "output") return null;
		throw new InputError(`${first} has no ${what}_0.pb`, { advice: "give a test_data_set folder or a file" });
	}
	const whole = list.find((path) => [".json", ".npz", ".csv"].includes(kindOf(path)));
	if (whole === undefined) return readFiles(list, values, what, options);
	if (list.length > 1)
		throw new InputError(`${whole} holds all ${what}s`, {
			advice: "give it alone, or one .pb or .npy file each",
		});
	if (kindOf(first) === ".npz") return readArrays(first, values, what, options);
	if (kindOf(first) === ".csv") {
		return tensorsOfTable(readTable(first), values, first, what, options.shapes);
	}
	return readJson(first, values, what, options);
}

function readJson(
	path: string,
	values: readonly ValueInfo[],
	what: Role,
	options: InputOptions,
): Map<string, Tensor> | null {
	const content = parseJson(readFileSync(path, "utf8"), path);
	const data = (content as Record<string, unknown> | null)?.[`${what}_data`];
	if (data === undefined) return null;
	if (!Array.isArray(data)) throw new InputError(`${path}: "${what}_data" is no list`);
	const isFlat = data.length > 0 && !data.some(Array.isArray);
	const lists = isFlat && values.length === 1 ? [data] : data;
	// A model without inputs has "input_data": [[]].
	const given = values.length === 0 ? lists.filter((one) => !Array.isArray(one) || one.length > 0) : lists;
	const chosen = what === "input" ? withoutDropped(given, values) : given;
	checkCount(chosen.length, values, what, path);
	const symbols: Symbols = new Map();
	return new Map(
		values.slice(0, chosen.length).map((value, at) => {
			const shape = options.shapes?.get(value.name);
			return [value.name, tensorOfJson(chosen[at], value, symbols, path, shape, what)];
		}),
	);
}

/**
 * Exporters drop inputs that nothing reads, and number the rest as before ("input2", "input3" of
 * four): a file that still lists all of them is read by those numbers.
 */
function withoutDropped(lists: readonly unknown[], values: readonly ValueInfo[]): readonly unknown[] {
	if (lists.length <= values.length) return lists;
	const numbers = values.map(({ name }) => Number(/\d+$/.exec(name)?.[0] ?? Number.NaN));
	const numbered = numbers.every((n, at) => n < lists.length && (at === 0 || n > numbers[at - 1]));
	return numbered ? numbers.map((n) => lists[n]) : lists;
}

function checkCount(count: number, values: readonly ValueInfo[], what: string, path: string): void {
	// EZKL's files state the first outputs only.
	if (count === values.length || (what === "output" && count < values.length)) return;
	const names = values.map((value) => `"${value.name}"`).join(", ");
	throw new InputError(
		`${path} has ${count} ${what}${count === 1 ? "" : "s"}, the model ${values.length}${names && ` (${names})`}`,
		{ advice: `give one for each${values.length > 1 ? ", in this order" : ""}` },
	);
}

/** A file's extension, in small letters. */
const kindOf = (path: string): string => extname(path).toLowerCase();

/** A .npz file: arrays by the values' names, or as many as there are values, in their order. */
function readArrays(
	path: string,
	values: readonly ValueInfo[],
	what: Role,
	options: InputOptions,
): Map<string, Tensor> {
	const arrays = named(path, () => readNpz(readFileSync(path)));
	const known = new Map(arrays.map(({ name, tensor }) => [name, tensor]));
	const wanted = what === "output" ? values.filter(({ name }) => known.has(name)) : values;
	const byName = wanted.length > 0 && wanted.every(({ name }) => known.has(name));
	if (!byName) {
		const unnamed = arrays.every(({ name }) => /^arr_\d+$/.test(name));
		if (!unnamed && !(arrays.length === 1 && values.length === 1)) {
			const names = arrays.map(({ name }) => `"${name}"`).join(", ");
			const missing = values.find(({ name }) => !known.has(name))!.name;
			throw new InputError(`${path} has no array "${missing}" (it has ${names})`, {
				advice: `name the arrays after the model's ${what}s`,
			});
		}
		checkCount(arrays.length, values, what, path);
	}
	const given = byName ? wanted : values.slice(0, arrays.length);
	return fitted(
		given,
		given.map(({ name }, at) => ({ path, tensor: byName ? known.get(name)! : arrays[at].tensor })),
		what,
		options,
	);
}

/** Says of which file a failure speaks. */
function named<T>(path: string, read: () => T): T {
	try {
		return read();
	} catch (cause) {
		throw new InputError(`${path}: ${(cause as Error).message}`, { cause });
	}
}

/**
 * Sample inputs of a file: as `readInputs`, but a .csv table gives one set for each batch of its rows (a batch of one,
 * where the model leaves its size open).
 */
export function readSamples(
	paths: string | readonly string[],
	inputs: readonly ValueInfo[],
	options: InputOptions = {},
): Map<string, Tensor>[] {
	const [first, ...more] = [paths].flat();
	if (more.length > 0 || kindOf(first) !== ".csv" || !existsSync(first)) {
		return [readInputs(paths, inputs, options)];
	}
	const dims = inputs.map(({ name, dims: declared }) => options.shapes?.get(name) ?? declared);
	const batch = dims.map((sizes) => sizes?.[0]).find((size) => typeof size === "number") ?? 1;
	return groupsOfRows(readTable(first), Math.max(1, batch), first).map((table) =>
		tensorsOfTable(table, inputs, first, "input", options.shapes),
	);
}

function readFiles(
	paths: readonly string[],
	values: readonly ValueInfo[],
	what: Role,
	options: InputOptions,
): Map<string, Tensor> {
	const chosen = byName(paths, values, what, options);
	if (chosen) return fitted(values, chosen, what, options);
	checkCount(paths.length, values, what, paths.length === 1 ? paths[0] : `the list of files`);
	const tensors = paths.map((path, at) => readOne(path, values[at], options));
	const names = new Set(tensors.map(({ name }) => name));
	const areNamed = names.size === values.length && values.every((value) => names.has(value.name));
	const given = values.slice(0, paths.length);
	return fitted(
		given,
		given.map((value, at) => {
			const from = areNamed ? tensors.findIndex(({ name }) => name === value.name) : at;
			return { path: paths[from], tensor: tensors[from].tensor };
		}),
		what,
		options,
	);
}

/**
 * Of more files than there are inputs those that name them: a program has what decided shapes, a sampling rate say,
 * as a constant, and its users still have the model's own files.
 */
function byName(
	paths: readonly string[],
	values: readonly ValueInfo[],
	what: Role,
	{ warn }: InputOptions,
): readonly Found[] | undefined {
	if (what !== "input" || paths.length <= values.length || paths.some((path) => kindOf(path) !== ".pb"))
		return;
	const files = paths.map((path) => ({ path, ...named(path, () => readTensorProto(readFileSync(path))) }));
	const found = values.map((value) => files.filter(({ name }) => name === value.name));
	if (found.some((matches) => matches.length !== 1)) return;
	const more = files.filter(({ name }) => values.every((value) => value.name !== name));
	for (const { path, name } of more)
		warn?.(
			`${path} was not read: there is no input "${name}" (what decides shapes is a constant of a program).`,
		);
	return found.flat();
}

/** Tensors in the shapes and types that values declare. */
function fitted(
	values: readonly ValueInfo[],
	found: readonly Found[],
	what: Role,
	options: InputOptions,
): Map<string, Tensor> {
	const symbols: Symbols = new Map();
	return new Map(
		values.map((value, at) => {
			const { path, tensor } = found[at];
			const shape = options.shapes?.get(value.name);
			// What an If gives has the shape of the branch that is taken, whatever names a model declares for sizes.
			const open = what === "output" && value.dims?.some((size) => typeof size !== "number") === true;
			const declared =
				shape !== undefined ? { ...value, dims: shape } : open ? { ...value, dims: null } : value;
			const dims = fitDims(tensor.dims, declared, symbols, path);
			return [value.name, converted(tensor, value, dims, path, what)];
		}),
	);
}

function readOne(path: string, value: ValueInfo, options: InputOptions): NamedTensor {
	const bytes = readFileSync(path);
	return named(path, () => {
		switch (kindOf(path)) {
			case ".pb":
				return readTensorProto(bytes);
			case ".npy":
				return { name: "", tensor: readNpy(bytes) };
			case ".png":
			case ".jpg":
			case ".jpeg": {
				const dims = options.shapes?.get(value.name) ?? value.dims;
				return { name: "", tensor: imageTensor(bytes, value, options.images ?? {}, dims) };
			}
		}
		throw new InputError("no .json, .npz, .csv, .pb, .npy, .png or .jpg file", {
			advice: "convert it to one of these",
		});
	});
}

function converted(
	tensor: Tensor,
	value: ValueInfo,
	dims: readonly number[],
	path: string,
	role: Role,
): Tensor {
	const type = value.type === "undefined" ? tensor.type : value.type;
	if (tensor.type === "string" || type === "string") {
		if (tensor.type === type) return { ...tensor, dims };
		throw new InputError(`${path}: "${value.name}" holds ${tensor.type}, the model wants ${type}`);
	}
	const checked = checkedTensor(toNumbers(tensor), type, dims, `${path}: "${value.name}"`, role);
	// Keeps 64-bit integers that a double does not hold.
	return tensor.type === type ? { ...tensor, dims } : checked;
}
