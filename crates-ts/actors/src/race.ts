import { AsyncLocalStorage } from "node:async_hooks";

const racing = new AsyncLocalStorage<true>();

/** Makes a move that others make as well: the contract takes it from the first, and refuses it to the rest. */
export function asRace<T>(make: () => T): T {
	return racing.run(true, make);
}

/** Whether what is being done now is such a move. */
export function isRace(): boolean {
	return racing.getStore() ?? false;
}
