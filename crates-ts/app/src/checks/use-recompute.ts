import type { Recomputed } from "./recompute.ts";
import { type Judgement, useCheck } from "./use-check.ts";

/** Runs a claim's program in this browser; what runs it is loaded when it is asked for. */
export function useRecompute(
	roots: { readonly program: string; readonly inputsRoot: string },
	place: { readonly step: number; readonly operator: number; readonly element: number } | undefined,
	judge: (found: Recomputed) => Judgement,
): ReturnType<typeof useCheck> {
	return useCheck(async (running) => {
		running.progress("Loading onnxruntime");
		const { recompute } = await import("./recompute.ts");
		return judge(await recompute(roots, place, running));
	});
}
