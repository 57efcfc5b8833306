import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import { readNpy, writeNpy } from "@umpire/onnx/npy.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensors } from "./arbitrary-models.ts";

/** A file as numpy.save writes it, with any header and version. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
	const prefix = version === 1 ? 10 : 12;
	const padded = `${header.padEnd(128 - prefix - 1)}\n`;
	const length = version === 1 ? [padded.length, 0] : [padded.length, 0, 0, 0];
	return Uint8Array.of(
		0x93,
		0x4e,
		0x55,
		0x4d,
		0x50,
		0x59,
		version,
		0,
		...length,
		...new TextEncoder().encode(padded),
		...data,
	);
}
const bytesOf = (array: Float32Array | Int32Array) => new Uint8Array(array.buffer);

describe("npy", () => {
	test("writes what numpy.save writes", () => {
		const header = "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }";
		const golden = npy(header, bytesOf(Int32Array.of(0, 1, 2, 3, 4, 5)));
		expect(writeNpy(tensorFrom("int32", [2, 3], [0, 1, 2, 3, 4, 5]))).toEqual(golden);
	});

	test("reads Fortran order, big endian, scalars and version 2", () => {
		const fortran = npy(
			"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
			bytesOf(Float32Array.of(0, 3, 1, 4, 2, 5)),
			2,
		);
		expect(readNpy(fortran)).toEqual(tensorFrom("float32", [2, 3], [0, 1, 2, 3, 4, 5]));
		const big = npy(
			"{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }",
			Uint8Array.of(1, 2, 255, 254),
		);
		expect(readNpy(big)).toEqual(tensorFrom("int16", [2], [258, -2]));
		const scalar = npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", Uint8Array.of(1));
		expect(readNpy(scalar)).toEqual(tensorFrom("bool", [], [1]));
	});

	test("round-trips every type that NumPy has", () => {
		fc.assert(
			fc.property(tensors, (tensor) => {
				fc.pre(tensor.type !== "string" && tensor.type !== "bfloat16");
				expect(readNpy(writeNpy(tensor))).toEqual(tensor);
			}),
		);
	});

	test("refuses what it cannot hold", () => {
		const object = npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8));
		expect(() => readNpy(object)).toThrow("not a plain number type");
		const short = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", new Uint8Array(8));
		expect(() => readNpy(short)).toThrow("needs 16 bytes, 8 are there");
		expect(() => readNpy(short.subarray(0, 40))).toThrow("truncated");
		expect(() => readNpy(Uint8Array.of(1, 2, 3))).toThrow(InputError);
		expect(() => writeNpy(tensorFrom("bfloat16", [1], [1]))).toThrow("no .npy type");
	});
});
