import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { checkpointTrace } from "@umpire/runtime/checkpoints.ts";
import { decodeTensorsOf, encodedSize, encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import type { ContentStore } from "./content-store.ts";

/** Stores what every operator computed in the steps that a claim commits to, under the trace root. */
export async function putTrace(store: ContentStore, program: Program, trace: Trace): Promise<void> {
	await store.write("traces", trace.traceRoot, traceBytes(program, trace));
}

/** What is stored of a trace. */
export function traceBytes(program: Program, trace: Trace): Uint8Array {
	const tensors = carriedSteps(program).flatMap((step) =>
		trace.operators[step].map(({ elements }, index) => {
			const { shape, layout } = program.operators[index];
			return toLogical(elements, shape, layout);
		}),
	);
	return encodeTensors(tensors);
}

/**
 * Reads what a store has under a trace root, unchecked but for the sizes: all tensors of step 0, then of step 1, …, in
 * logical order; of a program in segments those of the last steps of the segments.
 *
 * @returns null if the store does not have it
 * @throws UmpireError if it is not a trace of this program
 */
export async function readTensors(
	store: ContentStore,
	program: Program,
	root: Hex,
): Promise<Elements[] | null> {
	const step = program.operators.map(({ shape, width }) => ({ width, elements: elementCount(shape) }));
	const perStep = encodedSize(step) - encodedSize([]);
	const bytes = await store.read("traces", root, encodedSize([]) + carriedSteps(program).length * perStep);
	if (bytes === null) return null;
	return decodeTensorsOf(
		bytes,
		carriedSteps(program).flatMap(() => step),
	);
}

/**
 * Reads a trace and commits it anew.
 *
 * @returns null if the store does not have it
 * @throws UmpireError if what it has is not committed to by the root
 */
export async function getTrace(
	store: ContentStore,
	program: Program,
	commitment: ProgramCommitment,
	inputs: readonly Elements[],
	root: Hex,
): Promise<Trace | null> {
	const operators = await readTensors(store, program, root);
	if (operators === null) return null;
	const count = program.operators.length;
	const last = operators.slice(-count);
	const outputs = program.outputs.map(({ operator }) => last[operator]);
	const stored = { program, run: async () => ({ operators, outputs }) };
	const steps = carriedSteps(program).map((_, i) => operators.slice(i * count, (i + 1) * count));
	const trace =
		program.segment === undefined
			? await recordTrace(stored, commitment, inputs)
			: await checkpointTrace(program, commitment, inputs, steps);
	if (trace.traceRoot !== root) {
		throw new UmpireError("STORED", `The trace ${root} in ${store.place} is damaged`, {
			advice: "delete its file.",
		});
	}
	return trace;
}

/** The steps that a claim commits to: all, or the last ones of segments. */
function carriedSteps({ steps, segment = 1 }: Program): number[] {
	const all = Array.from({ length: Math.ceil(steps / segment) }, (_, i) => (i + 1) * segment - 1);
	return all.with(-1, steps - 1);
}
