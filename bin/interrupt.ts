import { progress } from "./log.ts";

/**
 * A signal that aborts on Ctrl-C or SIGTERM: whatever is being done is left, and goes on at the next start.
 * A second Ctrl-C ends the process at once.
 */
export function untilInterrupted(): AbortSignal {
	const controller = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const) {
		process.on(signal, () => {
			if (controller.signal.aborted) process.exit(130);
			progress("Stopping...");
			controller.abort();
		});
	}
	return controller.signal;
}
