import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import { readExpected, readInputs } from "@umpire/onnx/input-files.ts";
import type { ValueInfo } from "@umpire/onnx/model.ts";
import { writeNpy } from "@umpire/onnx/npy.ts";
import { writeTensorProto } from "@umpire/onnx/tensor-file.ts";
import { describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "umpire-inputs-"));
let files = 0;

function file(content: unknown, extension = ".json"): string {
	const path = join(folder, `${files++}${extension}`);
	const text = typeof content === "string" ? content : JSON.stringify(content);
	writeFileSync(path, content instanceof Uint8Array ? content : text);
	return path;
}

const value = (name: string, dims: ValueInfo["dims"], type: ValueInfo["type"] = "float32"): ValueInfo => ({
	name,
	type,
	dims,
});
const x = value("x", [1, 4]);
const expected = new Map([["x", tensorFrom("float32", [1, 4], [1, 2, 3, 4])]]);

describe("JSON", () => {
	test.each([
		["one flat list per input", [[1, 2, 3, 4]]],
		["a single flat list", [1, 2, 3, 4]],
		["nested lists", [[[1, 2, 3, 4]]]],
		[
			"nested lists that are not of the shape",
			[
				[
					[1, 2],
					[3, 4],
				],
			],
		],
	])("%s", (name, data) => {
		const read = () => readInputs(file({ input_data: data }), [x]);
		if (name.endsWith("of the shape")) expect(read).toThrow('"x" has shape [2, 2], the model wants [1, 4]');
		else expect(read()).toEqual(expected);
	});

	test("symbols follow from the count, and hold for all inputs", () => {
		const inputs = [value("a", ["batch", 2]), value("b", ["batch", "n"])];
		const path = file({
			input_data: [
				[1, 2, 3, 4],
				[1, 2, 3, 4, 5, 6],
			],
		});
		expect([...readInputs(path, inputs).values()].map((tensor) => tensor.dims)).toEqual([
			[2, 2],
			[2, 3],
		]);
	});

	test("several unknown sizes need a shape", () => {
		const inputs = [value("a", ["n", null])];
		const path = file({ input_data: [[1, 2, 3, 4]] });
		expect(() => readInputs(path, inputs)).toThrow("in several ways");
		expect(readInputs(path, inputs, { shapes: new Map([["a", [2, 2]]]) }).get("a")?.dims).toEqual([2, 2]);
		expect(readInputs(file({ input_data: [[5]] }), inputs).get("a")?.dims).toEqual([1, 1]);
	});

	test("integers, booleans and 64-bit integers", () => {
		const inputs = [value("i", [2], "int64"), value("b", [2], "bool")];
		const read = readInputs(
			file({
				input_data: [
					[3, -4],
					[true, false],
				],
			}),
			inputs,
		);
		expect([...read.values()]).toEqual([tensorFrom("int64", [2], [3, -4]), tensorFrom("bool", [2], [1, 0])]);
	});

	test("lists of inputs that an exporter dropped are passed over by the numbers of the rest", () => {
		const path = file({ input_data: [[1], [2], [3], [4]] });
		const read = readInputs(path, [value("input2", [1]), value("input3", [1])]);
		expect([...read.values()].map(({ data }) => data[0])).toEqual([3, 4]);
		expect(() => readInputs(path, [value("input3", [1]), value("input4", [1])])).toThrow("has 4 inputs");
	});

	test.each([
		[
			"an infinity as Python writes it",
			'{"input_data": [[1, Infinity, 3, 4]]}',
			/"x", element 1 is Infinity: only/,
		],
		["a number beyond doubles", '{"input_data": [[1, 2, 3, -1e999]]}', /element 3 is -Infinity/],
		[
			"a number beyond float32",
			'{"input_data": [[1e39, 2, 3, 4]]}',
			/element 0 is 1e\+39, too large for float32/,
		],
		["text", '{"input_data": [["a", 2, 3, 4]]}', /element 0 is "a", not a number/],
		["a truth among numbers", '{"input_data": [[1, true, 3, 4]]}', /element 1 is true, not a number/],
		["ragged lists", '{"input_data": [[[1, 2, 3], [4]]]}', /lists of "x" are of unlike lengths/],
		["lists of unlike depths", '{"input_data": [[1, [2, 3], 4]]}', /lists of "x" are of unlike lengths/],
		["too few numbers", '{"input_data": [[1, 2, 3]]}', /"x" has 3 elements, its shape \[1, 4\] needs 4/],
		["too many lists", '{"input_data": [[1, 2, 3, 4], [1]]}', /has 2 inputs, the model 1 \("x"\)/],
		["no input_data", '{"inputs": []}', /has no "input_data"/],
		["no JSON", "input_data", /is not JSON/],
	])("refuses %s", (_, text, message) => {
		const read = () => readInputs(file(text), [x]);
		expect(read).toThrow(InputError);
		expect(read).toThrow(message);
	});

	test("NaN, as Python writes it, is what is missing: among numbers, and not among whole ones", () => {
		const nan = () => file('{"input_data": [[1, NaN, 3, 4]]}');
		expect(readInputs(nan(), [x]).get("x")).toEqual(tensorFrom("float32", [1, 4], [1, Number.NaN, 3, 4]));
		expect(() => readInputs(nan(), [value("x", [1, 4], "int64")])).toThrow(/element 1 is NaN/);
	});

	test("refuses fractions and values out of range where the model takes integers", () => {
		const byte = [value("x", [1], "uint8")];
		expect(() => readInputs(file({ input_data: [[0.5]] }), byte)).toThrow(
			"element 0 is 0.5, the model wants uint8",
		);
		expect(() => readInputs(file({ input_data: [[256]] }), byte)).toThrow("element 0 is 256");
	});
});

describe("tensor files", () => {
	const tensor = tensorFrom("float32", [1, 4], [1, 2, 3, 4]);

	test("of more .pb files than there are inputs those that name them, and the others are told of", () => {
		const rate = tensorFrom("int64", [], [16000]);
		const paths = [file(writeTensorProto(rate, "sr"), ".pb"), file(writeTensorProto(tensor, "x"), ".pb")];
		const told: string[] = [];
		expect(readInputs(paths, [x], { warn: (line) => told.push(line) })).toEqual(expected);
		expect(told).toEqual([expect.stringMatching(/was not read: there is no input "sr"/)]);
		const unnamed = [file(writeTensorProto(rate), ".pb"), paths[1], paths[1]];
		expect(() => readInputs(unnamed, [x])).toThrow(/has 3 inputs, the model 1 \("x"\): give one for each/);
	});

	test("one .pb or .npy file per input, in order or by their names", () => {
		expect(readInputs(file(writeTensorProto(tensor), ".pb"), [x])).toEqual(expected);
		expect(readInputs([file(writeNpy(tensor), ".npy")], [x])).toEqual(expected);
		const y = tensorFrom("float32", [1], [7]);
		const paths = [file(writeTensorProto(y, "y"), ".pb"), file(writeTensorProto(tensor, "x"), ".pb")];
		expect(readInputs(paths, [x, value("y", [1])]).get("y")).toEqual(y);
	});

	test("types are converted, and axes of size 1 are added", () => {
		const flat = tensorFrom("float64", [4], [1, 2, 3, 4]);
		expect(readInputs(file(writeNpy(flat), ".npy"), [x])).toEqual(expected);
		const wrong = tensorFrom("float32", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
		expect(() => readInputs(file(writeNpy(wrong), ".npy"), [x])).toThrow(
			"has shape [4, 2], the model wants [1, 4]",
		);
	});

	test("64-bit integers keep all their bits", () => {
		const large = { type: "int64", dims: [1], data: BigInt64Array.of(2n ** 60n + 1n) } as const;
		const read = readInputs(file(writeNpy(large), ".npy"), [value("i", [1], "int64")]);
		expect(read.get("i")?.data).toEqual(large.data);
	});

	test("a folder of ONNX's test suite", () => {
		const set = join(folder, "test_data_set_0");
		mkdirSync(set);
		writeFileSync(join(set, "input_0.pb"), writeTensorProto(tensor));
		expect(readInputs(set, [x])).toEqual(expected);
		expect(readExpected(set, [x])).toBeNull();
		writeFileSync(join(set, "output_0.pb"), writeTensorProto(tensor));
		expect(readExpected(set, [x])).toEqual(expected);
		expect(() => readInputs(folder, [x])).toThrow("has no input_0.pb");
	});

	test("refuses what is missing or foreign", () => {
		expect(() => readInputs(join(folder, "gone.json"), [x])).toThrow("does not exist");
		expect(() => readInputs(file("", ".gif"), [x])).toThrow("no .json, .npz, .csv, .pb, .npy, .png or .jpg");
		expect(() => readInputs(file(Uint8Array.of(255, 255), ".pb"), [x])).toThrow("not a TensorProto");
		expect(() => readInputs([file({}), file({})], [x])).toThrow("give it alone");
		expect(() => readInputs([], [x])).toThrow("no input file is given");
	});
});

describe("expected outputs", () => {
	test("may leave outputs out, leave shapes open, and be NaN", () => {
		const outputs = [value("y", ["a", "b"]), value("z", [1])];
		const read = readExpected(file('{"output_data": [[1, NaN, 3, 4]]}'), outputs);
		expect([...(read?.keys() ?? [])]).toEqual(["y"]);
		expect(read?.get("y")).toEqual(tensorFrom("float32", [4], [1, Number.NaN, 3, 4]));
		expect(readExpected(file({ input_data: [] }), outputs)).toBeNull();
	});
});

test("an expected output has the shape that it is given with where the model's is open", () => {
	const given = tensorFrom("float32", [1, 5, 3], new Array(15).fill(1));
	const path = file(writeTensorProto(given, "y"), ".pb");
	expect(readExpected([path], [value("y", ["batch", 3])])?.get("y")?.dims).toEqual([1, 5, 3]);
	expect(() => readExpected([path], [value("y", [1, 3])])).toThrow(InputError);
});
