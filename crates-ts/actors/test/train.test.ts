import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demonstrateTraining } from "../src/demo-training.ts";
import { fitTable } from "../src/fit.ts";
import { rehearse } from "../src/rehearse.ts";
import { runProgram } from "../src/run-program.ts";
import { setUp } from "../src/set-up.ts";
import { type Training, type TrainOptions, train } from "../src/train.ts";

const progress = () => {};
let folder: string;
const file = (name: string) => join(folder, name);

const options = (): TrainOptions => ({
	model: join(projectRoot, "testdata", "optdigits", "model.onnx"),
	data: file("digits.csv"),
	loss: "cross-entropy",
	optimizer: "momentum",
	lr: 0.05,
	momentum: 0.9,
	weightDecay: 0,
	steps: 30,
	batch: 16,
	validation: 0.1,
	test: 0.1,
	scale: 1 / 16,
	freeze: [],
	seed: 1,
	out: file("out"),
	commit: false,
	progress,
});

let trained: Training;
beforeAll(async () => {
	await setUp(progress);
	folder = await mkdtemp(join(tmpdir(), "umpire-train-"));
	const digits = await readFile(join(projectRoot, "testdata", "optdigits", "digits.csv"), "utf8");
	await writeFile(file("digits.csv"), digits.split("\n").slice(0, 400).join("\n"));
	trained = await train({ ...options(), plot: file("curves.svg") });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("training", () => {
	it("learns digits as the float training does", () => {
		const { exact, float } = trained;
		expect(exact.score).toBeGreaterThan(0.8);
		expect(Math.abs(exact.loss - float.loss)).toBeLessThan(0.02);
		expect(Math.abs(exact.test! - float.test!)).toBeLessThanOrEqual(0.05);
		expect(trained.steps).toBe(30 + 5);
		expect(trained.parameters).toEqual(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]);
	});

	it("gives the weights back as a float model and as a program, which say the same of a digit", async () => {
		const row = (await readFile(file("digits.csv"), "utf8")).split("\n")[7].split(",").map(Number);
		const pixels = row.slice(0, 64).map((value) => value / 16);
		await writeFile(file("digit.json"), JSON.stringify({ input_data: [pixels] }));
		const model = readModel(trained.files.trained);
		const data = Float32Array.from(pixels);
		const feed = new Map([["pixels", { type: "float32" as const, dims: [1, 64], data }]]);
		const scores = Array.from((await runFloat(model, feed)).get("scores")!.data as Float32Array);
		const run = await runProgram(trained.files.inference, file("digit.json"), {
			strict: false,
			warn: progress,
		});
		expect(scores.indexOf(Math.max(...scores))).toBe(row[64]);
		run.outputs[0].values.forEach((value, k) => {
			expect(Math.abs(value - scores[k])).toBeLessThan(0.02);
		});
	});

	it("draws the curves of both runs", async () => {
		const svg = await readFile(trained.files.plot!, "utf8");
		expect(svg.match(/<polyline/g)).toHaveLength(4);
		expect(svg).toContain("exact</text>");
	});

	it("gives the same program and inputs another time", async () => {
		const again = await train({ ...options(), out: file("again") });
		expect([again.program, again.inputsRoot]).toEqual([trained.program, trained.inputsRoot]);
	});

	it.each([
		[{ batch: 500 }, /a batch of 500 is larger than the \d+ rows/],
		[{ lr: 0 }, /--lr is 0: give a number above 0 and below 128/],
		[{ steps: 1.5 }, /--steps is 1.5: give a whole number/],
		[{ momentum: 1 }, /--momentum is 1: give a share from 0 to below 1/],
		[{ validation: 0.6, test: 0.5 }, /nothing is left to train on/],
		[{ data: "nowhere.csv" }, /nowhere.csv does not exist/],
	] as const)("refuses %j", async (wrong, message) => {
		await expect(train({ ...options(), ...wrong })).rejects.toThrow(message);
	});
});

describe("a training program", () => {
	it("is rehearsed with its inputs: one wrong gradient is found and rejected", async () => {
		const short = await train({
			...options(),
			steps: 3,
			validation: 0.04,
			test: 0,
			out: file("short"),
			commit: true,
		});
		const { program } = await loadCommittedProgram(short.files.training);
		const operator = program.operators.findIndex(
			({ node, kind }) => node === "/fc1/Gemm/gradient/Gemm" && kind === "Dot",
		);
		const result = await rehearse({
			model: short.files.training,
			input: short.files.inputs,
			defect: `1/${operator}:700`,
			attack: false,
			bits: 16,
			seed: 1,
			progress,
		});
		expect(result.error).toBeUndefined();
		expect([result.verdict, result.found?.step, result.found?.operator]).toEqual(["rejected", 1, operator]);
		const run = await runProgram(short.files.training, short.files.inputs, { strict: true, warn: progress });
		expect([run.inputsRoot, run.traceRoot]).toEqual([short.inputsRoot, short.traceRoot]);
	});

	it("of a long run is committed to in segments: one wrong gradient is found in its step", async () => {
		const long = await train({
			...options(),
			steps: 9,
			validation: 0.04,
			test: 0,
			out: file("long"),
			commit: true,
			segment: 4,
		});
		expect([long.commitment, long.segment]).toEqual(["segments", 4]);
		const { program } = await loadCommittedProgram(long.files.training);
		const operator = program.operators.findIndex(
			({ node, kind }) => node === "/fc1/Gemm/gradient/Gemm" && kind === "Dot",
		);
		const given = {
			model: long.files.training,
			input: long.files.inputs,
			bits: 16,
			seed: 1,
			progress,
		} as const;
		const defect = `5/${operator}:700`;
		const result = await rehearse({ ...given, defect, attack: false });
		expect(result.error).toBeUndefined();
		expect([result.verdict, result.found?.step, result.found?.operator]).toEqual(["rejected", 5, operator]);
		const run = await runProgram(long.files.training, long.files.inputs, { strict: true, warn: progress });
		expect([run.inputsRoot, run.traceRoot]).toEqual([long.inputsRoot, long.traceRoot]);
		const attacked = await rehearse({ ...given, defect: "none", attack: true });
		expect([attacked.error, attacked.verdict]).toEqual([undefined, "final"]);
	});

	it("is rehearsed only with inputs", async () => {
		const given = {
			model: trained.files.training,
			defect: "random",
			attack: false,
			bits: 16,
			progress,
		} as const;
		await expect(rehearse(given)).rejects.toThrow(/is a compiled program: give its inputs with --input/);
	});
});

describe("the demonstration", () => {
	it("rejects the claim with one wrong gradient and makes the honest one final", async () => {
		const told: string[] = [];
		const shown = await demonstrateTraining((line) => told.push(line), 6);
		expect([shown.finding.step, shown.finding.node]).toEqual([3, "/fc1/Gemm/gradient/Gemm"]);
		expect(shown.hits).toBe(Math.round(shown.exact.validation! * 180));
		expect(shown.paid.submitter).toBeLessThan(0n);
		expect(shown.paid["second-submitter"]).toBeGreaterThan(0n);
		expect(told.at(-1)).toMatch(/The result is final: \d+ of 180 digits/);
	});
});

describe("fits", () => {
	it("write their program, inputs, a table and a picture", async () => {
		const table = Array.from(
			{ length: 40 },
			(_, k) => `${k},${(k * 7) % 11},${2 * k - 3 * ((k * 7) % 11) + 1}`,
		);
		await writeFile(file("line.csv"), `a,b,y\n${table.join("\n")}\n`);
		const { result, files } = await fitTable({
			method: "linear",
			data: file("line.csv"),
			drop: [],
			clusters: 3,
			components: 2,
			seed: 1,
			out: file("fitted"),
			plot: file("line.svg"),
			progress,
		});
		if (result.method !== "linear") throw new Error("another method");
		expect(result.coefficients.a).toBeCloseTo(2, 4);
		expect(result.coefficients.b).toBeCloseTo(-3, 4);
		expect(result.intercept).toBeCloseTo(1, 2);
		expect((await readFile(files.table, "utf8")).split("\n")[0]).toBe("column,coefficient");
		expect(existsSync(files.plot!)).toBe(true);
		const run = await runProgram(files.program, files.inputs, { strict: true, warn: progress });
		expect(run.outputs[0].name).toBe("errors");
	});
});
