import { useEffect, useState, useSyncExternalStore } from "react";

/** What the server says of the chain's newest block. */
export interface Head {
	readonly number: number;
	readonly hash: string;
	readonly time: number;
}

/** The newest block, and whether the server still hears of the chain. */
export interface Live {
	readonly head: Head | undefined;
	/** Since when nothing was heard, in milliseconds of this computer; undefined while all is well. */
	readonly silentSince: number | undefined;
	readonly trouble: string | undefined;
	/** What the chain's clock is ahead of this computer's, in seconds. */
	readonly ahead: number;
}

let live: Live = { head: undefined, silentSince: undefined, trouble: undefined, ahead: 0 };
const listeners = new Set<() => void>();

function change(by: Partial<Live>): void {
	live = { ...live, ...by };
	for (const listener of listeners) listener();
}

let source: EventSource | undefined;

function listen(): void {
	if (source !== undefined) return;
	source = new EventSource("/v1/pages/heads");
	source.addEventListener("head", (event) => {
		const head = JSON.parse(event.data) as Head;
		// Clocks go by the chain's time: a block says what it is, from then on this computer counts.
		change({ head, silentSince: undefined, trouble: undefined, ahead: head.time - Date.now() / 1000 });
	});
	source.addEventListener("trouble", (event) => {
		const { message } = JSON.parse(event.data) as { message: string };
		change({ trouble: message, silentSince: live.silentSince ?? Date.now() });
	});
	source.addEventListener("error", () => {
		change({
			trouble: "The server does not answer.",
			silentSince: live.silentSince ?? Date.now(),
		});
	});
}

const subscribe = (listener: () => void): (() => void) => {
	listen();
	listeners.add(listener);
	return () => listeners.delete(listener);
};

export const useLive = (): Live => useSyncExternalStore(subscribe, () => live);

/** The chain's time now, which goes on every second; `time` is that of the block that is shown. */
export function useNow(time: number | undefined): number {
	const [, tick] = useState(0);
	const { ahead, head } = useLive();
	useEffect(() => {
		const timer = setInterval(() => tick((count) => count + 1), 1000);
		return () => clearInterval(timer);
	}, []);
	const now = head === undefined ? (time ?? 0) : Math.floor(Date.now() / 1000 + ahead);
	return Math.max(now, time ?? 0);
}
