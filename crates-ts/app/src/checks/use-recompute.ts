import { useRef, useState } from "react";
import type { CheckState } from "./check.ts";
import type { Recomputed } from "./recompute.ts";

type Judgement = Omit<Extract<CheckState, { at: "agrees" | "differs" | "undecided" }>, "seconds">;

/** Runs a claim's program in this browser; what runs it is loaded when it is asked for. */
export function useRecompute(
	roots: { readonly program: string; readonly inputsRoot: string },
	place: { readonly step: number; readonly operator: number; readonly element: number } | undefined,
	judge: (found: Recomputed) => Judgement,
): { readonly state: CheckState; readonly run: () => void; readonly stop: () => void } {
	const [state, setState] = useState<CheckState>({ at: "idle" });
	const stopping = useRef<AbortController>(undefined);
	const run = async () => {
		const controller = new AbortController();
		stopping.current = controller;
		const began = performance.now();
		const progress = (text: string) => {
			if (!controller.signal.aborted) setState({ at: "running", progress: text });
		};
		progress("Loading onnxruntime");
		try {
			const { recompute } = await import("./recompute.ts");
			const found = await recompute(roots, place, { signal: controller.signal, progress });
			setState({ ...judge(found), seconds: (performance.now() - began) / 1000 });
		} catch (error) {
			if (controller.signal.aborted) setState({ at: "idle" });
			else {
				const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
				setState({ at: "undecided", result: `Not decided: ${why}` });
			}
		}
	};
	return { state, run: () => void run(), stop: () => stopping.current?.abort() };
}
