import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CIRCUITS } from "../src/circuits.ts";
import type { VerificationKey } from "../src/snarkjs.ts";
import { verificationKeyPath } from "../src/verification-key.ts";
import { isKeyOfCode, keyWords } from "../src/verifier-source.ts";

const [dot, elements] = CIRCUITS.map(
	(circuit) => JSON.parse(readFileSync(verificationKeyPath(circuit), "utf8")) as VerificationKey,
);

/** Code that pushes words as Solidity's compiler does: without leading zero bytes, something else between them. */
const codeOf = (words: readonly string[]): string =>
	`0x6080${words
		.map((word) => {
			const bytes = word.replace(/^(00)+/, "");
			return `${(0x5f + bytes.length / 2).toString(16)}${bytes}602052`;
		})
		.join("")}f3`;
const wordsOf = (key: VerificationKey): string[] => keyWords(key).flatMap(([, words]) => [...words]);

describe("the key of a verifier's code", () => {
	it("is found in code that pushes all its words, of which some begin with zeros", () => {
		expect(wordsOf(dot).some((word) => word.startsWith("00"))).toBe(true);
		for (const key of [dot, elements]) expect(isKeyOfCode(key, codeOf(wordsOf(key)))).toBe(true);
		expect(isKeyOfCode(dot, codeOf(wordsOf(dot)).toUpperCase().replace("0X", "0x"))).toBe(true);
	});

	it("is not that of another circuit, of a key with another point, or of code without a word", () => {
		const code = codeOf(wordsOf(dot));
		expect(isKeyOfCode(elements, code)).toBe(false);
		expect(isKeyOfCode({ ...dot, vk_delta_2: dot.vk_gamma_2 }, code)).toBe(false);
		wordsOf(dot).forEach((word, i) => {
			const last = (Number.parseInt(word.slice(-1), 16) ^ 1).toString(16);
			const changed = wordsOf(dot).with(i, word.slice(0, -1) + last);
			expect(isKeyOfCode(dot, codeOf(changed)), `word ${i}`).toBe(false);
		});
		expect(isKeyOfCode(dot, "0x")).toBe(false);
	});

	it("is one whose points stand in another order no more", () => {
		const words = wordsOf(dot);
		expect(isKeyOfCode(dot, codeOf([...words.slice(2), ...words.slice(0, 2)]))).toBe(false);
	});
});
