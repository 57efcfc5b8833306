import type { Hex } from "@umpire/commitment/constants.ts";
import { commitTensor, toLogical, toPhysical } from "@umpire/commitment/tensor.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { type Decoded, decodeElements } from "@umpire/sdk/output.ts";
import { ContentError, type Given, inputsOf, programOf } from "./given.ts";

/** What this browser finds when it runs a program on inputs. */
export interface Recomputed {
	readonly program: { readonly root: Hex; readonly name: string };
	readonly inputsRoot: Hex;
	readonly traceRoot: Hex;
	readonly outputRoot: Hex;
	/** Claims of it state the output alone. */
	readonly isLazy: boolean;
	/** The element that was asked for, if one was. */
	readonly element: number | undefined;
	/** Real values, in row-major order, and what an integer stands for. */
	readonly output: Decoded & { readonly scale: number };
}

/** Which program and inputs are meant; what is left out is not compared. */
export interface Meant {
	readonly program?: string | undefined;
	readonly inputsRoot?: string | undefined;
}

/**
 * Runs a program here, commits what it computes, and gives the roots. Program and inputs come from the visitor or the
 * server, which is not trusted: both are hashed, and their roots compared with those that are meant.
 *
 * @param place an element of an operator's output, in row-major order
 * @throws ContentError if program or inputs are not to be had, or are others
 */
export async function recompute(
	meant: Meant,
	place: { readonly step: number; readonly operator: number; readonly element: number } | undefined,
	{ signal, progress }: { readonly signal: AbortSignal; readonly progress: (text: string) => void },
	given: Given = {},
): Promise<Recomputed> {
	progress("Loading program and inputs");
	const loaded = await programOf(given, meant.program, signal);
	const { program, commitment } = loaded;
	const inputs = await inputsOf(given, loaded, meant.inputsRoot, signal);
	progress("Running the program");
	const session = await openSession(program, { record: "trace" });
	try {
		signal.throwIfAborted();
		const trace = await recordTrace(session, commitment, inputs, {
			progress: (done, total) => {
				signal.throwIfAborted();
				progress(`Operator ${done} of ${total}`);
			},
		});
		if (meant.inputsRoot !== undefined && trace.inputsRoot !== meant.inputsRoot) {
			throw new ContentError(
				given.inputs === undefined
					? "The server gave other inputs."
					: `Your file has other inputs than were asked: their root is ${trace.inputsRoot}.`,
			);
		}
		const [elements] = trace.outputs;
		const { shape, layout, width, scale } = loaded.output;
		const { root: outputRoot } = await commitTensor(toPhysical(elements, shape, layout), width);
		const spec = place && program.operators[place.operator];
		const tensor = place && trace.operators[place.step]?.[place.operator];
		return {
			program: { root: loaded.root, name: loaded.name },
			inputsRoot: trace.inputsRoot,
			traceRoot: trace.traceRoot,
			outputRoot,
			isLazy: commitment.header.lazy,
			element:
				place === undefined || spec === undefined || tensor === undefined
					? undefined
					: toLogical(tensor.elements, spec.shape, spec.layout)[place.element],
			output: { ...decodeElements(loaded, elements), scale },
		};
	} finally {
		await session.release();
	}
}
