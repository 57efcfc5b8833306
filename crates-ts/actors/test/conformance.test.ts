import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { writeTensorProto } from "@umpire/onnx/tensor-file.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { conformance } from "../src/conformance.ts";
import { findModels } from "../src/find-models.ts";

const root = mkdtempSync(join(tmpdir(), "umpire-conformance-"));
const quiet = { samples: 0, seed: 1, bits: 16, progress: () => {} } as const;

/** A model of one operator on four numbers. */
function save(path: string, opType: string): void {
	const g = new GraphBuilder("one");
	g.output(g.node(opType, [g.input("x", "float32", [1, 4])]), "float32", [1, 4]);
	mkdirSync(join(path, ".."), { recursive: true });
	writeFileSync(path, writeModel(g.model()));
}

beforeAll(() => {
	save(join(root, "sigmoid/network.onnx"), "Sigmoid");
	writeFileSync(join(root, "sigmoid/input.json"), JSON.stringify({ input_data: [[1, -2, 0.5, 3]] }));
	save(join(root, "suite/relu/model.onnx"), "Relu");
	const set = join(root, "suite/relu/test_data_set_0");
	mkdirSync(set);
	const values = (numbers: number[]) => writeTensorProto(tensorFrom("float32", [1, 4], numbers));
	writeFileSync(join(set, "input_0.pb"), values([1, -2, 0.5, 3]));
	writeFileSync(join(set, "output_0.pb"), values([1, 0, 0.5, 3]));
	save(join(root, "bare.onnx"), "Tanh");
	save(join(root, "random/model.onnx"), "RandomUniformLike");
	writeFileSync(join(root, "broken.onnx"), "no model");
	writeFileSync(
		join(root, "refused.txt"),
		"# random numbers cannot be recomputed\nrandom\nbroken # damaged\n",
	);
	save(join(root, "bare.umpire.onnx"), "Tanh");
});

afterAll(() => rmSync(root, { recursive: true }));

test("finds models with the data that lies beside them, not compiled programs", () => {
	const found = findModels(root);
	expect(found.map(({ name }) => name)).toEqual(["bare", "broken", "random", "sigmoid", "suite/relu"]);
	expect(found[3]).toMatchObject({ input: join(root, "sigmoid/input.json") });
	const set = join(root, "suite/relu/test_data_set_0");
	expect(found[4]).toMatchObject({ input: set, expect: set });
	expect(() => findModels(join(root, "suite/relu/test_data_set_0"))).toThrow(/no .onnx files/);
	expect(() => findModels(join(root, "absent"))).toThrow(/does not exist/);
});

test("models that fail do not stop the others, and every one is reported", async () => {
	const seen: string[] = [];
	const out = join(root, "out/results.json");
	const summary = await conformance({ ...quiet, folder: root, out, result: ({ name }) => seen.push(name) });
	expect(summary).toMatchObject({ ok: false, passed: 3, failed: 2, refused: 0 });
	expect(seen).toEqual(["bare", "broken", "random", "sigmoid", "suite/relu"]);
	expect(summary.models[2].error).toMatch(/random/);
	expect(summary.models[4].check?.expected?.maxRelRange).toBeLessThan(0.01);
	expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ passed: 3, failed: 2 });
});

test("refusals that are expected are no failures; a refusal that does not come is one", async () => {
	const refused = join(root, "refused.txt");
	const summary = await conformance({ ...quiet, folder: root, refused });
	expect(summary).toMatchObject({ ok: true, passed: 3, failed: 0, refused: 2 });
	writeFileSync(join(root, "wrong.txt"), "bare\n");
	const wrong = await conformance({ ...quiet, folder: root, refused: join(root, "wrong.txt"), only: "bare" });
	expect(wrong).toMatchObject({ ok: false, failed: 1 });
	expect(wrong.models[0].error).toMatch(/take it off the list/);
	writeFileSync(join(root, "stray.txt"), "absent\n");
	const stray = conformance({ ...quiet, folder: root, refused: join(root, "stray.txt") });
	await expect(stray).rejects.toThrow(/names "absent"/);
});

test("an output that is not the expected one fails", async () => {
	const path = join(root, "suite/relu/test_data_set_0/output_0.pb");
	writeFileSync(path, writeTensorProto(tensorFrom("float32", [1, 4], [1, 0, 0.5, 2])));
	const summary = await conformance({ ...quiet, folder: root, only: "relu" });
	expect(summary.models[0]).toMatchObject({ verdict: "failed" });
	expect(summary.models[0].error).toMatch(/expected output/);
});
