import { WIDTHS } from "@umpire/commitment/constants.ts";
import { type Elements, rangeOf } from "@umpire/commitment/elements.ts";
import { FIELD } from "@umpire/commitment/poseidon.ts";
import { toPhysical } from "@umpire/commitment/tensor.ts";
import { coordinateValue, digitsOf, radixProduct, readAt, rowAt } from "@umpire/operators/cone.ts";
import { descriptorHash, descriptorOf, toAbi } from "@umpire/operators/descriptor.ts";
import { type DotPart, dotParts } from "@umpire/operators/dot-parts.ts";
import { dotGeometry, packedReads } from "@umpire/operators/geometry.ts";
import { type ElementsPart, partsOf } from "@umpire/operators/parts.ts";
import {
	type Coordinate,
	type Descriptor,
	type Form,
	KIND,
	type Kind,
	type Operand,
	type Row,
} from "@umpire/operators/program.ts";
import { dotPartSum, elementValue, type Fetch, indexValueOf, partialsOf } from "@umpire/operators/values.ts";
import { descriptorOf as anyDescriptor } from "@umpire/testing/operators/arbitrary-descriptors.ts";
import { caseOf, FORM_TYPES, type Gen, integer } from "@umpire/testing/operators/arbitrary-operators.ts";
import { programOf } from "@umpire/testing/operators/programs.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
	harness = await openHarness();
});
afterAll(() => harness.close());

const NO_ROW: Row = { bias: 0n, multiplier: 0, shift: 0 };

const NO_COORDINATE = { base: 0, coefficients: [], divisor: 1, modulus: 0, size: 1, stride: 0 };
const plainDot: Descriptor = {
	kind: KIND.Dot,
	width: 8,
	elements: 1,
	outputRadix: [],
	reductionRadix: [],
	operands: [],
	constants: [],
	low: 0,
	high: 0,
	rowsRoot: `0x${"0".repeat(64)}`,
	rowCount: 0,
	row: NO_COORDINATE,
};

interface Sample {
	readonly descriptor: Descriptor;
	readonly element: number;
	readonly fetch: Fetch;
	readonly rows: readonly Row[] | undefined;
}

/** A random operator of a form, with one of its elements. */
function sample(g: Gen, type: Form["type"]): Sample {
	const one = caseOf(g, type);
	const descriptor = descriptorOf(programOf(one), 0);
	const physical: Elements[] = one.operands.map(({ spec, data }) =>
		toPhysical(data, spec.shape, spec.layout),
	);
	return {
		descriptor,
		element: g(fc.nat, descriptor.elements - 1),
		fetch: (operand, index) => physical[operand][index],
		rows: one.operator.rescale?.rows,
	};
}

describe("cones on chain are those of TypeScript", () => {
	test.each(FORM_TYPES)("%s: hash, reads, row, parts, signals and value", async (type) => {
		await fc.assert(
			fc.asyncProperty(fc.gen(), async (g) => {
				const one = sample(g, type);
				const { descriptor, element, fetch, rows } = one;
				const abi = toAbi(descriptor);
				expect(await harness.call("hash", [abi])).toBe(descriptorHash(descriptor));
				await checkRead(g, one, abi);
				const parts = partsOf(descriptor, element, indexValueOf(descriptor, element, fetch));
				expect(await harness.call("count", [abi, element])).toBe(BigInt(parts.length));
				const partials = partialsOf(descriptor, element, fetch);
				expect(await harness.call("start", [abi])).toBe(partials[0]);
				const p = g(fc.nat, parts.length - 1);
				const part = parts[p];
				if (part.circuit === "dot") await checkDotPart(one, abi, p, part);
				else await checkElementsPart(one, abi, p, part, partials);
				const row = rows?.[rowAt(descriptor, element)] ?? NO_ROW;
				if (rows !== undefined)
					expect(await harness.call("rowOf", [abi, element])).toBe(BigInt(rows.indexOf(row)));
				const value = BigInt(elementValue(descriptor, element, fetch, rows));
				expect(await harness.call("value", [abi, partials.at(-1), row])).toBe(value);
			}),
			{ numRuns: 30 },
		);
	});

	async function checkRead(g: Gen, { descriptor, element }: Sample, abi: unknown): Promise<void> {
		const operand = g(fc.nat, descriptor.operands.length - 1);
		const reduction = g(fc.nat, radixProduct(descriptor.reductionRadix) - 1);
		const read = readAt(descriptor, operand, element, reduction);
		const onChain = await harness.call("read", [abi, operand, element, reduction]);
		expect(onChain).toEqual([read.inBounds, BigInt(read.index)]);
	}

	async function checkDotPart(
		{ descriptor, element, fetch }: Sample,
		abi: unknown,
		p: number,
		part: DotPart,
	) {
		const [x, w] = descriptor.operands;
		const expected = {
			xLeaves: part.xLeaves.map(BigInt),
			wLeaves: part.wLeaves.map(BigInt),
			slots: BigInt(part.slots.length),
			geometry: dotGeometry(part, x.width, w.width),
		};
		const count = (await harness.call("count", [abi, element])) as bigint;
		expect(await harness.call("dotPart", [abi, element, p])).toEqual(expected);
		expect(await harness.call("dotPartAndCount", [abi, element, p])).toEqual([expected, count]);
		const sum = dotPartSum(descriptor, part, fetch);
		expect(await harness.call("toField", [sum])).toBe((sum + FIELD) % FIELD);
		expect(await harness.revert("dotPart", [abi, element, count])).toBe("NoSuchPart");
		expect(await harness.revert("elementsPart", [abi, element, p, 0n, []])).toBe("WrongCircuit");
	}

	async function checkElementsPart(
		{ descriptor, element, fetch }: Sample,
		abi: unknown,
		p: number,
		part: ElementsPart,
		partials: readonly bigint[],
	): Promise<void> {
		const values = part.reads.map(({ operand, index }) => fetch(operand, index));
		const [found, packed, result] = (await harness.call("elementsPart", [
			abi,
			element,
			p,
			partials[p],
			values.map(BigInt),
		])) as [unknown, bigint, bigint];
		const reads = part.reads.map(({ operand, index, leaf }) => ({
			operand: BigInt(operand),
			index: BigInt(index),
			leaf: BigInt(leaf),
		}));
		expect(found).toEqual({ reads });
		expect(packed).toBe(part.reads.length === 0 ? 0n : packedReads(descriptor, part, values));
		expect(result).toBe(partials[p + 1]);
		expect(await harness.revert("dotPart", [abi, element, p])).toBe("WrongCircuit");
		if (values.length === 0) return;
		const width = descriptor.operands[part.reads.at(-1)!.operand].width;
		for (const wrong of [2n ** BigInt(width - 1), -(2n ** BigInt(width - 1)) - 1n]) {
			const call = [abi, element, p, 0n, [...values.map(BigInt).slice(0, -1), wrong]];
			// a Gather's index also says where its data is read: any other value moves that read
			if (part.reads.length > 1 || descriptor.operands.length === 1) {
				expect(await harness.revert("elementsPart", call)).toBe("ValueOutOfRange");
			}
		}
		const more = [abi, element, p, 0n, [...values, 0].map(BigInt)];
		expect(await harness.revert("elementsPart", more)).toBe("WrongValues");
	}

	test("wild maps, as no form makes them: reads, rows and parts", async () => {
		await fc.assert(
			fc.asyncProperty(fc.gen(), async (g) => {
				const descriptor = anyDescriptor(
					g,
					g(() => fc.constantFrom("Dot", ...(Object.keys(KIND) as Kind[]))),
				);
				const element = g(fc.nat, descriptor.elements - 1);
				const { operands } = descriptor;
				// the ends of the widths, and some values between them
				const fetch = (operand: number, index: number) => {
					const { low, high } = rangeOf(operands[operand].width);
					return [low, high, -1, 0, 1, ((operand + 1) * index * 31) % 101][(operand + index) % 6];
				};
				const one = { descriptor, element, fetch, rows: undefined };
				const abi = toAbi(descriptor);
				await checkRead(g, one, abi);
				const row = coordinateValue(descriptor.row, digitsOf(element, descriptor.outputRadix));
				expect(await harness.call("rowOf", [abi, element])).toBe(BigInt.asUintN(256, BigInt(row)));
				const parts = partsOf(descriptor, element, indexValueOf(descriptor, element, fetch));
				expect(await harness.call("count", [abi, element])).toBe(BigInt(parts.length));
				const p = g(fc.nat, parts.length - 1);
				const part = parts[p];
				if (part.circuit === "dot") await checkDotPart(one, abi, p, part);
				else await checkElementsPart(one, abi, p, part, partialsOf(descriptor, element, fetch));
			}),
			{ numRuns: 200 },
		);
	});

	test("maps that reach as far as programs may: reads and rows", async () => {
		await fc.assert(
			fc.asyncProperty(fc.gen(), async (g) => {
				const most = Number.MAX_SAFE_INTEGER;
				const slow = integer(g, 1, 2 ** 32 - 1);
				const outputRadix = [slow, integer(g, 1, Math.min(2 ** 32 - 1, Math.floor(most / slow)))];
				const elements = radixProduct(outputRadix);
				const far = (): Coordinate => {
					let room = most;
					const coefficients = outputRadix.map((size) => {
						const largest = Math.floor(room / Math.max(size - 1, 1));
						const coefficient = integer(g, -largest, largest);
						room -= Math.abs(coefficient) * (size - 1);
						return coefficient;
					});
					const [divisor, modulus] = g(() =>
						fc.constantFrom(
							[1, 0],
							[integer(g, 1, most), 0],
							[1, integer(g, 1, most)],
							[3, integer(g, 1, 9)],
						),
					);
					const size = integer(g, 1, most);
					return {
						base: integer(g, -room, room),
						coefficients,
						divisor,
						modulus,
						size,
						stride: integer(g, 0, Math.floor(most / size)),
					};
				};
				const operand = { source: 1, index: 0, initial: 0, width: 32, elements, outside: 0 } as const;
				const operands = [{ ...operand, coordinates: [far()] }];
				const descriptor = { ...plainDot, kind: KIND.View, elements, outputRadix, operands, row: far() };
				const element = integer(g, 0, elements - 1);
				const abi = toAbi(descriptor);
				const read = readAt(descriptor, 0, element, 0);
				expect(await harness.call("read", [abi, 0, element, 0])).toEqual([read.inBounds, BigInt(read.index)]);
				const row = coordinateValue(descriptor.row, digitsOf(element, outputRadix));
				expect(await harness.call("rowOf", [abi, element])).toBe(BigInt.asUintN(256, BigInt(row)));
			}),
			{ numRuns: 300 },
		);
	});

	test("long runs of any widths, offsets and strides: every kind of word end, leaf end and full part", async () => {
		const operand = fc.record({
			width: fc.constantFrom(...WIDTHS),
			base: fc.nat(700),
			stride: fc.constantFrom(1, 1, 20, 200),
		});
		await fc.assert(
			fc.asyncProperty(
				operand,
				operand,
				fc.integer({ min: 1, max: 1500 }),
				fc.nat(),
				async (x, w, run, pick) => {
					const operands = [x, w].map(({ width, base, stride }): Operand => {
						const coordinate = { base, coefficients: [1], divisor: 1, modulus: 0, size: 2200, stride };
						return {
							source: 1,
							index: 0,
							initial: 0,
							width,
							elements: 2 ** 20,
							outside: 0,
							coordinates: [coordinate],
						};
					});
					const strided = x.stride + w.stride > 2;
					const descriptor = { ...plainDot, reductionRadix: [strided ? Math.ceil(run / 20) : run], operands };
					const parts = dotParts(descriptor, 0);
					const p = pick % parts.length;
					expect(await harness.call("count", [toAbi(descriptor), 0])).toBe(BigInt(parts.length));
					const fetch = (operand: number, index: number) => operand + index;
					await checkDotPart(
						{ descriptor, element: 0, fetch, rows: undefined },
						toAbi(descriptor),
						p,
						parts[p],
					);
				},
			),
			{ numRuns: 200 },
		);
	});

	test("an element and a part that are not there revert", async () => {
		await fc.assert(
			fc.asyncProperty(fc.gen(), async (g) => {
				const { descriptor } = sample(
					g,
					g(() => fc.constantFrom("conv", "reduce")),
				);
				const abi = toAbi(descriptor);
				expect(await harness.revert("rowOf", [abi, descriptor.elements])).toBe("ElementOutOfRange");
				if (descriptor.rowCount > 0) return;
				const parts = (await harness.call("count", [abi, 0])) as bigint;
				expect(await harness.revert("elementsPart", [abi, 0, parts, 0n, []])).toBe("NoSuchPart");
			}),
			{ numRuns: 10 },
		);
	});

	test("a sum that could be the alias of another reverts", async () => {
		for (const sum of [2n ** 127n, -(2n ** 127n), FIELD - 1n, 1n - FIELD]) {
			expect(await harness.revert("toField", [sum])).toBe("SumOutOfRange");
		}
		expect(await harness.call("toField", [2n ** 127n - 1n])).toBe(2n ** 127n - 1n);
		expect(await harness.call("toField", [1n - 2n ** 127n])).toBe(FIELD - 2n ** 127n + 1n);
	});
});
