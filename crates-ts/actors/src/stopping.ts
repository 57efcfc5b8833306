/**
 * What some work gives, or undefined as soon as the signal is aborted. The work is left where it is then: everything
 * here may be killed at any moment and goes on where it was, so that whoever is told to stop need not wait.
 */
export function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
	if (signal.aborted) return stopped(work);
	return new Promise((resolve, reject) => {
		const stop = () => resolve(stopped(work));
		signal.addEventListener("abort", stop, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
	});
}

/** What nobody waits for any more must not end the process when it fails. */
async function stopped(work: Promise<unknown>): Promise<undefined> {
	work.catch(() => {});
	return undefined;
}
