import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toNumbers } from "@umpire/onnx/element-types.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { inputsOf } from "@umpire/testing/transformers/inputs.ts";
import { t5 } from "@umpire/testing/transformers/t5.ts";
import { afterAll, expect, test } from "vitest";
import { check } from "../src/check.ts";

const folder = mkdtempSync(join(tmpdir(), "umpire-transformers-"));

afterAll(() => rmSync(folder, { recursive: true }));

test("sampled elements of an encoder and decoder settle in the contract, with proofs", async () => {
	const vocabulary = 20;
	const model = t5({
		vocabulary,
		width: 16,
		heads: 2,
		headWidth: 8,
		inner: 32,
		layers: 1,
		buckets: 8,
		farthest: 20,
		batch: 1,
		length: 6,
		decoded: 4,
	});
	const [path, input] = [join(folder, "t5.onnx"), join(folder, "input.json")];
	writeFileSync(path, writeModel(model));
	const data = inputsOf(model, vocabulary, 1).map((tensor) => Array.from(toNumbers(tensor)));
	writeFileSync(input, JSON.stringify({ input_data: data }));
	const checked = await check({ model: path, input, samples: 1, seed: 1, bits: 16, progress: () => {} });
	expect(checked.error).toBeUndefined();
	expect(checked).toMatchObject({ ok: true, exact: true });
	expect(checked.settled.sampled).toBe(checked.kinds.length);
	expect(checked.settled.agreed).toBe(checked.settled.sampled);
});
