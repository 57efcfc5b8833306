import { compute } from "./computation.ts";

/** What the test asks of the page. */
Object.assign(globalThis, {
	computed: async (sample: number[]) =>
		compute(new Uint8Array(await (await fetch("model.onnx")).arrayBuffer()), sample),
});
