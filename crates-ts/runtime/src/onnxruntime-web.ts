import type { Model } from "@umpire/onnx/model.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { InferenceSession } from "#onnxruntime";
import type { ExactSession } from "./onnxruntime.ts";

/**
 * The same as `openExact` for browsers. What onnxruntime makes of a graph when it optimises cannot be read there, so
 * that it is left as it was written: bodies whose arithmetic the certificate has walked.
 */
export async function openExact(model: Model, threads: number): Promise<ExactSession> {
	const session = await InferenceSession.create(writeModel(model), {
		executionProviders: ["wasm"],
		graphOptimizationLevel: "disabled",
		intraOpNumThreads: threads,
		interOpNumThreads: 1,
		executionMode: "sequential",
	});
	return { session, level: "disabled" };
}
