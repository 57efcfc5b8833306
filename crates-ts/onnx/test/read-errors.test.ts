import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { OnnxError } from "@umpire/onnx/errors.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelProto } from "../src/proto.ts";

const encoder = new TextEncoder();

function sample(): Uint8Array {
	const g = new GraphBuilder("sample");
	const x = g.input("x", "float32", [1, 3]);
	const w = g.constant("w", tensorFrom("float32", [3, 2], [1, 2, 3, 4, 5, 6]));
	g.output(g.node("MatMul", [x, w], {}, "matmul"), "float32", [1, 2]);
	return writeModel(g.model());
}

function messageOf(bytes: Uint8Array): string {
	try {
		readModel(bytes);
	} catch (error) {
		expect(error).toBeInstanceOf(OnnxError);
		expect((error as Error).message).not.toContain("\n");
		return (error as Error).message;
	}
	return "";
}

describe("files that are no models", () => {
	test.each([
		[
			"a Git LFS pointer",
			"version https://git-lfs.github.com/spec/v1\noid sha256:2f88\nsize 3\n",
			"git lfs pull",
		],
		["JSON", '{"input_data": [[1]]}', "JSON"],
		["HTML", "<!DOCTYPE html>", "HTML"],
		["a zip archive", "PK\x03\x04abc", "PyTorch"],
		["text", "hello world", "not an ONNX model"],
		["nothing", "", "is empty"],
	])("%s", (_, content, expected) => {
		expect(messageOf(encoder.encode(content))).toContain(expected);
	});

	test("a message without a graph, and an empty graph", () => {
		expect(messageOf(ModelProto.encode({ irVersion: 8 }).finish())).toContain("no graph");
		const graph = { name: "nothing" };
		expect(messageOf(ModelProto.encode({ irVersion: 8, graph }).finish())).toContain("empty graph");
	});

	test("inputs that are no tensors", () => {
		const tensorType = { elemType: 1, shape: { dim: [{ dimValue: 2 }] } };
		const input = [{ name: "list", type: { sequenceType: { elemType: { tensorType } } } }];
		const node = [{ opType: "SequenceAt", input: ["list", "at"], output: ["y"] }];
		const graph = { name: "g", input, node, output: [{ name: "y" }] };
		expect(messageOf(ModelProto.encode({ irVersion: 8, graph }).finish())).toContain(
			'input "list" is no tensor but a sequence',
		);
	});

	describe("integers of less than 8 bits", () => {
		const tensorType = { elemType: 1, shape: { dim: [{ dimValue: 3 }] } };
		const graphOf = (node: object, code: number, stored: object) => ({
			name: "g",
			input: [{ name: "x", type: { tensorType } }],
			initializer: [{ name: "w", dataType: code, dims: [3], ...stored }],
			node: [{ name: "n", output: ["y"], ...node }],
			output: [{ name: "y" }],
		});
		const read = (graph: object) => readModel(ModelProto.encode({ irVersion: 10, graph }).finish());
		const node = { opType: "DequantizeLinear", input: ["w", "s"] };
		test.each([
			["int4", 22, { rawData: Uint8Array.of(0x8f, 0x07) }, "int8", [-1, -8, 7]],
			["uint4", 21, { int32Data: [0x8f, 0x07] }, "uint8", [15, 8, 7]],
			["int2", 26, { rawData: Uint8Array.of(0b00_01_10_11) }, "int8", [-1, -2, 1]],
		])("%s are read as 8 bits", (_, code, stored, type, values) => {
			const tensor = read(graphOf(node, code, stored)).graph.initializers.get("w")!;
			expect([tensor.type, Array.from(tensor.data as Int8Array)]).toEqual([type, values]);
		});
		test("too few bytes are refused", () => {
			expect(() => read(graphOf(node, 22, { rawData: Uint8Array.of(1) }))).toThrow("holds 2 elements");
		});
		test.each([
			{ opType: "QuantizeLinear", input: ["x", "s", "w"] },
			{ opType: "CastLike", input: ["x", "w"] },
			{ opType: "Cast", input: ["x"], attribute: [{ name: "to", type: 2, i: 22 }] },
		])("nothing may round to them: $opType", (rounding) => {
			const graph = graphOf(rounding, 22, { rawData: Uint8Array.of(1, 0) });
			expect(() => read(graph)).toThrow(/node "n" .* rounds to less than 8 bits/);
		});
	});

	test("a path that does not exist, or is a folder", () => {
		const folder = mkdtempSync(join(tmpdir(), "umpire-onnx-"));
		expect(() => readModel(join(folder, "no.onnx"))).toThrow(/no\.onnx does not exist/);
		expect(() => readModel(folder)).toThrow("is a folder");
		const path = join(folder, "cut.onnx");
		writeFileSync(path, sample().subarray(0, 90));
		expect(() => readModel(path)).toThrow(
			/cut\.onnx is truncated \(its graph needs \d+ bytes, \d+ are there\)/,
		);
	});
});

describe("damaged models", () => {
	test("every truncation that loses the graph is an OnnxError", () => {
		const bytes = sample();
		const withoutOpset = readModel(bytes);
		for (let length = 0; length < bytes.length; length++) {
			const message = messageOf(bytes.subarray(0, length));
			// Cutting exactly after the graph leaves a sound file that states no opset.
			if (message === "") expect(readModel(bytes.subarray(0, length)).graph).toEqual(withoutOpset.graph);
		}
	});

	test("random damage gives a model or an OnnxError, never another error", () => {
		const bytes = sample();
		const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
		fc.assert(
			fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
				const damaged = bytes.slice();
				for (const [at, value] of changes) damaged[at] = value;
				messageOf(damaged);
			}),
			{ numRuns: 2000 },
		);
	});

	test("random bytes", () => {
		fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void messageOf(bytes)));
	});
});
