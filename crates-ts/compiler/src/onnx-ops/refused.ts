import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { DecomposeContext } from "./decomposition.ts";

/** Operators that no program can express, with what is in the way and what would help. */
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
	NonZero: [
		"the shape of its result depends on the model's inputs",
		"Use a mask (Where, Mul) instead of positions: every tensor of a program has a fixed shape",
	],
	Unique: [
		"the shape of its result depends on the model's inputs",
		"Every tensor of a program has a fixed shape: find the distinct values before the model",
	],
	RoiAlign: [
		"it samples where the model's inputs say",
		"Crop before the model, or use Resize with a constant region (tf_crop_and_resize)",
	],
	NonMaxSuppression: [
		"the shape of its result depends on the model's inputs",
		"Let the model end with boxes and scores, and select among them outside of it",
	],
	ImageDecoder: ["it decodes a file", "Decode images before the model, and give it their pixels"],
	...Object.fromEntries(
		"RegexFullMatch StringConcat StringNormalizer StringSplit TfIdfVectorizer"
			.split(" ")
			.map((name) => [name, ["it works on text", "Encode text as numbers before the model"] as const]),
	),
	...Object.fromEntries(
		"Adagrad Adam Gradient Momentum"
			.split(" ")
			.map((name) => [
				`ai.onnx.preview.training.${name}`,
				["onnxruntime does not train", "Write the step of training out in ONNX's other operators"] as const,
			]),
	),
};

export const REFUSED = Object.keys(REASONS);

export function refuse(node: Node, context: DecomposeContext): void {
	const [reason, hint] = REASONS[qualifiedName(node)];
	throw context.error(reason, hint);
}
