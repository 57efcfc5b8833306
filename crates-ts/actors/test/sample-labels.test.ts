import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLabels } from "@umpire/actors/sample-labels.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { modelOf, random } from "@umpire/testing/compiler/check.ts";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "umpire-labels-"));
afterAll(() => rmSync(folder, { recursive: true }));

const model = modelOf([[1, 4]], (g, [x]) => [g.node("Relu", [x]), g.node("Neg", [x])]);
const [{ name }] = model.graph.outputs;
const samples = (...rows: number[]): Tensor[][] => rows.map((count) => [random([count, 4])]);

function read(text: string, sets: Tensor[][], labelsOf: string | undefined = name) {
	const labels = join(folder, "labels");
	writeFileSync(labels, text);
	return openLabels({ labels, labelsOf }, model, sets);
}

test("labels are a JSON list, a list of each sample's, or one in each line behind a title", () => {
	const expected = { output: name, sets: [[3], [0], [1]] };
	expect(read("[3, 0, 1]", samples(1, 1, 1))).toEqual(expected);
	expect(read("[[3], [0], [1]]", samples(1, 1, 1))).toEqual(expected);
	expect(read("class\r\n3\r\n0\n\n1\n", samples(1, 1, 1))).toEqual(expected);
	expect(read("3\n0\n1", samples(2, 1))).toEqual({ output: name, sets: [[3, 0], [1]] });
	expect(openLabels({}, model, samples(1))).toBeUndefined();
});

test("a file that is no list of classes, or has another number of them, is refused with what it should be", () => {
	expect(() => read("3\nx\n1", samples(1, 1))).toThrow(/"x" is no class/);
	expect(() => read('["3"]', samples(1))).toThrow(/no list of classes/);
	expect(() => read("[3", samples(1))).toThrow(/no JSON/);
	expect(() => read("3\n0\n1", samples(1, 1))).toThrow(/3 labels; --calibrate has 2 samples with 2 rows/);
	expect(() => openLabels({ labels: join(folder, "none"), labelsOf: name }, model, [])).toThrow(
		/cannot be read/,
	);
	expect(() => openLabels({ labels: join(folder, "labels") }, model, samples(1))).toThrow(/has the outputs/);
});
