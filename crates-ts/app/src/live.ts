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

/** Milliseconds between two blocks that pages are asked again for: a chain is slower, a flood is not. */
const APART = 250;
let next: Head | undefined;
let waiting = false;

/** Tells of a block at once, and of those that follow on its heels of the last one alone. */
function soon(head: Head): void {
	next = head;
	if (waiting) return;
	const tell = () => {
		if (next === undefined) {
			waiting = false;
			return;
		}
		const { time } = next;
		// Clocks go by the chain's time: a block says what it is, from then on this computer counts.
		change({ head: next, silentSince: undefined, trouble: undefined, ahead: time - Date.now() / 1000 });
		next = undefined;
		waiting = true;
		setTimeout(tell, APART);
	};
	tell();
}

/** A block as the server told it; undefined if it is none. */
function headIn(data: string): Head | undefined {
	try {
		const { number, hash, time } = JSON.parse(data) as Head;
		const isHead = Number.isSafeInteger(number) && Number.isSafeInteger(time) && typeof hash === "string";
		return isHead ? { number, hash, time } : undefined;
	} catch {
		return undefined;
	}
}

function troubleIn(data: string): string {
	try {
		return String((JSON.parse(data) as { readonly message: string }).message).slice(0, 300);
	} catch {
		return "";
	}
}

let source: EventSource | undefined;

function listen(): void {
	if (source !== undefined) return;
	source = new EventSource("/v1/pages/heads");
	source.addEventListener("head", (event) => {
		const head = headIn(event.data);
		if (head !== undefined) soon(head);
	});
	source.addEventListener("trouble", (event) => {
		change({ trouble: troubleIn(event.data), silentSince: live.silentSince ?? Date.now() });
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
