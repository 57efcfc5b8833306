import { emptyElements } from "@umpire/commitment/elements.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { openSession } from "./executable.ts";

/**
 * Loads a program's ONNX model as it is run with and without its trace, and runs one step on zeros: an actor that
 * finds out later that onnxruntime does not take a program has taken on claims that it cannot guard.
 *
 * @throws Error with what onnxruntime says
 */
export async function requireRunnable(program: Program): Promise<void> {
	const zeros = program.inputs.map(({ width, shape }) => emptyElements(width, elementCount(shape)));
	for (const record of ["trace", "outputs"] as const) {
		const session = await openSession({ ...program, steps: 1 }, { record });
		try {
			if (record === "outputs") await session.run(zeros);
		} finally {
			await session.release();
		}
	}
}
