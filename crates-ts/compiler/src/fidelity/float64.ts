import { CompileError } from "@umpire/graph/errors.ts";
import { feedsOf } from "@umpire/graph/feeds.ts";
import { OnnxError } from "@umpire/onnx/errors.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";
import { asFloat64, inFloat64 } from "../import/half-floats.ts";
import { replaceNodes } from "../passes/replace.ts";
import { foldRunnable } from "../passes/runnable-model.ts";

/**
 * The model in float64, if onnxruntime has kernels for all of it (for convolutions it has none). What
 * float32 itself rounds, in the tail of a sigmoid say, is no error of a program. Scalers, binarizers and the like of
 * ai.onnx.ml, whose kernels give float32, are written as the operators that they stand for.
 *
 * @param feed inputs on which it has to run
 */
export async function float64Model(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
): Promise<Model | undefined> {
	return (await ranInFloat64(model, feed)) ?? (await withoutMl(model, feed));
}

/** Rounds after which ai.onnx.ml must be gone: encoders become other encoders first. */
const MOST_ROUNDS = 8;

async function withoutMl(model: Model, feed: ReadonlyMap<string, Tensor>): Promise<Model | undefined> {
	const isMl = ({ domain }: Node): boolean => domain === "ai.onnx.ml";
	if (!model.graph.nodes.some(isMl)) return undefined;
	let current = upgradeTo20(model);
	try {
		for (let round = 0; current.graph.nodes.some(isMl); round++) {
			const { graph, facts } = (await foldRunnable(current, feedsOf([feed]))).folded;
			const replaced = replaceNodes(graph, facts, current.opsets.get("") ?? 1, isMl);
			if (!replaced || round === MOST_ROUNDS) return undefined;
			current = { ...current, graph: replaced.graph };
		}
	} catch (error) {
		if (error instanceof CompileError || error instanceof OnnxError) return undefined;
		throw error;
	}
	return ranInFloat64(current, feed);
}

async function ranInFloat64(model: Model, feed: ReadonlyMap<string, Tensor>): Promise<Model | undefined> {
	const wide = inFloat64(model);
	try {
		await runFloat(wide, float64Feed(feed), { optimisation: "basic" });
		return wide;
	} catch (error) {
		if (error instanceof OnnxError) return undefined;
		throw error;
	}
}

export function float64Feed(feed: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
	return new Map([...feed].map(([name, tensor]) => [name, asFloat64(tensor)]));
}
