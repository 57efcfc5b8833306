import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { InferenceSession } from "onnxruntime-node";
import { afterEach, expect, it, vi } from "vitest";
import { openExact } from "../src/onnxruntime-web.ts";

afterEach(() => vi.restoreAllMocks());

it("a browser's session runs the graph as it was written: what is made of it cannot be checked there", async () => {
	const create = vi.spyOn(InferenceSession, "create").mockResolvedValue({} as InferenceSession);
	const graph = new GraphBuilder("one");
	graph.output(graph.node("Relu", [graph.input("x", "float32", [2])]), "float32", [2]);
	const { level } = await openExact(graph.model(), 1);
	expect(level).toBe("disabled");
	const [, options] = create.mock.lastCall as unknown as [Uint8Array, InferenceSession.SessionOptions];
	expect(options).toMatchObject({ graphOptimizationLevel: "disabled", executionProviders: ["wasm"] });
});
