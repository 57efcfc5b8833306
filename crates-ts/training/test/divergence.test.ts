import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { describe, expect, test } from "vitest";
import { divergenceOf } from "../src/divergence.ts";
import { trainBoth } from "../src/train.ts";
import { compileStep } from "../src/training-program.ts";
import { stepOf } from "./toys.ts";

const curve = (losses: readonly number[]) => ({
	points: losses.map((loss) => ({ loss, score: 0 })),
	validation: undefined,
	test: undefined,
});

/** A line through points whose numbers are far above 1. */
function line() {
	const g = new GraphBuilder("line");
	const x = g.input("x", "float32", [1, 1]);
	const weight = g.constant("w", tensorFrom("float32", [1, 1], [0.5]));
	g.output(g.node("MatMul", [x, weight], {}, "/line", ["y"]), "float32", [1, 1]);
	return g.model();
}
const numbers = Array.from({ length: 20 }, (_, i) => 50 + i);
const data = {
	rows: tensorFrom("float32", [20, 1], numbers),
	labels: tensorFrom("float32", [20], numbers),
};

const parts = { train: 16, validation: 2, test: 2 };

async function run(rate: number, steps: number) {
	const { step, job } = await stepOf(line(), data, {
		loss: "mse",
		optimiser: "sgd",
		rate,
		steps,
		batch: 4,
		parts,
	});
	const { program } = await compileStep(step, "line");
	return trainBoth(step, program, job, () => {});
}

describe("a training that gets worse", () => {
	test("is told with what would help, and one that learns or begins badly is not", () => {
		expect(divergenceOf(curve([1, 20, 400, 8000]))).toMatch(/loss goes from 1\.000 to 8000.*--lr.*--scale/);
		expect(divergenceOf(curve([1, 9, 8, 9]))).toBeUndefined();
		expect(divergenceOf(curve([5, 2, 1]))).toBeUndefined();
	});

	test("is noticed in a run whose rate is too large for its data, and not in one whose rate fits", async () => {
		expect(divergenceOf((await run(0.001, 8)).float)).toMatch(/diverges/);
		expect(divergenceOf((await run(0.00001, 8)).float)).toBeUndefined();
	});

	test("until floats hold it no more is refused as such, not as a defect of a node", async () => {
		await expect(run(1, 30)).rejects.toThrow(/the float training diverges.*smaller --lr.*--scale/);
	});
});
