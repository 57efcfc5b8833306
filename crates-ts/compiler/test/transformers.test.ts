import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";
import { compileChecked, floats } from "@umpire/testing/compiler/check.ts";
import { bert } from "@umpire/testing/transformers/bert.ts";
import { gpt, llama } from "@umpire/testing/transformers/decoder.ts";
import { inputsOf } from "@umpire/testing/transformers/inputs.ts";
import { t5 } from "@umpire/testing/transformers/t5.ts";
import { whisperEncoder } from "@umpire/testing/transformers/whisper.ts";
import { describe, expect, test } from "vitest";
import type { Compiled } from "../src/compile.ts";

const SMALL = {
	vocabulary: 20,
	positions: 12,
	width: 16,
	heads: 2,
	inner: 32,
	layers: 1,
	batch: 2,
	length: 6,
};

/** At 16 bits: every output within 1 % of its range, and the same largest element in every row. */
async function expectFaithful(model: Model): Promise<Compiled> {
	const inputs = [1, 2, 3].map((seed) => inputsOf(model, SMALL.vocabulary, seed));
	const compiled = await compileChecked(model, { inputs });
	for (const output of compiled.report.fidelity!.outputs) {
		expect(output.maxRelRange).toBeLessThan(0.01);
		expect(output.argmaxAgrees).toBe(1);
	}
	return compiled;
}

describe("transformers as PyTorch exports them", () => {
	test.each([14, 17])("an encoder of texts, opset %i", async (opset) => {
		await expectFaithful(bert({ ...SMALL, opset }));
	});

	test("an encoder and a decoder with cross attention and relative positions", async () => {
		await expectFaithful(t5({ ...SMALL, headWidth: 8, buckets: 8, farthest: 20, decoded: 4 }));
	});

	test("an encoder of spectrograms", async () => {
		await expectFaithful(whisperEncoder({ ...SMALL, mels: 5, frames: 12 }));
	});

	test.each([0, 3000])("decoders with an activation of %d", async (massive) => {
		await expectFaithful(gpt({ ...SMALL, massive }));
		await expectFaithful(llama({ ...SMALL, groups: 1, massive }));
	});
});

describe("steps that are fine enough", () => {
	test.each(["LayerNormalization", "RMSNormalization"])(
		"%s of rows 1 to 1000 times as large",
		async (opType) => {
			const g = new GraphBuilder("rows", { opset: 23 });
			const x = g.input("x", "float32", [8, 32]);
			const ones = g.constant("ones", floats([32], new Array<number>(32).fill(1)));
			g.output(g.node(opType, [x, ones], { axis: -1 }));
			const rows = Array.from(new Random(1).normalTensor([8, 32]).data, Number);
			const uneven = rows.map((value, i) => value * 1000 ** (Math.floor(i / 32) / 7));
			const { report } = await compileChecked(g.model(), { inputs: [[floats([8, 32], uneven)]] });
			expect(report.fidelity!.outputs[0].maxRelRange).toBeLessThan(1e-3);
		},
	);

	test("rows that are normalised have 32 bits only where some are far smaller than others", async () => {
		const widths = async (massive: number): Promise<number[]> => {
			const { program } = await expectFaithful(gpt({ ...SMALL, massive }));
			return program.operators.filter(({ shape }) => shape.at(-1) === SMALL.width).map(({ width }) => width);
		};
		expect(await widths(0)).not.toContain(32);
		expect(await widths(3000)).toContain(32);
	});

	test("what a mask hides costs nothing of what it shows", async () => {
		const model = bert(SMALL);
		const inputs = [1, 2, 3].map((seed) => inputsOf(model, SMALL.vocabulary, seed));
		const unmasked = inputs.map(([ids, mask]): Tensor[] => [
			ids,
			tensorFrom("int64", mask.dims, new Array(mask.data.length).fill(1)),
		]);
		const worst = async (sets: readonly (readonly Tensor[])[]): Promise<number> => {
			const { report } = await compileChecked(model, { inputs: sets });
			const exponents = report.operators.filter(({ opType }) => opType === "Exp");
			return Math.max(...exponents.map(({ maxAbs }) => maxAbs!));
		};
		expect(await worst(inputs)).toBeLessThan(4 * (await worst(unmasked)));
	});
});
