import { writeFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { Tensor } from "onnxruntime-node";
import { openPrepared } from "./onnxruntime.ts";
import { type Answer, beside, type Task } from "./trial.ts";
import { zerosOf } from "./zeros.ts";

async function attempt({ model, inputs, threads, levels }: Task): Promise<void> {
	const { session } = await openPrepared(model, threads, levels);
	try {
		await session.run(zerosOf(inputs, Tensor));
	} finally {
		await session.release();
	}
}

new Worker(new URL(beside(import.meta.url, "trial-guard")));
try {
	// Where memory runs out, Linux ends this process before the one that waits for it.
	writeFileSync("/proc/self/oom_score_adj", "1000");
} catch {
	// Other systems choose for themselves.
}
process.on("message", (task: Task) => {
	const tell = (error: string | null) => process.send?.({ error } satisfies Answer);
	attempt(task).then(
		() => tell(null),
		(error: unknown) => tell((error as Error).message),
	);
});
