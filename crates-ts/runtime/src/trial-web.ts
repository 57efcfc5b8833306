import type { Model } from "@umpire/onnx/model.ts";
import { Tensor } from "#onnxruntime";
import { openExact } from "./onnxruntime-web.ts";
import { zerosOf } from "./zeros.ts";

/** The same as in `trial.ts` for browsers, where what ends WebAssembly is an error like others, and ends nothing else. */
export async function tryModels(models: readonly Model[], threads: number): Promise<void> {
	for (const model of models) {
		const { session } = await openExact(model, threads);
		try {
			await session.run(zerosOf(model.graph.inputs, Tensor));
		} finally {
			await session.release();
		}
	}
}
