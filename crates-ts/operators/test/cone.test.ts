import { DOT_LEAVES, DOT_SLOTS, LANES, LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { coordinateValue, digitsOf, floorMod, radixProduct, readAt } from "@umpire/operators/cone.ts";
import { dotParts, runsOf } from "@umpire/operators/dot-parts.ts";
import { dotGeometry } from "@umpire/operators/geometry.ts";
import { rowNode } from "@umpire/operators/rescale.ts";
import { descriptorOf } from "@umpire/testing/operators/arbitrary-descriptors.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

test("digits count in their mixed radix", () => {
	expect(digitsOf(23, [2, 3, 4])).toEqual([1, 2, 3]);
	expect(digitsOf(6, [2, 3, 4])).toEqual([0, 1, 2]);
	expect(digitsOf(0, [])).toEqual([]);
});

test("division and remainder round towards −∞", () => {
	const coordinate = { base: 0, coefficients: [1], size: 1, stride: 1 };
	const values = [-7, -6, -1, 0, 5, 6].map((digit) =>
		coordinateValue({ ...coordinate, divisor: 3, modulus: 0 }, [digit]),
	);
	expect(values).toEqual([-3, -2, -1, 0, 1, 2]);
	expect(coordinateValue({ ...coordinate, divisor: 3, modulus: 2 }, [-7])).toBe(1);
	expect([-4, -3, -1, 0, 2, 3].map((value) => floorMod(value, 3))).toEqual([2, 0, 2, 0, 2, 0]);
});

describe("the parts of a Dot, for maps of any kind", () => {
	test("runs are the reads that are in bounds for both operands, in order", () => {
		fc.assert(
			fc.property(fc.gen(), (g) => {
				const descriptor = descriptorOf(g, "Dot");
				const element = g(fc.nat, descriptor.elements - 1);
				const expected: [number, number][] = [];
				for (let r = 0; r < radixProduct(descriptor.reductionRadix); r++) {
					const [x, w] = [0, 1].map((operand) => readAt(descriptor, operand, element, r));
					if (x.inBounds && w.inBounds) expected.push([x.index, w.index]);
				}
				const pairs = [...runsOf(descriptor, element)].flatMap(({ x, w, length }) =>
					Array.from({ length }, (_, i) => [x + i, w + i]),
				);
				expect(pairs).toEqual(expected);
			}),
			{ numRuns: 300 },
		);
	});

	test("slots stay inside of words and parts inside of their limits", () => {
		fc.assert(
			fc.property(fc.gen(), (g) => {
				const descriptor = descriptorOf(g, "Dot");
				const element = g(fc.nat, descriptor.elements - 1);
				const [x, w] = descriptor.operands.map(({ width }) => width);
				const parts = dotParts(descriptor, element);
				const products: [number, number][] = [];
				parts.forEach((part, index) => {
					expect(part.slots.length).toBeLessThanOrEqual(DOT_SLOTS);
					expect(part.xLeaves.length).toBeLessThanOrEqual(DOT_LEAVES);
					expect(part.wLeaves.length).toBeLessThanOrEqual(DOT_LEAVES);
					if (part.slots.length === 0) expect([index, parts.length]).toEqual([0, 1]);
					for (const slot of part.slots) {
						expect(slot.length).toBeGreaterThan(0);
						expect(slot.xLane + slot.length).toBeLessThanOrEqual(LANES[x]);
						expect(slot.wLane + slot.length).toBeLessThanOrEqual(LANES[w]);
						const xs =
							part.xLeaves[Math.floor(slot.xWord / 5)] * LEAF_ELEMENTS[x] +
							(slot.xWord % 5) * LANES[x] +
							slot.xLane;
						const ws =
							part.wLeaves[Math.floor(slot.wWord / 5)] * LEAF_ELEMENTS[w] +
							(slot.wWord % 5) * LANES[w] +
							slot.wLane;
						for (let i = 0; i < slot.length; i++) products.push([xs + i, ws + i]);
					}
					for (const signal of dotGeometry(part, x, w)) expect(signal < 2n ** 142n).toBe(true);
				});
				const runs = [...runsOf(descriptor, element)];
				expect(products).toEqual(
					runs.flatMap((run) => Array.from({ length: run.length }, (_, i) => [run.x + i, run.w + i])),
				);
			}),
			{ numRuns: 300 },
		);
	});
});

test("a row of rescale parameters is hashed as 14 bytes", () => {
	// keccak256(07 ‖ ffffffffffffffff ‖ 00000002 ‖ 03)
	expect(rowNode({ bias: -1n, multiplier: 2, shift: 3 })).toBe(
		"0x0797dc4a2e089ede278c036c3df52da2c22e0ad6849c057a9da146b305021423",
	);
});
