import { useEffect, useState } from "react";
import { useLive } from "./live.ts";

/** Why a page cannot be shown, and what would help. */
export interface Refusal {
	readonly status: number;
	readonly message: string;
	readonly help: string;
}

/** What a page is made from; what was known stays while something newer is asked for, or cannot be had. */
export interface Page<T> {
	readonly view: T | undefined;
	readonly refusal: Refusal | undefined;
	readonly again: () => void;
}

/** Asks the server for a view, and again with every new block. */
export function usePage<T>(path: string): Page<T> {
	const { head } = useLive();
	const [state, setState] = useState<{ path: string; view?: T; refusal?: Refusal }>({ path });
	const [tries, setTries] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new block and a new try are what it is asked again for
	useEffect(() => {
		const stop = new AbortController();
		ask<T>(path, stop.signal).then(
			(view) => setState({ path, view }),
			(error: unknown) => {
				if (stop.signal.aborted) return;
				const refusal = isRefusal(error)
					? error
					: {
							status: 0,
							message: "The server does not answer.",
							help: "Is it running? ./just app starts it.",
						};
				setState((before) => ({ ...(before.path === path ? before : {}), path, refusal }));
			},
		);
		return () => stop.abort();
	}, [path, head?.hash, tries]);
	const isThis = state.path === path;
	return {
		view: isThis ? state.view : undefined,
		refusal: isThis ? state.refusal : undefined,
		again: () => setTries((count) => count + 1),
	};
}

const isRefusal = (error: unknown): error is Refusal =>
	typeof error === "object" && error !== null && "status" in error && "help" in error;

async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
	const response = await fetch(path, { signal });
	const body = (await response.json()) as T & {
		readonly error?: { readonly message: string; readonly help: string };
	};
	if (response.ok) return body;
	const { message = "The server refuses.", help = "" } = body.error ?? {};
	throw { status: response.status, message, help } satisfies Refusal;
}
