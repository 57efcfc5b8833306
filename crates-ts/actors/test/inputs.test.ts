import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { openHome } from "@umpire/store/home.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFile, saveCompiled } from "../src/compile-file.ts";
import { indexInputs } from "../src/index-inputs.ts";
import { openInputs, openModel } from "../src/models.ts";
import { quantiseInputs, readProgramInputs, runProgram } from "../src/run-program.ts";

const folder = mkdtempSync(join(tmpdir(), "umpire-inputs-"));
const ENTRIES = 10;
let model: string;
let file: string;

/** Token ids into a table of ten entries, and a mask of whole numbers. */
beforeAll(async () => {
	const graph = new GraphBuilder("small");
	const ids = graph.input("ids", "int64", [1, 3]);
	const mask = graph.input("mask", "int64", [1, 3]);
	const entries = Array.from({ length: 2 * ENTRIES }, (_, i) => i / 10);
	const table = graph.constant("table", tensorFrom("float32", [ENTRIES, 2], entries));
	const flat = graph.node(
		"Reshape",
		[ids, graph.constant("three", tensorFrom("int64", [1], [3]))],
		{},
		"/flat",
		["f"],
	);
	const embedded = graph.node("Gather", [table, flat], {}, "/embedding", ["e"]);
	const floats = graph.node("Cast", [mask], { to: { type: "int", value: 1n } }, "/cast", ["m"]);
	const column = graph.node(
		"Reshape",
		[floats, graph.constant("column", tensorFrom("int64", [2], [3, 1]))],
		{},
		"/column",
		["c"],
	);
	graph.output(graph.node("Mul", [embedded, column], {}, "/mul", ["y"]), "float32", [3, 2]);
	model = join(folder, "small.onnx");
	writeFileSync(model, writeModel(graph.model()));
	file = await saveCompiled(await compileFile(model, { bits: 16, progress: () => {} }), model, folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function input(ids: readonly number[], mask: readonly number[]): string {
	const path = join(folder, `${files++}.json`);
	writeFileSync(path, JSON.stringify({ input_data: [ids, mask] }));
	return path;
}

describe("the inputs of a program", () => {
	it("are valid where those of its model are: whole numbers stay whole", async () => {
		const { program } = await loadCommittedProgram(file);
		expect(program.inputs.map(({ type }) => type)).toEqual(["int64", "int64"]);
		for (const [ids, mask] of [
			[
				[1, 2, 2.5],
				[1, 1, 1],
			],
			[
				[1, 2, 3],
				[1, 0.5, 1],
			],
		]) {
			const path = input(ids, mask);
			expect(() => readProgramInputs(program, path)).toThrow(/the model wants int64/);
			expect(() => openInputs(path, openModel(model), new Map())).toThrow(/the model wants int64/);
		}
	});

	it("that choose what a table does not have are told of, and refused when that is asked for", async () => {
		const { program } = await loadCommittedProgram(file);
		expect([...indexInputs(program)]).toEqual([[0, { low: -ENTRIES, high: ENTRIES - 1 }]]);
		const told: string[] = [];
		const quantise = (ids: readonly number[], strict: boolean) =>
			quantiseInputs(program, readProgramInputs(program, input(ids, [20, -20, 3])), {
				strict,
				warn: (line) => told.push(line),
			});
		quantise([-ENTRIES, 0, ENTRIES - 1], true);
		expect(told).toEqual([]);
		expect(() => quantise([0, ENTRIES, 1], true)).toThrow(InputError);
		expect(() => quantise([0, 1, -ENTRIES - 1], true)).toThrow(
			/chooses entry -11 of a table that has -10 to 9/,
		);
		quantise([0, ENTRIES, 99], false);
		expect(told).toEqual([
			expect.stringMatching(/entry 10 of a table .*\(and 1 more such\).*--strict refuses it/),
		]);
	});

	it("are kept by whoever computes their root", async () => {
		const home = openHome(join(folder, "home"));
		const { inputsRoot } = await runProgram(file, input([1, 2, 3], [1, 1, 1]), {
			strict: true,
			home: home.folder,
			warn: () => {},
		});
		const { program } = await loadCommittedProgram(file);
		expect((await getInputs(home.content, program, inputsRoot))?.map((one) => [...one])).toEqual([
			[1, 2, 3],
			[1, 1, 1],
		]);
	});
});
