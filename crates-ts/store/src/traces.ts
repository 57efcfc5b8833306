import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { toLogical } from "@umpire/commitment/tensor.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import type { ContentStore } from "./content-store.ts";
import { decodeTensorsOf, encodedSize, encodeTensors } from "./tensors-codec.ts";

/** Stores what every operator computed, under the trace root. */
export async function putTrace(store: ContentStore, program: Program, trace: Trace): Promise<void> {
	const tensors = trace.operators.flatMap((step) =>
		step.map(({ elements }, index) => {
			const { shape, layout } = program.operators[index];
			return toLogical(elements, shape, layout);
		}),
	);
	await store.write("traces", trace.traceRoot, encodeTensors(tensors));
}

/**
 * Reads what a store has under a trace root, unchecked but for the sizes: all tensors of step 0, then of step 1, …, in
 * logical order.
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
	const bytes = await store.read("traces", root, encodedSize([]) + program.steps * perStep);
	if (bytes === null) return null;
	return decodeTensorsOf(bytes, Array.from({ length: program.steps }, () => step).flat());
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
	const last = operators.slice(-program.operators.length);
	const outputs = program.outputs.map(({ operator }) => last[operator]);
	const stored = { program, run: async () => ({ operators, outputs }) };
	const trace = await recordTrace(stored, commitment, inputs);
	if (trace.traceRoot !== root) {
		throw new UmpireError("STORED", `The trace ${root} in ${store.place} is damaged`, {
			advice: "delete its file.",
		});
	}
	return trace;
}
