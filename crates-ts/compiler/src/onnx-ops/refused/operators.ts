import { type OnnxOperator, operator } from "../operator.ts";

const text = (name: string, since: number, domain = ""): OnnxOperator =>
	operator({
		name,
		domain,
		since,
		refuse: { reason: "it works on text", hint: "Encode text as numbers before the model" },
		summary: "refused: it works on text",
	});

const training = (name: string): OnnxOperator =>
	operator({
		name,
		domain: "ai.onnx.preview.training",
		since: 1,
		refuse: {
			reason: "onnxruntime does not train",
			hint: "Write the step of training out in ONNX's other operators",
		},
		summary: "refused: onnxruntime does not train",
	});

/** Operators that no program can express. */
export const REFUSED: readonly OnnxOperator[] = [
	operator({
		name: "ImageDecoder",
		since: 20,
		refuse: { reason: "it decodes a file", hint: "Decode images before the model, and give it their pixels" },
		summary: "refused: it decodes a file",
	}),
	operator({
		name: "NonMaxSuppression",
		since: 10,
		refuse: {
			reason: "the shape of its result depends on the model's inputs",
			hint: "Let the model end with boxes and scores, and select among them outside of it",
		},
		summary: "refused: the shape of its result depends on the model's inputs",
	}),
	operator({
		name: "NonZero",
		since: 9,
		refuse: {
			reason: "the shape of its result depends on the model's inputs",
			hint: "Use a mask (Where, Mul) instead of positions: every tensor of a program has a fixed shape. Self-loops of a graph belong to the edges that the model is given (PyTorch Geometric: add_self_loops=False)",
		},
		summary: "refused: the shape of its result depends on the model's inputs",
	}),
	operator({
		name: "RoiAlign",
		since: 10,
		refuse: {
			reason: "it samples where the model's inputs say",
			hint: "Crop before the model, or use Resize with a constant region (tf_crop_and_resize)",
		},
		summary: "refused: it samples where the model's inputs say",
	}),
	operator({
		name: "Unique",
		since: 11,
		refuse: {
			reason: "the shape of its result depends on the model's inputs",
			hint: "Every tensor of a program has a fixed shape: find the distinct values before the model",
		},
		summary: "refused: the shape of its result depends on the model's inputs",
	}),
	text("RegexFullMatch", 20),
	text("StringConcat", 20),
	text("StringNormalizer", 10),
	text("StringSplit", 20),
	text("TfIdfVectorizer", 9),
	training("Adagrad"),
	training("Adam"),
	training("Gradient"),
	training("Momentum"),
];
