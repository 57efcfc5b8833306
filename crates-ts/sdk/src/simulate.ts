import type { Elements } from "@umpire/commitment/elements.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import type { PreparedInputs } from "./inputs.ts";
import { type Decoded, decodeElements } from "./output.ts";
import type { LoadedProgram } from "./program.ts";

/** The answer that an honest submitter gives. */
export interface Simulated {
	readonly output: Decoded;
	/** The primary output's integers in row-major order. */
	readonly elements: Elements;
}

/**
 * Computes the answer here, before anything is paid: it is to the bit the one that is right on chain. In Node.js
 * onnxruntime-node runs it, in browsers onnxruntime-web.
 */
export async function simulate(
	program: LoadedProgram,
	{ elements: inputs }: Pick<PreparedInputs, "elements">,
): Promise<Simulated> {
	const session = await openSession(program.program, { record: "outputs" });
	try {
		const [elements] = (await session.run(inputs)).outputs;
		return { output: decodeElements(program, elements), elements };
	} finally {
		await session.release();
	}
}
