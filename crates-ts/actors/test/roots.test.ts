import { join } from "node:path";
import { compileFile } from "@umpire/actors/compile-file.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { expect, test } from "vitest";

/** Roots that were registered: what compiles another way must compile to the same. */
const ROOTS: readonly (readonly [model: string, input: string, bits: 8 | 16, root: string])[] = [
	[
		"digits/model.onnx",
		"digits/input-3.json",
		16,
		"0x6a0266005479bed98809e1104af9e7d1cb1ba8c85ef0a588a86d515232f84a4d",
	],
	[
		"digits/model.onnx",
		"digits/input-3.json",
		8,
		"0xac3c7502ce565c28dcce4b4a7daea5811c4c38ccfd8d472996d333466450f41c",
	],
	["dnn.onnx", "dnn-input.json", 16, "0x8d74540dad70b575f380372ecd8239d5b1743644992678d7f93335f0ced897f8"],
	["dnn.onnx", "dnn-input.json", 8, "0xfaebae36a00aede6103a7c9eaca0b8b93b457ad710297986d05c6635e55b3dd7"],
	[
		"lenet-5.onnx",
		"lenet-5-input.json",
		16,
		"0x322f058fa72772d9476c8e788d29ec002c6398e735d6963d0048a022f12562c7",
	],
	[
		"lenet-5.onnx",
		"lenet-5-input.json",
		8,
		"0x7776e23cd69894aaebe0bb756fb3445cd80dfc5a0756ac0fa1790f6cbe20b1f2",
	],
	[
		"conv2d.onnx",
		"conv2d-input.json",
		16,
		"0x5e292d2ee98d2eea34502203fe0da0adfafa3f31dae0f0ab8dc9eea4a38d62fe",
	],
	[
		"conv2d.onnx",
		"conv2d-input.json",
		8,
		"0xede197b86b976562e2744b286bbc530fecded916806ea96cfbec2f5389a87239",
	],
];

test.each(ROOTS)("the root of %s on %s with %i bits stays what it is", async (model, input, bits, root) => {
	const place = (name: string) => join(projectRoot, "testdata", name);
	const options = { bits, calibrate: [place(input)], progress() {} };
	expect((await compileFile(place(model), options)).commitment.root).toBe(root);
});
