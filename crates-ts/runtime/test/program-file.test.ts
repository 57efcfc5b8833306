import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model } from "@umpire/onnx/model.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { parseProgram } from "@umpire/runtime/program-bytes.ts";
import { loadCommittedProgram, loadProgram, saveProgram } from "@umpire/runtime/program-file.ts";
import { lenet, randomInput } from "@umpire/testing/runtime/networks.ts";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder = "";
let path = "";
const program = lenet(16);

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-test-"));
	path = join(folder, "program.onnx");
	await saveProgram(program, path);
});
afterAll(() => rm(folder, { recursive: true }));

/** The file with something changed in it. */
async function changed(change: (model: Model) => Model): Promise<Uint8Array> {
	return writeModel(change(readModel(new Uint8Array(await readFile(path)))));
}

const withMetadata = (model: Model, key: string, value: (old: string) => string): Model => ({
	...model,
	metadata: new Map([...model.metadata].map(([k, v]) => [k, k === key ? value(v) : v])),
});

describe("a program file", () => {
	it("loads as the program that was saved", async () => {
		const { program: loaded, commitment } = await loadCommittedProgram(path);
		expect(loaded).toEqual(program);
		expect(commitment.root).toBe((await commitProgram(program)).root);
		expect(await readdir(folder)).toEqual(["program.onnx"]);
	});

	it("keeps numbers for what is missing that are no whole ones", async () => {
		const rates: typeof program = { ...program, inputs: [{ ...program.inputs[0], missing: [-0.125] }] };
		const file = join(folder, "rates", "program.onnx");
		await mkdir(join(folder, "rates"));
		await saveProgram(rates, file);
		const { program: loaded, commitment } = await loadCommittedProgram(file);
		expect(loaded.inputs[0].missing).toEqual([-0.125]);
		expect(commitment.root).toBe((await commitProgram(rates)).root);
		await rm(join(folder, "rates"), { recursive: true });
	});

	it("is an ordinary ONNX model that any session runs", async () => {
		const inputs = randomInput(program);
		const session = await InferenceSession.create(path, { graphOptimizationLevel: "basic" });
		const found = await session.run({
			x: new Tensor("float32", new Float32Array(inputs[0]), [1, 1, 28, 28]),
		});
		await session.release();
		const exact = await openSession(await loadProgram(path), { record: "outputs" });
		const { outputs } = await exact.run(inputs);
		await exact.release();
		expect(Array.from(found.y.data as Float32Array)).toEqual(Array.from(outputs[0]));
	});

	it("names nodes as the float model does and documents its functions", async () => {
		const model = readModel(new Uint8Array(await readFile(path)));
		expect(model.graph.nodes.map((node) => node.name)).toEqual(program.operators.map((op) => op.node));
		expect(model.functions[0]).toMatchObject({ name: "Dot_0_conv", domain: "umpire" });
	});

	it("is the same file every time", async () => {
		const again = join(folder, "again.onnx");
		await saveProgram(program, again);
		expect(await readFile(again)).toEqual(await readFile(path));
		await rm(again);
	});

	it("has its functions ignored: a changed body changes nothing", async () => {
		const bytes = await changed((model) => ({
			...model,
			functions: model.functions.map((f) => ({ ...f, nodes: f.nodes.slice(0, 1) })),
		}));
		expect((await parseProgram(bytes)).program).toEqual(program);
	});

	it("is refused when a weight was changed", async () => {
		const bytes = await changed((model) => {
			const [[name, tensor]] = model.graph.initializers;
			const data = Int8Array.from(tensor.data as Int8Array);
			data[3] = data[3] === 1 ? 2 : 1;
			const initializers = new Map([...model.graph.initializers, [name, { ...tensor, data }]]);
			return { ...model, graph: { ...model.graph, initializers } };
		});
		await expect(parseProgram(bytes)).rejects.toThrow(/file was changed|certificate/);
	});

	it.each([
		["a multiplier", '"multiplier":', '"multiplier":1', /file was changed|certificate/],
		["a width", '"width":16', '"width":12', /width 12/],
		["a bias", '"bias":"', '"bias":"x', /digits in quotes/],
		["the format", '"format":1', '"format":2', /format 2 found/],
		["a kind", '"kind":"Dot"', '"kind":"Dit"', /./],
		["a shape", '"shape":[1,6,28,28]', '"shape":[1,6,28,29]', /./],
		["a reference", '"source":"input","index":0', '"source":"operator","index":5', /./],
		["braces", '{"format"', '{{"format"', /not JSON/],
	])("is refused when %s was changed", async (_, from, to, message) => {
		const bytes = await changed((model) =>
			withMetadata(model, "umpire.program", (text) => {
				expect(text).toContain(from);
				return text.replace(from, to);
			}),
		);
		await expect(parseProgram(bytes)).rejects.toThrow(message);
	});

	it("is refused when root or certificate say something else", async () => {
		const root = await changed((model) => withMetadata(model, "umpire.root", () => `0x${"00".repeat(32)}`));
		await expect(parseProgram(root)).rejects.toThrow(/its content has the root 0x/);
		const certificate = await changed((model) =>
			withMetadata(model, "umpire.certificate", (text) => text.replace(/"bound":\d+/, '"bound":1')),
		);
		await expect(parseProgram(certificate)).rejects.toThrow(/exactness certificate/);
	});

	it("is refused with the file's name when it is something else", async () => {
		const other = join(folder, "other.onnx");
		await writeFile(other, await changed((model) => ({ ...model, metadata: new Map() })));
		await expect(loadProgram(other)).rejects.toThrow(/other\.onnx is no usable program file.*compiled first/);
		await writeFile(other, "not a model");
		await expect(loadProgram(other)).rejects.toThrow(/other\.onnx is no usable program file/);
		await rm(other);
		await expect(loadProgram(other)).rejects.toThrow(/does not exist/);
	});
});
