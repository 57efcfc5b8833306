import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keccak256 } from "../src/keccak.ts";

describe("keccak256", () => {
	test("is that of another implementation, at every length around its blocks of 136 bytes", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
				expect(keccak256(bytes)).toEqual(keccak_256(bytes));
			}),
			{ numRuns: 500 },
		);
		for (let length = 0; length <= 300; length++) {
			const bytes = new Uint8Array(length).fill(length);
			expect(keccak256(bytes)).toEqual(keccak_256(bytes));
		}
	});

	test("a digest stays when another is computed", () => {
		const first = keccak256(Uint8Array.of(1));
		const copy = first.slice();
		keccak256(Uint8Array.of(2));
		expect(first).toEqual(copy);
	});
});
