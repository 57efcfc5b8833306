import { useRef, useState } from "react";
import type { CheckState } from "./check.ts";

export type Judgement = Omit<Extract<CheckState, { at: "agrees" | "differs" | "undecided" }>, "seconds">;

/** What a check is given while it runs. */
export interface Running {
	readonly signal: AbortSignal;
	readonly progress: (text: string) => void;
}

/** A check that a visitor starts, and can stop. What fails decides nothing. */
export function useCheck(judge: (running: Running) => Promise<Judgement>): {
	readonly state: CheckState;
	readonly run: () => void;
	readonly stop: () => void;
} {
	const [state, setState] = useState<CheckState>({ at: "idle" });
	const stopping = useRef<AbortController>(undefined);
	const run = async () => {
		const controller = new AbortController();
		stopping.current = controller;
		const began = performance.now();
		const progress = (text: string) => {
			if (!controller.signal.aborted) setState({ at: "running", progress: text });
		};
		progress("Loading");
		try {
			const found = await judge({ signal: controller.signal, progress });
			if (controller.signal.aborted) setState({ at: "idle" });
			else setState({ ...found, seconds: (performance.now() - began) / 1000 });
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
