import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { strToU8, zipSync } from "fflate";
import { PNG } from "pngjs";
import { afterAll, describe, expect, test } from "vitest";
import { readColumns } from "../src/data/columns-of-table.ts";
import { divided } from "../src/data/labelled.ts";
import { readLabelled } from "../src/data/read.ts";

const folder = mkdtempSync(join(tmpdir(), "umpire-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string | Uint8Array): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

/** Bytes of an array as numpy.save writes it. */
function npy(descr: string, dims: readonly number[], data: Uint8Array): Uint8Array {
	const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims.map((size) => `${size},`).join("")}), }`;
	const header = strToU8(text.padEnd(117, " ").concat("\n"));
	return Uint8Array.from([...strToU8("\u0093NUMPY", true), 1, 0, header.length, 0, ...header, ...data]);
}

const image = (width: number, height: number, grey: number): Buffer => {
	const png = new PNG({ width, height });
	png.data.fill(grey);
	return PNG.sync.write(png);
};

describe("labelled data", () => {
	test("a table has its labels in the last column, or in the one that is named", () => {
		const path = written("a.csv", "age,height,weight\n1,2,3\n4,5,6\n");
		const last = readLabelled(path);
		expect([last.rows.dims, [...last.rows.data], [...last.labels.data]]).toEqual([
			[2, 2],
			[1, 2, 4, 5],
			[3, 6],
		]);
		const named = readLabelled(path, "height");
		expect([[...named.rows.data], [...named.labels.data]]).toEqual([
			[1, 3, 4, 6],
			[2, 5],
		]);
		expect([...readLabelled(path, "1").labels.data]).toEqual([1, 4]);
		expect(() => readLabelled(path, "size")).toThrow(/no column "size": it has "age", "height", "weight"/);
	});

	test("a cell that is no number is told by row and column", () => {
		const path = written("b.csv", "x,y\n1,2\n,3\n");
		expect(() => readLabelled(path)).toThrow(/b\.csv, row 2, column x: "" is no number/);
		expect(() => readLabelled(written("c.csv", "x,kind\n1,cat\n"))).toThrow(
			/column kind: "cat" is no number: number the classes/,
		);
	});

	test("a table that is a folder, or none, is told by name", () => {
		const inside = join(folder, "folder.csv");
		mkdirSync(inside);
		expect(() => readColumns(inside)).toThrow(/folder\.csv is a folder: give a \.csv file/);
		expect(() => readColumns(join(folder, "none.csv"))).toThrow(/does not exist: check the path/);
		expect(() => readColumns(written("e.csv", "a,b\n"))).toThrow(/e\.csv: the table has no rows/);
	});

	test("arrays are x and y, or parts by name", () => {
		const [x, y] = [
			npy("|u1", [3, 2], Uint8Array.of(1, 2, 3, 4, 5, 6)),
			npy("|u1", [3], Uint8Array.of(0, 1, 2)),
		];
		const whole = readLabelled(written("c.npz", zipSync({ "x.npy": x, "y.npy": y })));
		expect([whole.rows.dims, [...whole.labels.data]]).toEqual([
			[3, 2],
			[0, 1, 2],
		]);
		const files = [written("x.npy", x), written("y.npy", y)].join();
		expect([...readLabelled(files).rows.data]).toEqual([1, 2, 3, 4, 5, 6]);
		const parts = { "x_train.npy": x, "y_train.npy": y, "x_test.npy": x, "y_test.npy": y };
		const divided = readLabelled(written("d.npz", zipSync(parts)));
		expect([divided.rows.dims, divided.parts]).toEqual([[6, 2], { train: 3, validation: 0, test: 3 }]);
		expect(() => readLabelled(written("e.npz", zipSync({ "a.npy": x })))).toThrow(/call them x and y/);
	});

	test("arrays hold finite numbers in rows, as many samples as labels in every part", () => {
		const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
		const column = (...values: number[]) => npy("<f4", [values.length, 1], floats(...values));
		const read = (name: string, arrays: Record<string, Uint8Array>) =>
			readLabelled(written(name, zipSync(arrays)));
		const labels = { "y.npy": column(1, 2) };
		for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
			expect(() => read("nan.npz", { "x.npy": column(0, wrong), ...labels })).toThrow(
				new RegExp(`nan.npz: row 2 of the samples holds ${wrong}, which is no number`),
			);
			expect(() => read("nan.npz", { "x.npy": column(1, 2), "y.npy": column(wrong, 1) })).toThrow(
				/row 1 of the labels/,
			);
		}
		expect(() => read("nothing.npz", { "x.npy": npy("<f4", [2, 0], floats()), ...labels })).toThrow(
			/the samples are rows of nothing/,
		);
		const one = npy("<f4", [], floats(1));
		expect(() => read("one.npz", { "x.npy": one, "y.npy": one })).toThrow(/the samples are one number/);
		// All in all there are as many: a row of the test would have been trained on.
		const parts = { "x_train.npy": column(0, 1, 2), "y_train.npy": column(0, 1) };
		const rest = { "x_test.npy": column(3), "y_test.npy": column(2, 3) };
		expect(() => read("parts.npz", { ...parts, ...rest })).toThrow(
			/parts.npz, part "train", has 3 samples and 2 labels/,
		);
	});

	test("a folder of images is read without links that lead nowhere and folders that are called like images", () => {
		const of = join(folder, "odd");
		mkdirSync(join(of, "a", "b.png"), { recursive: true });
		symlinkSync(join(of, "nowhere"), join(of, "z"));
		symlinkSync(join(of, "nowhere"), join(of, "a", "c.png"));
		expect(() => readLabelled(of)).toThrow(/holds no images in folders/);
		writeFileSync(join(of, "a", "d.png"), image(2, 2, 255));
		expect(readLabelled(of).rows.dims).toEqual([1, 1, 2, 2]);
	});

	test("a folder of images has a folder for each class", () => {
		for (const [name, grey] of [
			["cat", 0],
			["dog", 255],
		] as const) {
			mkdirSync(join(folder, "images", name), { recursive: true });
			written(join("images", name, "1.png"), image(3, 2, grey));
		}
		const { rows, labels } = readLabelled(join(folder, "images"));
		expect([rows.dims, [...rows.data], [...labels.data]]).toEqual([
			[2, 1, 2, 3],
			[0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
			[0n, 1n],
		]);
		written(join("images", "dog", "2.png"), image(2, 2, 9));
		expect(() => readLabelled(join(folder, "images"))).toThrow(/2\.png is 2 × 2, .*1\.png is 3 × 2/);
	});
});

describe("parts", () => {
	const rows = tensorFrom(
		"float32",
		[10, 1],
		Array.from({ length: 10 }, (_, k) => k),
	);
	const labels = tensorFrom(
		"int64",
		[10],
		Array.from({ length: 10 }, (_, k) => k),
	);

	test("are drawn by a seed, every row in one of them, with its label", () => {
		const one = divided({ rows, labels }, { validation: 0.2, test: 0.3 }, 7);
		expect(one.parts).toEqual({ train: 5, validation: 2, test: 3 });
		expect(Array.from(one.rows.data, Number).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
		expect(Array.from(one.labels.data, Number)).toEqual(Array.from(one.rows.data, Number));
		expect(divided({ rows, labels }, { validation: 0.2, test: 0.3 }, 7)).toEqual(one);
		expect(divided({ rows, labels }, { validation: 0.2, test: 0.3 }, 8)).not.toEqual(one);
	});

	test("that the data has stay as they are", () => {
		const parts = { train: 6, validation: 0, test: 4 };
		const one = divided({ rows, labels, parts }, { validation: 0.5, test: 0.5 }, 7);
		expect(one.parts).toEqual({ train: 3, validation: 3, test: 4 });
		const numbers = Array.from(one.rows.data, Number);
		expect(numbers.slice(6)).toEqual([6, 7, 8, 9]);
		expect(numbers.slice(0, 6).sort()).toEqual([0, 1, 2, 3, 4, 5]);
	});

	test("leave something to train on", () => {
		expect(() => divided({ rows, labels }, { validation: 0.5, test: 0.5 }, 7)).toThrow(
			/nothing is left to train on/,
		);
	});
});
