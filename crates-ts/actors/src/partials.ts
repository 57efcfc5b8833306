import { rowAt } from "@umpire/operators/cone.ts";
import { value as finish, keyOf } from "@umpire/operators/kinds.ts";
import { type Descriptor, KIND, type Row } from "@umpire/operators/program.ts";
import type { Evidence, TracePosition } from "./evidence.ts";
import { partialResults } from "./settlement.ts";

/**
 * Partial results S₁ … Sₙ that the contract takes for an element published as `value`. For an
 * honest value they are the true ones. For a false one they are true up to the last, which is
 * bent so that φ leads to the value; undefined if φ never yields it.
 */
export function partialsLeadingTo(
	evidence: Evidence,
	position: TracePosition,
	element: number,
	value: number,
): bigint[] | undefined {
	const partials = partialResults(evidence, position, element);
	const descriptor = evidence.commitment.descriptors[position.operator];
	const rows = evidence.program.operators[position.operator].rescale?.rows;
	const row = rows?.[rowAt(descriptor, element)];
	const phi = (raw: bigint): number => Number(finish(descriptor, raw, row));
	if (phi(partials.at(-1)!) === value) return partials;
	const bent = candidates(descriptor, row, value).find((raw) => phi(raw) === value);
	return bent === undefined ? undefined : [...partials.slice(0, -1), bent];
}

/** Raw values around φ⁻¹(value). */
function candidates(descriptor: Descriptor, row: Row | undefined, value: number): bigint[] {
	const { kind } = descriptor;
	if (kind === KIND.ArgMax) return [keyOf(descriptor, (1n << BigInt(descriptor.width - 1)) - 1n, value)];
	if (row === undefined || kind === KIND.Max) return [BigInt(value)];
	const middle = (BigInt(value) << BigInt(row.shift)) / BigInt(row.multiplier) - row.bias;
	return [0n, 1n, -1n, 2n, -2n].map((offset) => middle + offset);
}
