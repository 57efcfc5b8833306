import type { Hex } from "@umpire/commitment/constants.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { parseProgram } from "@umpire/runtime/program-bytes.ts";
import { decodeTensorsOf } from "@umpire/runtime/tensors-codec.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";

/** What this browser finds when it runs a claim's program on the claim's inputs. */
export interface Recomputed {
	readonly traceRoot: Hex;
	/** The element that was asked for, if one was. */
	readonly element: number | undefined;
	/** The output, in row-major order. */
	readonly output: readonly number[];
}

/** Content that is not what its root says, or not there. */
export class ContentError extends Error {
	override readonly name = "ContentError";
}

async function content(kind: "programs" | "inputs", root: string, signal: AbortSignal): Promise<Uint8Array> {
	const response = await fetch(`/v1/content/${kind}/${root}`, { signal });
	if (!response.ok)
		throw new ContentError(kind === "programs" ? "The program is not here." : "The inputs are not here.");
	return new Uint8Array(await response.arrayBuffer());
}

/**
 * Runs a program here, commits what it computes, and gives the root. Program and inputs come from the server, which is
 * not trusted: both are hashed, and their roots compared with the request's.
 *
 * @param place an element of an operator's output, in row-major order
 * @throws ContentError if program or inputs are not to be had, or are others
 */
export async function recompute(
	{ program: root, inputsRoot }: { readonly program: string; readonly inputsRoot: string },
	place: { readonly step: number; readonly operator: number; readonly element: number } | undefined,
	{ signal, progress }: { readonly signal: AbortSignal; readonly progress: (text: string) => void },
): Promise<Recomputed> {
	progress("Loading program and inputs");
	const { program, commitment } = await parseProgram(await content("programs", root, signal));
	if (commitment.root !== root) throw new ContentError("The server gave another program.");
	const sizes = program.inputs.map(({ shape, width }) => ({ width, elements: elementCount(shape) }));
	const inputs =
		sizes.length === 0 ? [] : decodeTensorsOf(await content("inputs", inputsRoot, signal), sizes);
	progress("Running the program");
	const session = await openSession(program, { record: "trace" });
	signal.throwIfAborted();
	const trace = await recordTrace(session, commitment, inputs, {
		progress: (done, total) => {
			signal.throwIfAborted();
			progress(`Operator ${done} of ${total}`);
		},
	});
	await session.release();
	if (trace.inputsRoot !== inputsRoot) throw new ContentError("The server gave other inputs.");
	const spec = place && program.operators[place.operator];
	const tensor = place && trace.operators[place.step]?.[place.operator];
	return {
		traceRoot: trace.traceRoot,
		element:
			place === undefined || spec === undefined || tensor === undefined
				? undefined
				: toLogical(tensor.elements, spec.shape, spec.layout)[place.element],
		output: [...trace.outputs[0]],
	};
}
