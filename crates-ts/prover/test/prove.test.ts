import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { FIELD, loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { network } from "hardhat";
import { decodeFunctionResult, encodeFunctionData, type Hex, parseAbi } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { CIRCUITS, type CircuitInput, type CircuitName, VERIFIERS_FOLDER } from "../src/circuits.ts";
import { dotInput, dotSum, elementsInput } from "../src/openings.ts";
import { decodeProof, encodeProof } from "../src/proof.ts";
import { prove, verify } from "../src/prove.ts";
import { VERIFIER_NAMES } from "../src/verifier-source.ts";
import { WitnessError } from "../src/witness.ts";

const beneficiary = "0x00000000000000000000000000000000deadbeef";
const poseidon = await loadPoseidon();
const hash = (words: readonly bigint[]): bigint => poseidon.poseidon5(words);
const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };

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

	test("is accepted by the Solidity verifier, and nothing else is", async () => {
		const contract = await deployVerifier(circuit);
		expect(await contract(proof, publicSignals)).toBe(true);
		for (let i = 0; i < publicSignals.length; i++) {
			expect(await contract(proof, publicSignals.with(i, publicSignals[i] ^ 1n)), `signal ${i}`).toBe(false);
			expect(await contract(proof, publicSignals.with(i, publicSignals[i] + FIELD)), `alias ${i}`).toBe(
				false,
			);
		}
		const other = `${proof.slice(0, -1)}${proof.endsWith("0") ? "1" : "0"}` as Hex;
		expect(await contract(other, publicSignals)).toBe(false);
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

/** Deploys a verifier on a chain of its own and returns its `verifyProof`. */
async function deployVerifier(
	circuit: CircuitName,
): Promise<(proof: Hex, signals: readonly bigint[]) => Promise<boolean>> {
	const name = VERIFIER_NAMES[circuit];
	const content = await readFile(`${VERIFIERS_FOLDER}${name}.sol`, "utf8");
	const compiled = JSON.parse(
		solc.compile(
			JSON.stringify({
				language: "Solidity",
				sources: { [name]: { content } },
				settings: { outputSelection: { "*": { "*": ["evm.bytecode.object"] } } },
			}),
		),
	);
	const { provider } = await network.create();
	const [from] = (await provider.request({ method: "eth_accounts" })) as Hex[];
	const data = `0x${compiled.contracts[name][name].evm.bytecode.object}`;
	const transaction = await provider.request({ method: "eth_sendTransaction", params: [{ from, data }] });
	const receipt = (await provider.request({
		method: "eth_getTransactionReceipt",
		params: [transaction],
	})) as { contractAddress: Hex };
	const count = inputs[circuit] === inputs.dot ? 10 : 6;
	const abi = parseAbi([
		`function verifyProof(uint256[2] a, uint256[2][2] b, uint256[2] c, uint256[${count}] signals) view returns (bool)`,
	]);
	return async (proof, signals) => {
		const word = (i: number): bigint => BigInt(`0x${proof.slice(2 + 64 * i, 66 + 64 * i)}`);
		const [a0, a1, b00, b01, b10, b11, c0, c1] = Array.from({ length: 8 }, (_, i) => word(i));
		const call = encodeFunctionData({
			abi,
			functionName: "verifyProof",
			args: [
				[a0, a1],
				[
					[b00, b01],
					[b10, b11],
				],
				[c0, c1],
				signals as never,
			],
		});
		const result = (await provider.request({
			method: "eth_call",
			params: [{ from, to: receipt.contractAddress, data: call }, "latest"],
		})) as Hex;
		return decodeFunctionResult({ abi, functionName: "verifyProof", data: result }) as boolean;
	};
}
