import { packLeaf } from "@umpire/commitment/leaf.ts";
import { FIELD, loadPoseidon } from "@umpire/commitment/poseidon.ts";
import type { Hex } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { CIRCUITS, type CircuitInput, type CircuitName } from "../src/circuits.ts";
import { dotInput, dotSum, elementsInput } from "../src/openings.ts";
import { decodeProof, encodeProof } from "../src/proof.ts";
import { prove, verify } from "../src/prove.ts";
import { WitnessError } from "../src/witness.ts";

const beneficiary = "0x00000000000000000000000000000000deadbeef";
const poseidon = await loadPoseidon();
const hash = (words: readonly bigint[]): bigint => poseidon.poseidon5(words);

const x = packLeaf(
	Array.from({ length: 75 }, (_, i) => -400 * i),
	16,
);
const w = packLeaf(
	Array.from({ length: 155 }, (_, i) => i - 77),
	8,
);
const slots = Array.from({ length: 12 }, (_, i) => ({
	xWord: i % 5,
	xLane: i % 3,
	wWord: (i + 2) % 5,
	wLane: i,
	length: 12,
}));
const dot = { xWidth: 16, wWidth: 8, xLeaves: [x], wLeaves: [w], slots, beneficiary } as const;
const inputs: Record<CircuitName, CircuitInput> = {
	dot: dotInput(dot, hash),
	elements: elementsInput({ reads: [{ width: 16, words: x, word: 4, lane: 14 }], beneficiary }, hash),
};

describe.each(CIRCUITS)("a proof of %s", (circuit) => {
	let proof: Hex;
	let publicSignals: bigint[];

	beforeAll(async () => {
		({ proof, publicSignals } = await prove(circuit, inputs[circuit]));
	});

	test("is valid for its public signals", async () => {
		expect(await verify(circuit, proof, publicSignals)).toBe(true);
		expect(encodeProof(decodeProof(proof))).toBe(proof);
	});

	test("is invalid for any other public signal", async () => {
		for (const i of [0, publicSignals.length - 1]) {
			const tampered = publicSignals.with(i, (publicSignals[i] + 1n) % FIELD);
			expect(await verify(circuit, proof, tampered), `signal ${i}`).toBe(false);
		}
		const alias = publicSignals.with(0, publicSignals[0] + FIELD);
		expect(await verify(circuit, proof, alias)).toBe(false);
	});
});

test("the first public signals are what the openings say", async () => {
	const { publicSignals } = await prove("dot", inputs.dot);
	expect(publicSignals[0]).toBe((dotSum(dot) + FIELD) % FIELD);
	expect(publicSignals[9]).toBe(BigInt(beneficiary));
});

test("an input without a witness is refused with the reason", async () => {
	const wrong = { ...inputs.dot, xDigest: [1n, 2n, 3n] };
	await expect(prove("dot", wrong)).rejects.toThrow(WitnessError);
	await expect(prove("dot", { ...inputs.dot, unknown: 1n })).rejects.toThrow("unknown");
});

test("a proof of the wrong size is refused", async () => {
	await expect(verify("dot", "0x00", Array(10).fill(0n))).rejects.toThrow("256 bytes");
	await expect(verify("dot", "0x00", [])).rejects.toThrow("10 public signals");
});
