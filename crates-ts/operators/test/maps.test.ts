import { emptyElements } from "@umpire/commitment/elements.ts";
import { toLogical, toPhysical } from "@umpire/commitment/tensor.ts";
import { radixProduct, readAt } from "@umpire/operators/cone.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import { partCount, partsOf } from "@umpire/operators/parts.ts";
import { elementValue, indexValueOf, rawValue } from "@umpire/operators/values.ts";
import { caseOf, FORM_TYPES } from "@umpire/testing/operators/arbitrary-operators.ts";
import { programOf } from "@umpire/testing/operators/programs.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reference } from "./reference.ts";

describe("an element's value through its access maps is what ONNX defines", () => {
	test.each(FORM_TYPES)("%s", (type) => {
		fc.assert(
			fc.property(fc.gen(), (g) => {
				const one = caseOf(g, type);
				const { operator, operands } = one;
				const descriptor = descriptorOf(programOf(one), 0);
				const physical = operands.map(({ spec, data }) => toPhysical(data, spec.shape, spec.layout));
				const fetch = (operand: number, index: number): number => {
					if (index >= physical[operand].length)
						throw new Error(`operand ${operand} has no element ${index}`);
					return physical[operand][index];
				};
				const output = emptyElements(operator.width, descriptor.elements);
				for (let element = 0; element < output.length; element++) {
					const value = elementValue(descriptor, element, fetch, operator.rescale?.rows);
					output[element] = value;
					if (output[element] !== value) throw new Error(`${value} does not fit the output`);
					const parts = partsOf(descriptor, element, indexValueOf(descriptor, element, fetch));
					expect(partCount(descriptor, element)).toBe(parts.length);
				}
				const expected = type === "reshape" ? [...operands[0].data] : reference(one);
				expect([...toLogical(output, operator.shape, operator.layout)]).toEqual(expected);
			}),
			{ numRuns: 150 },
		);
	});
});

test("a Dot's parts add up to the sum over all reduction indices", () => {
	fc.assert(
		fc.property(fc.gen(), (g) => {
			const one = caseOf(
				g,
				g(() => fc.constantFrom("conv", "matmul", "sum")),
			);
			const descriptor = descriptorOf(programOf(one), 0);
			const physical = one.operands.map(({ spec, data }) => toPhysical(data, spec.shape, spec.layout));
			const element = g(fc.nat, descriptor.elements - 1);
			let sum = 0n;
			for (let reduction = 0; reduction < radixProduct(descriptor.reductionRadix); reduction++) {
				const [x, w] = [0, 1].map((operand) => readAt(descriptor, operand, element, reduction));
				if (x.inBounds && w.inBounds) sum += BigInt(physical[0][x.index]) * BigInt(physical[1][w.index]);
			}
			expect(rawValue(descriptor, element, (operand, index) => physical[operand][index])).toBe(sum);
		}),
		{ numRuns: 200 },
	);
});
