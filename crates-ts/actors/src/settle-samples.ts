import type { Connection } from "@umpire/chain/connection.ts";
import type { Deployment } from "@umpire/chain/contracts.ts";
import { judge } from "@umpire/chain/judge.ts";
import type { Kind } from "@umpire/operators/program.ts";
import { segmentOf } from "@umpire/operators/segments.ts";
import { describeOperator } from "@umpire/operators/tensors.ts";
import { elementValue } from "@umpire/operators/values.ts";
import { prove, verify } from "@umpire/prover/prove.ts";
import { type Evidence, fetchOf, proofWords } from "./evidence.ts";
import { type Random, randomBelow } from "./random.ts";
import { leafOf, partialResults, prepareSettlement, withProofs } from "./settlement.ts";

/** Proofs in a check are made for nobody. */
const BENEFICIARY = "0x000000000000000000000000000000000000dEaD";

/** An element that was settled, and why not if it did not agree. */
export interface Sample {
	readonly kind: Kind;
	readonly operator: number;
	/** Physical index. */
	readonly element: number;
	readonly part: number;
	readonly proveMilliseconds: number;
	readonly error?: string;
}

/** Draws `count` elements of every kind of operator in the program, with a part of each. */
export function drawSamples(
	evidence: Evidence,
	count: number,
	random: Random,
): Pick<Sample, "kind" | "operator" | "element">[] {
	const { operators } = evidence.program;
	return [...new Set(operators.map(({ kind }) => kind))].flatMap((kind) => {
		const candidates = operators.flatMap((operator, index) => (operator.kind === kind ? [index] : []));
		return Array.from({ length: count }, () => {
			const operator = candidates[randomBelow(random, candidates.length)];
			const { elements } = evidence.commitment.descriptors[operator];
			return { kind, operator, element: randomBelow(random, elements) };
		});
	});
}

/**
 * Settles one element of an honest trace as in a dispute: resolves its cone here and in the
 * contract, proves one part, verifies the proof, and compares all with the traced value.
 */
export async function settleSample(
	chain: { readonly connection: Connection; readonly deployment: Deployment },
	evidence: Evidence,
	{ kind, operator, element }: Pick<Sample, "kind" | "operator" | "element">,
	random: Random,
): Promise<Sample> {
	const { commitment, program, trace } = evidence;
	const position = { step: randomBelow(random, program.steps), operator };
	const partials = partialResults(evidence, position, element);
	const part = randomBelow(random, Math.max(1, partials.length));
	const tensor = trace.operators[position.step][operator];
	const leaf = leafOf(evidence, operator, element);
	const expected = partials.length === 0 ? BigInt(tensor.elements[element]) : partials[part];
	const sample = { kind, operator, element, part, proveMilliseconds: 0 };
	const fail = (reason: string): Sample => ({
		...sample,
		error: `step ${position.step}, ${describeOperator(program.operators[operator], operator)}, element ${element}: ${reason}`,
	});
	const descriptor = commitment.descriptors[operator];
	const rows = program.operators[operator].rescale?.rows;
	const value = elementValue(descriptor, element, fetchOf(evidence, position), rows);
	if (value !== tensor.elements[element]) {
		return fail(`onnxruntime says ${tensor.elements[element]}, its cone yields ${value}`);
	}
	const prepared = await prepareSettlement(
		evidence,
		{ ...position, element, part, words: tensor.words(leaf), partials },
		BENEFICIARY,
	);
	let proveMilliseconds = 0;
	let verifies = true;
	const settlement = await withProofs(prepared, async ({ circuit, input }) => {
		const started = performance.now();
		const { proof, publicSignals } = await prove(circuit, input);
		proveMilliseconds = performance.now() - started;
		verifies = await verify(circuit, proof, publicSignals);
		return proofWords(proof);
	});
	if (!verifies) return fail("its proof does not verify");
	const judgement = await judge(
		chain.connection,
		chain.deployment,
		{
			header: commitment.header,
			inputsRoot: trace.inputsRoot,
			traceRoot: trace.segmentTrees[segmentOf(commitment.header, position.step)].root,
			checkpointsRoot: trace.traceRoot,
			...position,
			leaf,
			beneficiary: BENEFICIARY,
			inParts: partials.length > 0,
		},
		settlement,
	).catch((error: Error) => error.message);
	if (typeof judgement === "string") return fail(judgement);
	if (!judgement.agree) return fail(`the contract finds ${judgement.computed}, not ${judgement.claimed}`);
	if (judgement.value !== expected) return fail(`the contract finds ${judgement.value}, not ${expected}`);
	return { ...sample, proveMilliseconds };
}
