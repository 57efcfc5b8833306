import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { decodeModel } from "@umpire/onnx/decode.ts";
import { filesIn } from "@umpire/onnx/external-files.ts";
import { fileRangeOf, forgetData, keptBytes } from "@umpire/onnx/lazy-data.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { sessionModel } from "@umpire/onnx/session-model.ts";
import { setAside } from "@umpire/onnx/set-aside.ts";
import type { ExternalFiles } from "@umpire/onnx/tensor-proto.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { dataFileOf, writeModelFile } from "@umpire/onnx/write-file.ts";
import { afterAll, describe, expect, test } from "vitest";
import { ModelProto } from "../src/proto.ts";

const folder = mkdtempSync(join(tmpdir(), "umpire-external-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Layers of [256, 256] floats, 256 KB each. */
const SIZE = 256;
const BYTES = 4 * SIZE ** 2;

function layers(count: number): Model {
	const g = new GraphBuilder("layers");
	const random = new Random(1);
	let x = g.input("x", "float32", [1, SIZE]);
	for (let k = 0; k < count; k++) {
		const weights = g.constant(`w${k}`, random.normalTensor([SIZE, SIZE]));
		x = g.node("Add", [g.node("MatMul", [x, weights]), g.constant(`b${k}`, random.normalTensor([SIZE]))]);
	}
	g.output(x, "float32", [1, SIZE]);
	return g.model();
}

/** The files of the folder, and how many bytes of them were read. */
function counted(): { files: ExternalFiles; read: () => number } {
	const files = filesIn(folder);
	let bytes = 0;
	return {
		read: () => bytes,
		files: {
			...files,
			read(range) {
				bytes += range.length;
				return files.read(range);
			},
		},
	};
}

describe("weights beside a model", () => {
	const model = layers(8);
	const path = join(folder, "layers.onnx");
	writeModelFile(model, path);

	test("come back as they were, the same bytes for the same model", () => {
		expect(readModel(path)).toEqual(model);
		const again = join(folder, "again.onnx");
		writeModelFile(readModel(path), again, dataFileOf(again), "layers.onnx.data");
		expect(readModel(again).graph.initializers.size).toBe(16);
		expect(statSync(again).size).toBe(statSync(path).size);
		expect(statSync(path).size).toBeLessThan(16 * 1024);
	});

	test("a reader reads none of them with the model, and each alone when it is asked for", () => {
		const { files, read } = counted();
		const bytes = writeModel(readModel(path), (_, tensor) => {
			const range = fileRangeOf(tensor);
			return range && { location: "layers.onnx.data", offset: range.offset, length: range.length };
		});
		const { graph } = decodeModel(bytes, "layers", files);
		expect(read()).toBe(0);
		const [weights, other] = ["w0", "w5"].map((name) => graph.initializers.get(name)!);
		for (let i = 0; i < 3; i++) expect(weights.data).toEqual(model.graph.initializers.get("w0")!.data);
		expect(read()).toBe(BYTES);
		expect(other.data.length).toBe(SIZE ** 2);
		expect(read()).toBe(2 * BYTES);
	});

	test("are in memory up to a bound, however many were asked for", () => {
		forgetData();
		const large = { type: "float32", dims: [2 ** 22] } as const;
		const holders = Array.from({ length: 8 }, () => setAside(large, new Float32Array(2 ** 22)));
		for (const { data } of holders) expect(data.length).toBe(2 ** 22);
		expect(keptBytes()).toBeLessThanOrEqual(2 ** 26);
		forgetData();
	});

	test("of a large model are in no bytes that a session gets, nor read for it", () => {
		const zeros = join(folder, "zeros.bin");
		writeFileSync(zeros, "");
		truncateSync(zeros, 2 ** 28);
		const external = Object.entries({ location: "zeros.bin", offset: "0", length: `${2 ** 28}` });
		const graph = {
			name: "zeros",
			initializer: [
				{
					...{ name: "w", dataType: 1, dims: [2 ** 13, 2 ** 13], dataLocation: 1 },
					externalData: external.map(([key, value]) => ({ key, value })),
				},
			],
			node: [{ opType: "Neg", input: ["w"], output: ["y"] }],
			output: [{ name: "y" }],
		};
		const { files, read } = counted();
		const large = decodeModel(ModelProto.encode({ irVersion: 8, graph }).finish(), "zeros", files);
		const { bytes, isLarge, release } = sessionModel(large);
		release();
		expect(isLarge).toBe(true);
		expect(bytes.length).toBeLessThan(1024);
		expect(read()).toBe(0);
		expect(sessionModel(layers(1)).isLarge).toBe(false);
	});
});

describe("faults of external data are told", () => {
	const initializer = (entries: Readonly<Record<string, string>>, dims: readonly number[] = [SIZE, SIZE]) => {
		const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
		return { name: "w", dataType: 1, dims: [...dims], dataLocation: 1, externalData };
	};
	const read = (entries: Readonly<Record<string, string>>, dims?: readonly number[]) => {
		const graph = { name: "g", initializer: [initializer(entries, dims)], output: [{ name: "w" }] };
		const path = join(folder, "faulty.onnx");
		writeFileSync(path, ModelProto.encode({ irVersion: 8, graph }).finish());
		return readModel(path).graph.initializers.get("w")!;
	};
	const file = join(folder, "weights.bin");
	writeFileSync(file, new Uint8Array(BYTES + 64));
	const place = { location: "weights.bin", offset: "64", length: `${BYTES}` };

	test.each([
		["a short file", { ...place, offset: "4096" }, `which has ${BYTES + 64} bytes`],
		["a length that is not the shape's", { ...place, length: `${BYTES - 4}` }, "its shape [256, 256] needs"],
		["no whole number of elements", { ...place, length: `${BYTES - 1}` }, "no multiple of 4"],
		["a negative offset", { ...place, offset: "-4" }, '"-4" for the offset'],
		["an offset that is no number", { ...place, offset: "a few" }, '"a few" for the offset'],
		["an offset beyond what numbers hold", { ...place, offset: "99999999999999999999" }, "for the offset"],
		["a file outside of the folder", { ...place, location: "../weights.bin" }, "not beside the model"],
		["a missing file", { ...place, location: "gone.bin" }, "gone.bin, which cannot be read"],
		["a folder", { ...place, location: "." }, "no plain file"],
	])("%s", (_, entries, message) => {
		expect(() => read(entries)).toThrow(message);
	});

	test("a file that is changed or gone while it is in use", () => {
		const weights = read(place);
		expect(weights.data.length).toBe(SIZE ** 2);
		forgetData();
		writeFileSync(file, new Uint8Array(BYTES + 128));
		expect(() => weights.data).toThrow("was changed while it was in use");
		const fresh = read(place);
		rmSync(file);
		expect(() => fresh.data).toThrow("cannot be read any more");
	});
});
