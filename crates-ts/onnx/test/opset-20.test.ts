import { describe, expect, test } from "vitest";
import { type AttributeInput, GraphBuilder } from "../src/builder.ts";
import { tensorFrom, toNumbers } from "../src/element-types.ts";
import { runFloat } from "../src/float-session.ts";
import type { Tensor } from "../src/model.ts";
import { upgradeTo20 } from "../src/opset.ts";

const SHAPE = [1, 2, 4, 4];
const X = tensorFrom(
	"float32",
	SHAPE,
	Array.from({ length: 32 }, (_, i) => ((i * 13) % 32) / 5 - 3),
);

/** Runs one node in its own opset and in 20, and expects the same of all outputs. */
async function expectSame(
	opset: number,
	opType: string,
	attributes: Record<string, AttributeInput> = {},
	operands: readonly Tensor[] = [],
	outputs = 1,
): Promise<void> {
	const g = new GraphBuilder("old", { opset });
	const x = g.input("x", "float32", SHAPE);
	const names = Array.from({ length: outputs }, (_, k) => `y${k}`);
	const constants = operands.map((tensor, k) => g.constant(`c${k}`, tensor));
	g.node(opType, [x, ...constants], attributes, "node", names);
	for (const name of names) g.output(name);
	const model = g.model();
	const upgraded = upgradeTo20(model);
	expect(upgraded.opsets.get("")).toBe(20);
	const feed = new Map([["x", X]]);
	const [before, after] = [await runFloat(model, feed), await runFloat(upgraded, feed)];
	for (const name of names) {
		const [a, b] = [before.get(name)!, after.get(name)!];
		expect(b.dims).toEqual(a.dims);
		const values = toNumbers(a);
		toNumbers(b).forEach((value, i) => {
			expect(value).toBeCloseTo(values[i], 5);
		});
	}
}

describe("nodes of old opsets in opset 20", () => {
	test("axes that were attributes", async () => {
		await expectSame(11, "Squeeze", { axes: [0] });
		await expectSame(11, "Squeeze");
		await expectSame(11, "Unsqueeze", { axes: [0, 2] });
		for (const opType of ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2"]) {
			await expectSame(11, opType, { axes: [1, 2], keepdims: 0 });
			await expectSame(7, opType);
		}
		await expectSame(17, "ReduceMean", { axes: [-1] });
	});

	test("Split with and without sizes", async () => {
		await expectSame(11, "Split", { axis: 2, split: [1, 3] }, [], 2);
		await expectSame(11, "Split", { axis: 3 }, [], 2);
		await expectSame(13, "Split", { axis: 3 }, [], 4);
		await expectSame(13, "Split", { axis: 2 }, [tensorFrom("int64", [2], [3, 1])], 2);
	});

	test("softmax of several axes at once", async () => {
		for (const opType of ["Softmax", "LogSoftmax", "Hardmax"]) {
			for (const axis of [0, 1, 2, 3]) await expectSame(9, opType, { axis });
			await expectSame(12, opType, { axis: -2 });
			await expectSame(13, opType, { axis: 1 });
		}
	});

	test("what opset 11 changed", async () => {
		await expectSame(9, "Slice", { starts: [1], ends: [3], axes: [2] });
		await expectSame(9, "Pad", { pads: [0, 0, 1, 0, 0, 0, 0, 2], value: 0.5 });
		await expectSame(9, "Clip", { min: -1, max: 1 });
		await expectSame(9, "TopK", { k: 2 }, [], 2);
	});

	test("enlarging from the corner", async () => {
		const scales = (values: number[]) => tensorFrom("float32", [4], values);
		for (const mode of ["nearest", "linear"]) {
			await expectSame(7, "Upsample", { mode, scales: [1, 1, 2, 3] });
			await expectSame(9, "Upsample", { mode }, [scales([1, 1, 2, 2])]);
			await expectSame(10, "Resize", { mode }, [scales([1, 1, 1.5, 2])]);
			await expectSame(10, "Resize", { mode }, [scales([1, 1, 0.5, 0.75])]);
			await expectSame(10, "Resize", { mode }, [scales([1, 1, 1.5, 0.75])]);
		}
	});

	test("GridSample's modes", async () => {
		const grid = tensorFrom("float32", [1, 2, 2, 2], [-0.5, 0.3, 0.9, -0.9, 0, 0, 0.4, 0.6]);
		for (const mode of ["bilinear", "nearest", "bicubic"])
			await expectSame(16, "GridSample", { mode }, [grid]);
	});
});
