import type { Graph, Node } from "@umpire/onnx/model.ts";
import { type OnnxOperator, operator } from "../operator.ts";
import { lowerConv } from "./conv.ts";
import { lowerConvTranspose } from "./conv-transpose.ts";
import { decomposeBias, decomposeConvTranspose } from "./convolution-operands.ts";
import { decomposeDeformConv } from "./deform-conv.ts";
import { decomposeEinsum } from "./einsum.ts";
import { decomposeDft, decomposeStft } from "./fourier.ts";
import { lowerGemm, lowerMatMul } from "./matmul.ts";

/** Whether an operand besides the first depends on the model's inputs, as far as it can be told without folding. */
function hasOperandsFromInputs({ inputs }: Node, { initializers }: Graph): boolean {
	return inputs.slice(1).some((name) => name !== "" && !initializers.has(name));
}

/** Matrix products, convolutions and what is one. */
export const PRODUCTS: readonly OnnxOperator[] = [
	operator({
		name: "Conv",
		since: 1,
		lower: lowerConv,
		decompose: decomposeBias,
		isComposite: hasOperandsFromInputs,
		summary: "in 1 to 3 dimensions; a bias from the inputs is added after",
	}),
	operator({
		name: "ConvTranspose",
		since: 1,
		lower: lowerConvTranspose,
		decompose: decomposeConvTranspose,
		isComposite: hasOperandsFromInputs,
		summary: "zeros between the elements of x, then a convolution with the kernel turned around",
	}),
	operator({
		name: "DFT",
		since: 17,
		decompose: decomposeDft,
		summary: "a product with the matrix of cosines and sines",
	}),
	operator({
		name: "DeformConv",
		since: 19,
		decompose: decomposeDeformConv,
		summary:
			"every tap of the kernel looks where its offset says, between elements (a GridSample), and the weights sum up what the taps see",
	}),
	operator({
		name: "Einsum",
		since: 12,
		decompose: decomposeEinsum,
		summary: "operands are taken two at a time, each pair as a matrix product",
	}),
	operator({ name: "Gemm", since: 1, lower: lowerGemm, summary: "alpha·A'·B' + beta·C" }),
	operator({
		name: "MatMul",
		since: 1,
		lower: lowerMatMul,
		summary: "1-D operands, batches and broadcasting as in NumPy",
	}),
	operator({
		name: "STFT",
		since: 17,
		decompose: decomposeStft,
		summary: "a DFT of every frame, of which the window is a part",
	}),
];
