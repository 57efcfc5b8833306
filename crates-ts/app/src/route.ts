import { type MouseEvent, useEffect, useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	window.addEventListener("popstate", listener);
	return () => {
		listeners.delete(listener);
		window.removeEventListener("popstate", listener);
	};
}

/** The path of the page that is shown. */
export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

export function navigate(path: string): void {
	history.pushState(null, "", path);
	window.scrollTo(0, 0);
	for (const listener of listeners) listener();
	// Readers of screens are told of the new page by its heading.
	requestAnimationFrame(() => document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true }));
}

/** Links within the app do not load it anew. */
export function onLink(event: MouseEvent): void {
	if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
		return;
	const link = (event.target as Element).closest("a");
	const path = link?.getAttribute("href");
	if (link == null || path == null || !/^\/(?![/\\])/.test(path) || link.target !== "") return;
	event.preventDefault();
	navigate(path);
}

const LONGEST = 200;

/** The title of the tab. */
export function useTitle(title: string): void {
	useEffect(() => {
		document.title = title === "" ? "Umpire" : `${title.slice(0, LONGEST)} \u00b7 Umpire`;
	}, [title]);
}
