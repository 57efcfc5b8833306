/** Milliseconds without a line after which a step that takes long is said to be going on. */
const STILL = 15_000;

/**
 * Does something that may take long, and says that it goes on when it has said nothing for a while: nobody should wonder
 * whether it still works.
 *
 * @param what it is at, as in "compiling the contracts"
 * @param work takes what it says its own lines with
 */
export async function stillAt<T>(
	progress: (line: string) => void,
	what: () => string,
	work: (say: (line: string) => void) => Promise<T>,
	every = STILL,
): Promise<T> {
	const started = performance.now();
	const timer = setInterval(() => {
		progress(`Still at it after ${Math.round((performance.now() - started) / 1000)} s: ${what()}.`);
	}, every);
	const say = (line: string): void => {
		timer.refresh();
		progress(line);
	};
	try {
		return await work(say);
	} finally {
		clearInterval(timer);
	}
}
