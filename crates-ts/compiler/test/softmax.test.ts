import { modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { expectSameFloats, operatorsOf } from "./decompose.ts";

const SHAPES = [[5], [1], [2, 3], [1, 7], [2, 3, 4], [2, 1, 3, 2], [2, 2, 1, 3, 2]];

describe.each(["Softmax", "LogSoftmax", "Hardmax"])("%s", (opType) => {
	test.each([7, 11, 13, 18, 21])("opset %i, every axis", async (opset) => {
		for (const shape of SHAPES) {
			const axes = Array.from({ length: shape.length * 2 }, (_, i) => i - shape.length);
			for (const axis of axes.filter((a) => opset >= 11 || a >= 0)) {
				const model = modelOf([shape], (g, [x]) => g.node(opType, [x], { axis }), opset);
				const primitive = await expectSameFloats(model);
				expect(operatorsOf(primitive)).not.toContain(opType);
			}
			if (opset >= 13 || shape.length > 1)
				await expectSameFloats(modelOf([shape], (g, [x]) => g.node(opType, [x]), opset));
		}
	});
});
