import { AsyncLocalStorage } from "node:async_hooks";

/** What a line of the log is about, by the numbers that the contracts give. */
export interface Subject {
	readonly request?: number | undefined;
	readonly claim?: number | undefined;
	readonly dispute?: number | undefined;
	/** of inputs */
	readonly demand?: number | undefined;
	readonly job?: number | undefined;
	readonly grid?: number | undefined;
	readonly point?: number | undefined;
	readonly bounty?: number | undefined;
	readonly candidate?: number | undefined;
	/** of attesters' signatures */
	readonly record?: number | undefined;
	readonly accusation?: number | undefined;
}

const current = new AsyncLocalStorage<Subject>();

/** Does something that is about `subject`, besides what it is about already: all lines that it tells carry its numbers. */
export function about<T>(subject: Subject, make: () => T): T {
	return current.run({ ...current.getStore(), ...subject }, make);
}

/** What is being done now is about. */
export function subjectNow(): Subject {
	return current.getStore() ?? {};
}

/** Work that is done later, or by somebody else's turn, about what this is about now. */
export function keepingSubject<T>(work: () => Promise<T>): () => Promise<T> {
	return AsyncLocalStorage.bind(work);
}

/** Of a claim, with its request. */
export function claimSubject(
	{ claims }: { readonly claims: readonly { readonly request: number }[] },
	claim: number,
): Subject {
	return { request: claims[claim - 1]?.request, claim };
}

/** Of a dispute, with its claim and its request. */
export function disputeSubject(
	state: Parameters<typeof claimSubject>[0] & {
		readonly disputes: readonly { readonly claim: number }[];
	},
	dispute: number,
): Subject {
	const claim = state.disputes[dispute - 1]?.claim;
	return claim === undefined ? { dispute } : { ...claimSubject(state, claim), dispute };
}
