/** Milliseconds after which what is waited for is said again. */
const AGAIN = 600_000;

/** Says a line when it is another than before, and again after a while; undefined says nothing. */
export function sayOnce(progress: (line: string) => void): (line: string | undefined) => void {
	let said: string | undefined;
	let at = Number.NEGATIVE_INFINITY;
	return (line) => {
		if (line === said && performance.now() - at < AGAIN) return;
		said = line;
		at = performance.now();
		if (line !== undefined) progress(line);
	};
}
