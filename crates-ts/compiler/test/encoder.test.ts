import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { compileChecked, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { type EncoderOptions, encoder } from "./encoder.ts";

const SMALL = { batch: 2, length: 5, width: 8, heads: 2, layers: 2, opset: 17 };

async function expectFaithfulEncoder(options: EncoderOptions): Promise<void> {
	const { batch, length, width, mask } = options;
	const sets = [1, 2, 3].map((seed) => {
		const x = random([batch, length, width], seed);
		const places = Array.from({ length: batch * length }, (_, i) => (i % length < 2 + seed ? 1 : 0));
		return mask === "input" ? [x, tensorFrom("int64", [batch, length], places)] : [x];
	});
	const { report } = await compileChecked(encoder(options), { inputs: sets });
	for (const output of report.fidelity!.outputs) {
		expect(output.maxRelRange).toBeLessThan(0.01);
		expect(output.argmaxAgrees).toBe(1);
	}
}

describe("transformer encoders as PyTorch exports them", () => {
	test.each([14, 17])("opset %i", async (opset) => {
		await expectFaithfulEncoder({ ...SMALL, opset });
	});

	test.each([-10000, -3.4028234663852886e38, Number.NEGATIVE_INFINITY])(
		"causal mask of %d",
		async (hidden) => {
			await expectFaithfulEncoder({ ...SMALL, mask: "causal", hidden });
		},
	);

	test.each([-10000, -3.4028234663852886e38])("mask of %d where an input says so", async (hidden) => {
		await expectFaithfulEncoder({ ...SMALL, mask: "input", hidden });
	});

	test("one head, one sequence, four layers", async () => {
		await expectFaithfulEncoder({ ...SMALL, batch: 1, heads: 1, layers: 4 });
	});
});
