import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "@umpire/actors/check.ts";
import { compileFile, saveCompiled } from "@umpire/actors/compile-file.ts";
import { runProgram } from "@umpire/actors/run-program.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "umpire-clipped-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** x − y, of inputs that are alike in calibration: what is within the inputs' ranges may be far beyond the difference's. */
const graph = new GraphBuilder("difference");
const x = graph.input("x", "float32", [1, 2]);
const y = graph.input("y", "float32", [1, 2]);
const d = graph.node("Sub", [x, y], {}, "/difference", ["d"]);
graph.output(graph.node("Tanh", [d], {}, "/tanh", ["t"]), "float32", [1, 2]);
const model = join(folder, "difference.onnx");
writeFileSync(model, writeModel(graph.model()));
const set = (a: number[], b: number[]) => [a, b].map((row) => tensorFrom("float32", [1, 2], row));
const alike = [set([5, -5], [4.9, -4.9]), set([3, 4], [3.1, 4.2])];
const file = (name: string, rows: number[][]): string => {
	const path = join(folder, name);
	writeFileSync(path, JSON.stringify({ input_data: rows }));
	return path;
};
const near = file("near.json", [
	[1, 2],
	[1.1, 2.1],
]);
const far = file("far.json", [
	[5, 2],
	[-5, 2],
]);

it("a run tells of values within the program that were clipped, and of none where none was", async () => {
	const compiled = await compileFile(model, { bits: 16, progress: () => {} }, alike);
	const program = await saveCompiled(compiled, model, folder);
	const saidOf = async (input: string): Promise<string[]> => {
		const said: string[] = [];
		await runProgram(program, input, { strict: false, home: folder, warn: (line) => said.push(line) });
		return said;
	};
	expect(await saidOf(near)).toEqual([]);
	const [line, ...more] = await saidOf(far);
	expect(more).toEqual([]);
	expect(line).toMatch(
		/^1 of 2 values of node "\/difference.*were clipped: .*Calibrate with inputs such as these/,
	);
});

it("a check tells of values within the program that were clipped", async () => {
	const calibrate = alike.map((tensors, k) =>
		file(
			`alike-${k}.json`,
			tensors.map(({ data }) => [...(data as Float32Array)]),
		),
	);
	const saidOf = async (input: string): Promise<string> => {
		const said: string[] = [];
		const options = { model, input, calibrate, samples: 0, bits: 16 } as const;
		await check({ ...options, progress: (line) => said.push(line) });
		return said.join("\n");
	};
	expect(await saidOf(far)).toMatch(/values of node "\/difference.*were clipped/);
	expect(await saidOf(near)).not.toMatch(/clipped/);
});

it("a check tells that compile refuses the model, though it does well on this input", async () => {
	const calibrate = [near, far];
	const zeros = file("zeros.json", [
		[0, 0],
		[0, 0],
	]);
	const checked = async (most: number) => {
		const options = { model, input: zeros, calibrate, samples: 0, bits: 16, progress: () => {} } as const;
		return check({ ...options, budget: { measure: "natural", most } });
	};
	const strict = await checked(1e-12);
	expect(strict.ok).toBe(true);
	expect(strict.missed).toMatch(/the error budget .* is missed: output "/);
	expect((await checked(0.01)).missed).toBeUndefined();
});
