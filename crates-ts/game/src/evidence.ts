import { DOT_LEAVES, ELEMENT_READS } from "@umpire/commitment/constants.ts";
import { readAt } from "@umpire/operators/cone.ts";
import type { DotPart } from "@umpire/operators/dot-parts.ts";
import { dotGeometry, packedReads } from "@umpire/operators/geometry.ts";
import { next } from "@umpire/operators/kinds.ts";
import { type ElementsPart, partsOf } from "@umpire/operators/parts.ts";
import { type Descriptor, KIND } from "@umpire/operators/program.ts";
import { GameError } from "./errors.ts";
import type { Case, LeafOpening, PartEvidence, Settlement } from "./move.ts";
import { checkLeaf } from "./openings.ts";

/** BN254's scalar field. */
const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const SUM_LIMIT = 2n ** 127n;

/** True iff a proof (eight field elements) holds for these public signals. */
export type ProofCheck = (
	circuit: "dot" | "elements",
	signals: readonly bigint[],
	proof: readonly bigint[],
) => boolean;

/** A proof that is yet to be verified: all of a settlement are, at once, when its parts have been gone through. */
export interface PendingProof {
	readonly circuit: "dot" | "elements";
	readonly signals: readonly bigint[];
	readonly proof: readonly bigint[];
}

/**
 * Verifies what was gathered.
 *
 * @throws GameError if a proof is wrong
 */
export function requireProofs(pending: readonly PendingProof[], proves: ProofCheck): void {
	for (const { circuit, signals, proof } of pending) {
		if (signals.some((signal) => signal >= FIELD) || !proves(circuit, signals, proof)) {
			throw new GameError("InvalidProof");
		}
	}
}

/** A part's evidence, its number, and the partial result before it. */
export interface ProvedPart {
	readonly evidence: PartEvidence;
	readonly number: number;
	readonly previous: bigint;
}

/**
 * S_{p+1} as the evidence of part p (`number`) has it, if its proof, which is added to `pending`, is right: `previous` is S_p.
 *
 * @throws GameError if an opening or a count is wrong
 */
export function provedPartial(
	what: Case,
	d: Descriptor,
	s: Settlement,
	{ evidence, number, previous }: ProvedPart,
	pending: PendingProof[],
): bigint {
	const part = partsOf(d, s.element, indexValue(d, s.element, evidence))[number];
	return part.circuit === "dot"
		? provedDot(what, d, s, evidence, part, previous, pending)
		: provedElements(what, d, s, evidence, part, number, previous, pending);
}

function provedDot(
	what: Case,
	d: Descriptor,
	s: Settlement,
	e: PartEvidence,
	part: DotPart,
	previous: bigint,
	pending: PendingProof[],
): bigint {
	const { xLeaves, wLeaves, slots } = part;
	requireCounts(e, xLeaves.length + wLeaves.length, slots.length === 0 ? 0 : 1);
	if (slots.length === 0) return previous;
	[...xLeaves, ...wLeaves].forEach((leaf, i) => {
		checkLeaf(d, s, e, i, i < xLeaves.length ? 0 : 1, leaf);
	});
	const [sum] = e.values;
	if (sum >= SUM_LIMIT || sum <= -SUM_LIMIT) throw new GameError("SumOutOfRange", sum);
	const signals = [
		sum < 0n ? FIELD + sum : sum,
		...digests(e.leaves.slice(0, xLeaves.length), DOT_LEAVES),
		...digests(e.leaves.slice(xLeaves.length), DOT_LEAVES),
		...dotGeometry(part, d.operands[0].width, d.operands[1].width),
		BigInt(what.beneficiary),
	];
	pending.push({ circuit: "dot", signals, proof: e.proof });
	return previous + sum;
}

function provedElements(
	what: Case,
	d: Descriptor,
	s: Settlement,
	e: PartEvidence,
	part: ElementsPart,
	number: number,
	previous: bigint,
	pending: PendingProof[],
): bigint {
	const { reads } = part;
	requireCounts(e, reads.length, reads.length);
	if (reads.length > 0) {
		reads.forEach(({ operand, leaf }, i) => {
			checkLeaf(d, s, e, i, operand, leaf);
		});
		reads.forEach(({ operand }, i) => {
			requireRange(e.values[i], d.operands[operand].width);
		});
		const packed = packedReads(d, part, e.values.map(Number));
		const signals = [...digests(e.leaves, ELEMENT_READS), packed, BigInt(what.beneficiary)];
		pending.push({ circuit: "elements", signals, proof: e.proof });
	}
	return next(d, previous, number, part, e.values);
}

/** The value of a Gather's index element: the first value if it is read, otherwise its `outside`. */
function indexValue(d: Descriptor, element: number, { values }: PartEvidence): number | undefined {
	if (d.kind !== KIND.Gather) return undefined;
	if (!readAt(d, 0, element, 0).inBounds) return d.operands[0].outside;
	if (values.length === 0) throw new GameError("WrongValueCount", 0, 1);
	return Number(values[0]);
}

function digests(leaves: readonly LeafOpening[], count: number): bigint[] {
	return Array.from({ length: count }, (_, i) => (leaves[i] ?? leaves[0]).digest);
}

function requireRange(value: bigint, width: number): void {
	if (BigInt.asIntN(width, value) !== value) throw new GameError("ValueOutOfRange", value, width);
}

function requireCounts(e: PartEvidence, leaves: number, values: number): void {
	if (e.leaves.length !== leaves) throw new GameError("WrongLeafCount", e.leaves.length, leaves);
	if (e.values.length !== values) throw new GameError("WrongValueCount", e.values.length, values);
}
