import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { readExpected, readInputs, readSamples } from "@umpire/onnx/input-files.ts";
import type { ValueInfo } from "@umpire/onnx/model.ts";
import { writeNpy } from "@umpire/onnx/npy.ts";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "umpire-tables-"));
let files = 0;

function file(content: string | Uint8Array, extension: string): string {
	const path = join(folder, `${files++}${extension}`);
	writeFileSync(path, content);
	return path;
}

const value = (name: string, dims: ValueInfo["dims"], type: ValueInfo["type"] = "float32"): ValueInfo => ({
	name,
	type,
	dims,
});
const x = value("x", ["batch", 3]);

describe(".npz", () => {
	const npz = (arrays: Record<string, Uint8Array>) =>
		file(
			zipSync(Object.fromEntries(Object.entries(arrays).map(([name, npy]) => [`${name}.npy`, npy]))),
			".npz",
		);
	const row = writeNpy(tensorFrom("float64", [1, 3], [1, 2, 3]));
	const ids = writeNpy(tensorFrom("int64", [2], [7, 8]));

	test("arrays belong to the inputs of their names, in whatever order", () => {
		const read = readInputs(npz({ ids, other: ids, x: row }), [x, value("ids", [2], "int64")]);
		expect(read.get("x")).toEqual(tensorFrom("float32", [1, 3], [1, 2, 3]));
		expect(read.get("ids")).toEqual(tensorFrom("int64", [2], [7, 8]));
	});

	test("arrays without names are taken in their order", () => {
		const read = readInputs(npz({ arr_0: row, arr_1: ids }), [x, value("ids", [2], "int64")]);
		expect(read.get("ids")?.data).toEqual(BigInt64Array.of(7n, 8n));
		expect(readInputs(npz({ only: row }), [x]).get("x")?.dims).toEqual([1, 3]);
	});

	test("names that fit no input are refused with those that the file has", () => {
		expect(() => readInputs(npz({ a: row, ids }), [x, value("ids", [2], "int64")])).toThrow(
			/has no array "x" \(it has "a", "ids"\)/,
		);
		expect(() => readInputs(file("no zip", ".npz"), [x])).toThrow(/not a .npz file/);
		expect(() => readInputs(npz({ x: ids }), [x])).toThrow(
			/"x" has shape \[2\], the model wants \[batch, 3\]/,
		);
	});

	test("expected outputs may be some of them", () => {
		const outputs = [value("a", [2]), value("x", [1, 3])];
		expect([...readExpected(npz({ x: row }), outputs)!.keys()]).toEqual(["x"]);
	});
});

describe(".csv", () => {
	const people = file("age,income,name_0,name_1,label\n30,52000,1,0,yes\n41,48000,0,1,no\n", ".csv");

	test("columns belong to the inputs of their names; others are passed over", () => {
		const inputs = [value("income", [null, 1]), value("name", [null, 2]), value("age", [null, 1], "int64")];
		const read = readInputs(people, inputs);
		expect(read.get("income")).toEqual(tensorFrom("float32", [2, 1], [52000, 48000]));
		expect(read.get("name")).toEqual(tensorFrom("float32", [2, 2], [1, 0, 0, 1]));
		expect(read.get("age")).toEqual(tensorFrom("int64", [2, 1], [30, 41]));
	});

	test("a single input takes all columns, with or without a header", () => {
		const expected = tensorFrom("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
		expect(readInputs(file("1,2,3\n4,5,6\n", ".csv"), [x]).get("x")).toEqual(expected);
		expect(readInputs(file("a,b,c\r\n1,2,3\r\n4,5,6", ".csv"), [x]).get("x")).toEqual(expected);
		expect(readInputs(file("x[2],x[0],x[1]\n3,1,2\n6,4,5", ".csv"), [x]).get("x")).toEqual(expected);
	});

	test("samples are the batches of its rows", () => {
		const table = file("1,2,3\n4,5,6\n", ".csv");
		const rows = readSamples(table, [x]).map((set) => set.get("x"));
		expect(rows).toEqual([
			tensorFrom("float32", [1, 3], [1, 2, 3]),
			tensorFrom("float32", [1, 3], [4, 5, 6]),
		]);
		expect(readSamples(table, [value("x", [2, 3])])).toHaveLength(1);
		expect(() => readSamples(table, [value("x", [3, 3])])).toThrow(/has 2 rows, .* batches of 3/);
		expect(readSamples(file('{"input_data": [[1, 2, 3]]}', ".json"), [x])).toHaveLength(1);
	});

	test.each([
		["a cell that is no number", "a,b,c\n1,2,3\n4,x,6", /row 2, column "b" is "x", not a number/],
		["rows of unlike lengths", "1,2,3\n4,5", /not a table of comma-separated values/],
		["too few columns", "1,2\n3,4\n5,6", /3 rows of 2 columns for "x", the model wants \[batch, 3\]: keep/],
		["a table without rows", "a,b,c\n", /no rows of numbers/],
		["a number that is not finite", "1,2,Infinity", /only finite numbers/],
	])("refuses %s", (_, text, message) => {
		expect(() => readInputs(file(text, ".csv"), [x])).toThrow(message);
	});

	test("an empty cell, or NaN, is what is missing: among numbers, and not among whole ones", () => {
		const missing = tensorFrom("float32", [1, 3], [1, Number.NaN, Number.NaN]);
		expect(readInputs(file("1,,NaN", ".csv"), [x]).get("x")).toEqual(missing);
		expect(() => readInputs(file("1,,3", ".csv"), [value("x", [1, 3], "int64")])).toThrow(
			/row 1, column 2 is empty, not a number/,
		);
	});

	test("a fraction where the model takes whole numbers is refused", () => {
		expect(() => readInputs(file("1,2,2.5", ".csv"), [value("x", [1, 3], "int64")])).toThrow(/is 2.5/);
	});

	test("an input without a column is named", () => {
		expect(() => readInputs(people, [value("age", [2, 1]), value("height", [2, 1])])).toThrow(
			/has no column "height" \(it has "age", "income"/,
		);
	});
});
