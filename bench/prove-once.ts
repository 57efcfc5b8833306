/**
 * Proves one full part and prints its seconds and the peak memory of this process as JSON: a
 * process of its own, so that the memory is that of a proof and nothing else.
 * Run: node bench/prove-once.ts dot|elements
 */
import { DOT_LEAVES, DOT_SLOTS, ELEMENT_READS } from "@umpire/commitment/constants.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { dotInput, elementsInput } from "@umpire/prover/openings.ts";
import { prove } from "@umpire/prover/prove.ts";

const beneficiary = "0x000000000000000000000000000000000000dEaD";
const circuit = process.argv[2] === "elements" ? "elements" : "dot";
const poseidon = await loadPoseidon();
const hash = (words: readonly bigint[]): bigint => poseidon.poseidon5([...words]);
const leaf = (seed: number) =>
	packLeaf(
		Int16Array.from({ length: 75 }, (_, i) => ((seed + 1) * 7919 * (i + 1)) % 32_768),
		16,
	);
const leaves = (count: number, seed: number) => Array.from({ length: count }, (_, i) => leaf(seed + i));
const input =
	circuit === "dot"
		? dotInput(
				{
					xWidth: 16,
					wWidth: 16,
					xLeaves: leaves(DOT_LEAVES, 0),
					wLeaves: leaves(DOT_LEAVES, 10),
					slots: Array.from({ length: DOT_SLOTS }, (_, i) => ({
						xWord: i,
						xLane: 0,
						wWord: i,
						wLane: 0,
						length: 15,
					})),
					beneficiary,
				},
				hash,
			)
		: elementsInput(
				{
					reads: Array.from({ length: ELEMENT_READS }, (_, i) => ({
						width: 16,
						words: leaf(i),
						word: i,
						lane: i,
					})),
					beneficiary,
				},
				hash,
			);
const started = performance.now();
await prove(circuit, input);
const seconds = (performance.now() - started) / 1000;
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify({ circuit, seconds, megabytes }));
process.exit(0);
