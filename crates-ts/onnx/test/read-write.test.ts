import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom, toNumbers } from "@umpire/onnx/element-types.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { readTensorProto, writeTensorProto } from "@umpire/onnx/tensor-file.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filesIn } from "../src/external-files.ts";
import { ModelProto, type TensorMessage } from "../src/proto.ts";
import { tensorOfProto } from "../src/tensor-proto.ts";
import { models, tensors } from "./arbitrary-models.ts";

describe("readModel and writeModel", () => {
	test("any model comes back as it was, and the same bytes again", () => {
		fc.assert(
			fc.property(models, (model) => {
				const bytes = writeModel(model);
				const again = readModel(bytes);
				expect(again).toEqual(model);
				expect(writeModel(again)).toEqual(bytes);
			}),
			{ numRuns: 200 },
		);
	});

	test("initializers of IR 3 are listed as inputs in the file, not in the graph", () => {
		const g = new GraphBuilder("old");
		const x = g.input("x", "float32", [2]);
		g.output(g.node("Add", [x, g.constant("w", tensorFrom("float32", [2], [1, 2]))], {}, "add"));
		const bytes = writeModel({ ...g.model(), irVersion: 3 });
		expect(ModelProto.decode(bytes).graph?.input?.map((input) => input.name)).toEqual(["x", "w"]);
		expect(readModel(bytes).graph.inputs.map((input) => input.name)).toEqual(["x"]);
	});

	test("large tensors and long integer lists overflow no stack", () => {
		const g = new GraphBuilder("large");
		const w = g.constant("w", { type: "float32", dims: [8_000_000], data: new Float32Array(8_000_000) });
		const ints = Array.from({ length: 200_000 }, (_, i) => i);
		g.output(g.node("Big", [w], { list: ints }));
		const { graph } = readModel(writeModel(g.model()));
		expect(graph.initializers.get("w")?.data.length).toBe(8_000_000);
		expect(graph.nodes[0].attributes.get("list")).toEqual({ type: "ints", value: ints.map(BigInt) });
	});
});

describe("storage forms of TensorProto", () => {
	const read = (message: TensorMessage) => tensorOfProto(message, null);

	test("typed fields of every type", () => {
		const cases: [TensorMessage, number[]][] = [
			[{ dataType: 1, floatData: [1.5, -2] }, [1.5, -2]],
			[{ dataType: 11, doubleData: [1e300, -2] }, [1e300, -2]],
			[{ dataType: 2, int32Data: [255, 0] }, [255, 0]],
			[{ dataType: 3, int32Data: [-128, 127] }, [-128, 127]],
			[{ dataType: 4, int32Data: [65535, 0] }, [65535, 0]],
			[{ dataType: 5, int32Data: [-32768, 1] }, [-32768, 1]],
			[{ dataType: 6, int32Data: [-(2 ** 31), 5] }, [-(2 ** 31), 5]],
			[{ dataType: 7, int64Data: [-5, 2 ** 40] }, [-5, 2 ** 40]],
			[{ dataType: 9, int32Data: [1, 0] }, [1, 0]],
			[{ dataType: 10, int32Data: [0x3c00, 0xc000] }, [1, -2]],
			[{ dataType: 12, uint64Data: [2 ** 32 - 1, 0] }, [2 ** 32 - 1, 0]],
			[{ dataType: 13, uint64Data: [2 ** 40, 0] }, [2 ** 40, 0]],
			[{ dataType: 16, int32Data: [0x3f80, 0xc000] }, [1, -2]],
		];
		for (const [message, expected] of cases) {
			const { data, type } = read({ ...message, dims: [2] });
			expect([type, ...toNumbers({ type, dims: [2], data })]).toEqual([type, ...expected]);
		}
		expect(read({ dataType: 8, dims: [1], stringData: [new TextEncoder().encode("é")] }).data).toEqual(["é"]);
	});

	test("raw data at any offset is little endian", () => {
		const bytes = Uint8Array.of(9, 0, 0, 128, 63, 0, 0, 0, 192).subarray(1);
		expect([...toNumbers(read({ dataType: 1, dims: [2], rawData: bytes }))]).toEqual([1, -2]);
	});

	test("64-bit integers keep all their bits", () => {
		fc.assert(
			fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
				const tensor: Tensor = { type: "uint64", dims: [], data: BigUint64Array.of(value) };
				expect(readTensorProto(writeTensorProto(tensor)).tensor).toEqual(tensor);
			}),
		);
	});

	test("a count that does not fill the shape is refused", () => {
		expect(() => read({ name: "w", dataType: 1, dims: [3], floatData: [1] })).toThrow(
			'tensor "w" holds 1 elements, its shape [3] needs 3',
		);
		expect(() => read({ name: "w", dataType: 1, dims: [1], rawData: Uint8Array.of(1, 2, 3) })).toThrow(
			"3 bytes of raw data, no multiple of 4",
		);
	});

	test("types that are not read are named", () => {
		expect(() => read({ name: "w", dataType: 17, dims: [1] })).toThrow("float8e4m3fn");
		expect(() => read({ name: "w", dataType: 24, dims: [1] })).toThrow("float8e8m0");
	});

	test("tensor files round-trip", () => {
		fc.assert(
			fc.property(tensors, (tensor) => {
				expect(readTensorProto(writeTensorProto(tensor, "t"))).toEqual({ name: "t", tensor });
			}),
		);
	});
});

describe("external data", () => {
	const folder = mkdtempSync(join(tmpdir(), "umpire-onnx-"));
	writeFileSync(join(folder, "weights.bin"), new Uint8Array(Float32Array.of(9, 1, 2, 3).buffer));
	const external = (entries: Record<string, string>) => {
		const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
		return { name: "w", dataType: 1, dims: [2], dataLocation: 1, externalData };
	};

	test("is read from beside the file", () => {
		const graph = {
			output: [{ name: "w" }],
			initializer: [external({ location: "weights.bin", offset: "4", length: "8" })],
		};
		const path = join(folder, "model.onnx");
		writeFileSync(path, ModelProto.encode({ irVersion: 8, graph }).finish());
		expect(readModel(path).graph.initializers.get("w")).toEqual(tensorFrom("float32", [2], [1, 2]));
		expect(() => readModel(ModelProto.encode({ irVersion: 8, graph }).finish())).toThrow(
			"read the model by its path",
		);
	});

	test("outside of the model's folder is refused", () => {
		symlinkSync("/etc", join(folder, "link"));
		for (const location of ["../weights.bin", "/etc/passwd", "a/../../b", ""])
			expect(() => tensorOfProto(external({ location }), filesIn(folder))).toThrow("not beside the model");
		expect(() => tensorOfProto(external({ location: "link/passwd" }), filesIn(folder))).toThrow(
			"links to outside",
		);
		// A folder beside it, whose name begins alike.
		mkdirSync(`${folder}-others`);
		writeFileSync(join(`${folder}-others`, "weights.bin"), new Uint8Array(8));
		symlinkSync(`${folder}-others`, join(folder, "others"));
		expect(() => tensorOfProto(external({ location: "others/weights.bin" }), filesIn(folder))).toThrow(
			"links to outside",
		);
	});

	test("missing or short files are named", () => {
		expect(() => tensorOfProto(external({ location: "gone.bin" }), filesIn(folder))).toThrow(
			"cannot be read",
		);
		expect(() =>
			tensorOfProto(external({ location: "weights.bin", offset: "12", length: "8" }), filesIn(folder)),
		).toThrow("at bytes 12–20");
	});
});
