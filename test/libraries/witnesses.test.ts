import { FIELD, loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { commitTensor, type TensorCommitment, toPhysical } from "@umpire/commitment/tensor.ts";
import { rowAt } from "@umpire/operators/cone.ts";
import { descriptorOf, toAbi } from "@umpire/operators/descriptor.ts";
import { partsOf } from "@umpire/operators/parts.ts";
import { type Descriptor, KIND, type Row } from "@umpire/operators/program.ts";
import { elementValue, type Fetch, indexValueOf } from "@umpire/operators/values.ts";
import { caseOf, FORM_TYPES, type Gen } from "@umpire/testing/operators/arbitrary-operators.ts";
import { programOf } from "@umpire/testing/operators/programs.ts";
import { type TestTensor, tensor } from "@umpire/testing/operators/tensors.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADDRESS, type CompiledCircuit, compiled } from "../../circuits/test/circuit.ts";
import { type Harness, openHarness } from "./harness.ts";

const NO_ROW: Row = { bias: 0n, multiplier: 0, shift: 0 };
const poseidon = await loadPoseidon();

let harness: Harness;
let dot: CompiledCircuit;
let elements: CompiledCircuit;
beforeAll(async () => {
	harness = await openHarness();
	dot = await compiled("dot", "witnesses");
	elements = await compiled("elements", "witnesses");
});
afterAll(() => harness.close());

/** One element of an operator, with its operands committed. */
interface Sample {
	readonly descriptor: Descriptor;
	readonly abi: unknown;
	readonly element: number;
	readonly fetch: Fetch;
	readonly operands: readonly TensorCommitment[];
}

/** The same tensor with the ends of its width at some places. */
function withExtremes(g: Gen, { spec, data }: TestTensor): TestTensor {
	const { low, high } = spec;
	const every = g(() => fc.constantFrom(1, 2, 5, data.length + 1));
	return tensor(spec, (i) => (i % every !== 0 ? data[i] : (i / every) % 2 === 0 ? low : high));
}

/** The sum that circuit `dot` gives for the leaves and the geometry that the contract derives. */
async function sumOfPart({ abi, element, operands }: Sample, part: number): Promise<bigint> {
	const derived = (await harness.call("dotPart", [abi, element, part])) as {
		xLeaves: readonly bigint[];
		wLeaves: readonly bigint[];
		slots: bigint;
		geometry: readonly bigint[];
	};
	if (derived.slots === 0n) return 0n;
	const opened = [derived.xLeaves, derived.wLeaves].map((leaves, operand) =>
		[0, 1, 2].map((i) => operands[operand].words(Number(leaves[i] ?? leaves[0]))),
	);
	const [xWords, wWords] = opened;
	const [xDigest, wDigest] = opened.map((leaves) => leaves.map((words) => poseidon.poseidon5(words)));
	const { geometry } = derived;
	const witness = dot.witness({ xDigest, wDigest, geometry, beneficiary: BigInt(ADDRESS), xWords, wWords });
	const sum = witness[1] > FIELD / 2n ? witness[1] - FIELD : witness[1];
	expect(await harness.call("toField", [sum])).toBe(witness[1]);
	return sum;
}

/** The partial result after a part whose reads the contract derives: their values have a witness, and no others do. */
async function resultOfReads(
	{ descriptor, abi, element, fetch, operands }: Sample,
	part: number,
	previous: bigint,
): Promise<bigint> {
	const reads = partsOf(descriptor, element, indexValueOf(descriptor, element, fetch))[part];
	if (reads.circuit !== "elements") throw new Error("a part of another circuit");
	const values = reads.reads.map(({ operand, index }) => BigInt(fetch(operand, index)));
	const [found, packed, result] = (await harness.call("elementsPart", [
		abi,
		element,
		part,
		previous,
		values,
	])) as [{ reads: readonly { operand: bigint; leaf: bigint }[] }, bigint, bigint];
	if (values.length === 0) return result;
	const words = [0, 1, 2, 3].map((i) => {
		const { operand, leaf } = found.reads[i] ?? found.reads[0];
		return operands[Number(operand)].words(Number(leaf));
	});
	const input = {
		digest: words.map((leaf) => poseidon.poseidon5(leaf)),
		beneficiary: BigInt(ADDRESS),
		words,
	};
	elements.witness({ ...input, packed });
	const last = 44n * BigInt(values.length - 1) + 10n;
	expect(() => elements.witness({ ...input, packed: packed ^ (1n << last) })).toThrow(
		"a constraint does not hold",
	);
	return result;
}

describe("from committed operands over the contract's signals and a witness to the operator's value", () => {
	test.each(FORM_TYPES)("%s", async (type) => {
		await fc.assert(
			fc.asyncProperty(fc.gen(), async (g) => {
				const one = caseOf(g, type);
				const descriptor = descriptorOf(programOf(one), 0);
				const operands: TensorCommitment[] = [];
				for (const operand of one.operands) {
					const { spec, data } = withExtremes(g, operand);
					operands.push(await commitTensor(toPhysical(data, spec.shape, spec.layout), spec.width));
				}
				const fetch: Fetch = (operand, index) => operands[operand].elements[index];
				const last = descriptor.elements - 1;
				const element = g(() => fc.oneof(fc.constantFrom(0, last), fc.nat(last)));
				const abi = toAbi(descriptor);
				const sample = { descriptor, abi, element, fetch, operands };
				let result = (await harness.call("start", [abi])) as bigint;
				const parts = Number(await harness.call("count", [abi, element]));
				for (let part = 0; part < parts; part++) {
					if (descriptor.kind === KIND.Dot) result += await sumOfPart(sample, part);
					else result = await resultOfReads(sample, part, result);
				}
				const rows = one.operator.rescale?.rows;
				const row = rows?.[rowAt(descriptor, element)] ?? NO_ROW;
				const value = BigInt(elementValue(descriptor, element, fetch, rows));
				expect(await harness.call("value", [abi, result, row])).toBe(value);
			}),
			{ numRuns: 6 },
		);
	});
});
