import { buildContracts } from "@umpire/chain/build.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { hardhat } from "@umpire/chain/hardhat.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { FIELD, loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { CIRCUITS, type CircuitInput, type CircuitName } from "@umpire/prover/circuits.ts";
import { dotInput, elementsInput } from "@umpire/prover/openings.ts";
import { prove } from "@umpire/prover/prove.ts";
import { VERIFIER_NAMES } from "@umpire/prover/verifier-source.ts";
import {
	concatHex,
	decodeFunctionResult,
	encodeAbiParameters,
	encodeFunctionData,
	keccak256,
	numberToHex,
	parseAbi,
	parseAbiParameters,
} from "viem";
import { beforeAll, describe, expect, test } from "vitest";

/** BN254's base field. */
const BASE = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const ABI = parseAbi(["function verify(uint256[8][] proofs, uint256[] signals) view returns (bool)"]);
const beneficiary = "0x00000000000000000000000000000000deadbeef";
const poseidon = await loadPoseidon();
const hash = (words: readonly bigint[]): bigint => poseidon.poseidon5(words);

/** A proof as a contract takes it: A, B, C. */
type Points = readonly bigint[];
interface Proved {
	readonly proof: Points;
	readonly signals: readonly bigint[];
}

/** Inputs of a circuit with a witness, other ones for each seed. */
const INPUTS: Readonly<Record<CircuitName, (seed: number) => CircuitInput>> = {
	dot: (seed) => {
		const x = packLeaf(
			Array.from({ length: 75 }, (_, i) => seed - 400 * i),
			16,
		);
		const w = packLeaf(
			Array.from({ length: 155 }, (_, i) => i - 77),
			8,
		);
		const slots = Array.from({ length: 12 }, (_, i) => ({
			...{ xWord: i % 5, xLane: i % 3, wWord: (i + 2) % 5, wLane: i, length: 12 },
		}));
		return dotInput({ xWidth: 16, wWidth: 8, xLeaves: [x], wLeaves: [w], slots, beneficiary }, hash);
	},
	elements: (seed) => {
		const words = packLeaf(
			Array.from({ length: 75 }, (_, i) => seed + i),
			16,
		);
		return elementsInput({ reads: [{ width: 16, words, word: 4, lane: 14 }], beneficiary }, hash);
	},
};

describe.each(CIRCUITS)("the verifier of %s", (circuit) => {
	let proved: readonly Proved[];
	let call: (to: Hex, data: Hex) => Promise<Hex>;
	let address: Hex;

	beforeAll(async () => {
		const made: Proved[] = [];
		for (let seed = 1; seed <= 3; seed++) {
			const { proof, publicSignals } = await prove(circuit, INPUTS[circuit](seed));
			made.push({
				proof: Array.from({ length: 8 }, (_, i) => BigInt(`0x${proof.slice(2 + 64 * i, 66 + 64 * i)}`)),
				signals: publicSignals,
			});
		}
		proved = made;
		await buildContracts();
		const { provider } = await (await hardhat()).network.create();
		const request = (method: string, params: unknown[]): Promise<unknown> =>
			provider.request({ method, params });
		const [from] = (await request("eth_accounts", [])) as Hex[];
		const { bytecode } = await readArtifact(VERIFIER_NAMES[circuit]);
		const transaction = await request("eth_sendTransaction", [{ from, data: bytecode }]);
		const receipt = await request("eth_getTransactionReceipt", [transaction]);
		address = (receipt as { contractAddress: Hex }).contractAddress;
		call = async (to, data) => (await request("eth_call", [{ from, to, data }, "latest"])) as Hex;
	});

	const verifies = async (
		proofs: readonly Proved[],
		signals: readonly bigint[] = proofs.flatMap((one) => one.signals),
	): Promise<boolean> => {
		const args = [proofs.map(({ proof }) => proof), signals] as never;
		const data = await call(address, encodeFunctionData({ abi: ABI, functionName: "verify", args }));
		return decodeFunctionResult({ abi: ABI, functionName: "verify", data });
	};
	const withProof = (one: Proved, i: number, value: bigint): Proved => ({
		...one,
		proof: one.proof.with(i, value),
	});
	/** The weight of the second of two proofs, if it followed from this alone. */
	const weightFrom = (encoded: Hex): bigint => {
		const seed = keccak256(encoded);
		return BigInt.asUintN(
			128,
			BigInt(keccak256(encodeAbiParameters(parseAbiParameters("bytes32, uint256"), [seed, 1n]))),
		);
	};
	const words = (...values: readonly bigint[]): Hex =>
		concatHex(values.map((value) => numberToHex(value, { size: 32 })));
	/** (x, y) + factor·(px, py) on the curve. */
	const plus = async (
		[x, y]: readonly bigint[],
		factor: bigint,
		[px, py]: readonly bigint[],
	): Promise<[bigint, bigint]> => {
		const of = (data: Hex): [bigint, bigint] => [
			BigInt(`0x${data.slice(2, 66)}`),
			BigInt(`0x${data.slice(66, 130)}`),
		];
		const scaled = of(await call("0x0000000000000000000000000000000000000007", words(px, py, factor)));
		return of(await call("0x0000000000000000000000000000000000000006", words(x, y, ...scaled)));
	};

	test("takes one proof, and several at once in any order", async () => {
		const [first, second, third] = proved;
		for (const proofs of [[first], [second], [first, second], [third, first, second], [first, first]]) {
			expect(await verifies(proofs)).toBe(true);
		}
	});

	test("refuses any other signal, and a signal's alias, wherever its proof stands", async () => {
		for (const proofs of [proved.slice(0, 1), proved]) {
			const signals = proofs.flatMap((one) => one.signals);
			for (let i = 0; i < signals.length; i++) {
				expect(await verifies(proofs, signals.with(i, signals[i] ^ 1n)), `signal ${i}`).toBe(false);
				expect(await verifies(proofs, signals.with(i, signals[i] + FIELD)), `alias ${i}`).toBe(false);
			}
		}
	});

	test("refuses any other point, and a point's alias, wherever its proof stands", async () => {
		for (let at = 0; at < 3; at++) {
			for (let i = 0; i < 8; i++) {
				const value = proved[at].proof[i];
				for (const wrong of [value ^ 1n, value + BASE, 0n]) {
					expect(await verifies(proved.with(at, withProof(proved[at], i, wrong))), `${at}, ${i}`).toBe(false);
				}
			}
			const other = { ...proved[at], proof: proved[(at + 1) % 3].proof };
			expect(await verifies(proved.with(at, other))).toBe(false);
			expect(await verifies(proved.with(at, { ...proved[at], proof: proved[at].proof.map(() => 0n) }))).toBe(
				false,
			);
		}
		for (let i = 0; i < 8; i++) {
			const value = proved[0].proof[i];
			for (const wrong of [value ^ 1n, value + BASE, 0n]) {
				expect(await verifies([withProof(proved[0], i, wrong)]), `alone, ${i}`).toBe(false);
			}
		}
	});

	test("takes nothing for right of no proofs, or with other numbers of signals", async () => {
		const { signals } = proved[0];
		expect(await verifies([])).toBe(false);
		expect(await verifies([], signals)).toBe(false);
		expect(await verifies([proved[0]], signals.slice(1))).toBe(false);
		expect(await verifies([proved[0]], [...signals, 0n])).toBe(false);
		expect(await verifies(proved.slice(0, 2), signals)).toBe(false);
		// Signals left over that are fewer than the proofs, and make no row.
		const all = proved.flatMap((one) => one.signals);
		for (const left of [[0n], [0n, 0n]]) expect(await verifies(proved, [...all, ...left])).toBe(false);
	});

	test("wrong proofs do not make up for one another", async () => {
		const [first, second, third] = proved;
		const point = first.proof.slice(6);
		const shifted = async (one: Proved, factor: bigint): Promise<Proved> => {
			const [x, y] = await plus(one.proof.slice(6), factor, point);
			return withProof(withProof(one, 6, x), 7, y);
		};
		// Their sum is right, each alone is wrong.
		const pair = [await shifted(first, 5n), await shifted(second, FIELD - 5n)];
		expect(await verifies(pair)).toBe(false);
		// Wherever they stand: no two proofs weigh the same.
		expect(await verifies([third, ...pair])).toBe(false);
		expect(await verifies([pair[0], third, pair[1]])).toBe(false);
		// So is the sum with weights that did not depend on the proofs.
		const signals: bigint[] = [...first.signals, ...second.signals];
		const fromSignals = weightFrom(encodeAbiParameters(parseAbiParameters("uint256[]"), [signals]));
		expect(await verifies([await shifted(first, fromSignals * 5n), pair[1]])).toBe(false);
	});

	test("wrong signals do not make up for one another", async () => {
		const [first, second] = proved;
		const proofs = [first.proof, second.proof] as never;
		const fromProofs = weightFrom(encodeAbiParameters(parseAbiParameters("uint256[8][]"), [proofs]));
		for (const weight of [1n, fromProofs]) {
			const signals = [
				...first.signals.with(0, (first.signals[0] + weight) % FIELD),
				...second.signals.with(0, (second.signals[0] + FIELD - 1n) % FIELD),
			];
			expect(await verifies([first, second], signals)).toBe(false);
		}
	});
});
