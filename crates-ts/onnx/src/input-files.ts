import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { toNumbers } from "./element-types.ts";
import { InputError } from "./errors.ts";
import { checkedTensor, parseJson, tensorOfJson } from "./json-tensors.ts";
import type { Tensor, ValueInfo } from "./model.ts";
import { readNpy } from "./npy.ts";
import { type NamedTensor, readTensorProto } from "./tensor-file.ts";
import { fitDims, type Role, type Symbols } from "./value-shapes.ts";

export interface InputOptions {
	/** Shapes by name, where the model leaves them open. */
	readonly shapes?: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads the inputs of a model: EZKL's JSON (`{"input_data": [[…], …]}`, one flat or nested list per
 * input, or one flat list if there is a single input), a folder with `input_0.pb` …, or one .pb or
 * .npy file per input in the graph's order.
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
		throw new InputError(
			`${[paths].flat()[0]} has no "input_data": write {"input_data": [[numbers of input 0], …]}`,
		);
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
		if (!existsSync(path)) throw new InputError(`${path} does not exist: check the path`);
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
		throw new InputError(`${first} has no ${what}_0.pb: give a test_data_set folder or a file`);
	}
	const json = list.filter((path) => extname(path) === ".json");
	if (json.length === 0) return readFiles(list, values, what, options);
	if (list.length > 1)
		throw new InputError(`${json[0]} holds all ${what}s: give it alone, or one .pb or .npy file each`);
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
	);
}

function readFiles(
	paths: readonly string[],
	values: readonly ValueInfo[],
	what: Role,
	options: InputOptions,
): Map<string, Tensor> {
	checkCount(paths.length, values, what, paths.length === 1 ? paths[0] : `the list of files`);
	const tensors = paths.map(readOne);
	const names = new Set(tensors.map(({ name }) => name));
	const byName = names.size === values.length && values.every((value) => names.has(value.name));
	const symbols: Symbols = new Map();
	return new Map(
		values.slice(0, paths.length).map((value, at) => {
			const from = byName ? tensors.findIndex(({ name }) => name === value.name) : at;
			const shape = options.shapes?.get(value.name);
			// What an If gives has the shape of the branch that is taken, whatever names a model declares for sizes.
			const open = what === "output" && value.dims?.some((size) => typeof size !== "number") === true;
			const declared =
				shape !== undefined ? { ...value, dims: shape } : open ? { ...value, dims: null } : value;
			const dims = fitDims(tensors[from].tensor.dims, declared, symbols, paths[from]);
			return [value.name, converted(tensors[from].tensor, value, dims, paths[from], what)];
		}),
	);
}

function readOne(path: string): NamedTensor {
	const bytes = readFileSync(path);
	try {
		switch (extname(path)) {
			case ".pb":
				return readTensorProto(bytes);
			case ".npy":
				return { name: "", tensor: readNpy(bytes) };
		}
	} catch (cause) {
		throw new InputError(`${path}: ${(cause as Error).message}`, { cause });
	}
	throw new InputError(`${basename(path)} is no .json, .pb or .npy file: convert it to one of these`);
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
