import { expectFaithful, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { parseEquation } from "../src/onnx-ops/products/einsum-equation.ts";
import { expectSameFloats } from "./decompose.ts";

const CASES: [string, ...number[][]][] = [
	["ij->ji", [2, 3]],
	["ij", [2, 3]],
	["ba", [2, 3]],
	["ii->i", [3, 3]],
	["ii", [3, 3]],
	["iij->j", [3, 3, 2]],
	["iji->ij", [3, 2, 3]],
	["...ii->...i", [2, 3, 3]],
	["i->", [4]],
	["...ij->...", [2, 3, 4]],
	["ij,jk->ik", [2, 3], [3, 4]],
	["ij,jk", [2, 3], [3, 4]],
	["ij,jk->ki", [2, 3], [3, 4]],
	["bij,bjk->bik", [2, 3, 4], [2, 4, 2]],
	["bhid,bhjd->bhij", [2, 2, 3, 4], [2, 2, 5, 4]],
	["bhij,bhjd->bihd", [2, 2, 3, 5], [2, 2, 5, 4]],
	["i,j->ij", [3], [4]],
	["i,i->", [4], [4]],
	["i,i->i", [4], [4]],
	["ij,ij->", [2, 3], [2, 3]],
	["...i,...i->...", [2, 3, 4], [2, 3, 4]],
	["...ij,...jk->...ik", [2, 1, 3, 4], [2, 5, 4, 2]],
	["...ij,jk", [2, 3, 4], [4, 2]],
	["bi,oij,bj->bo", [2, 3], [4, 3, 2], [2, 2]],
	["ij,jk,kl->il", [2, 3], [3, 4], [4, 2]],
	["ab,cd->acbd", [2, 3], [4, 1]],
	["iij,jk->ik", [3, 3, 2], [2, 4]],
	[" b i j , b j k -> b i k ", [2, 3, 4], [2, 4, 2]],
	[",i->i", [], [3]],
	["ijk,ik->j", [2, 3, 4], [2, 4]],
];

describe("Einsum", () => {
	test.each(CASES)("%s", async (equation, ...shapes) => {
		await expectSameFloats(modelOf(shapes, (g, inputs) => g.node("Einsum", inputs, { equation })));
	});

	test("with a constant operand", async () => {
		for (const equation of ["ijk,kl->ijl", "...k,kl->...l"]) {
			const model = modelOf([[2, 3, 4]], (g, [x]) =>
				g.node("Einsum", [x, g.constant("w", random([4, 5]))], { equation }),
			);
			await expectFaithful(model, 2e-3);
		}
	});

	test("compiles", async () => {
		for (const [equation, ...shapes] of CASES.slice(0, 22)) {
			await expectFaithful(
				modelOf(shapes, (g, inputs) => g.node("Einsum", inputs, { equation })),
				5e-3,
			);
		}
	});

	test("equations that say nothing are refused", () => {
		expect(() => parseEquation("ij,jk->ik", [2])).toThrow("2 terms for 1 operands");
		expect(() => parseEquation("ij->ik", [2])).toThrow('no operand has "k"');
		expect(() => parseEquation("ij->ii", [2])).toThrow('"i" twice');
		expect(() => parseEquation("ijk", [2])).toThrow("3 labels for an operand of rank 2");
		expect(() => parseEquation("i1->i", [2])).toThrow('"1" is no label');
	});
});
