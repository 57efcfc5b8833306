import type { Hex } from "@umpire/commitment/constants.ts";
import type { Program } from "@umpire/operators/program.ts";
import { requireRunnable } from "@umpire/runtime/runnable.ts";

/** Whether this process has had a program tried: what is known is told at once, a trial takes a process. */
export function wasTried(program: Program, root: Hex): Promise<boolean> {
	return Promise.race([
		requireRunnable(program, { root }).then(() => true),
		new Promise<false>((resolve) => setImmediate(resolve, false)),
	]);
}
