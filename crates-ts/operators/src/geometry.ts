import { ELEMENT_READS, WIDTH_CODE, type Width } from "@umpire/commitment/constants.ts";
import type { DotPart } from "./dot-parts.ts";
import type { ElementsPart } from "./parts.ts";
import type { Descriptor } from "./program.ts";

const SLOT_BITS = 23n;
const SLOTS_PER_WORD = 6;

/** The two geometry signals of circuit `dot` (protocol section 4). */
export function dotGeometry(part: DotPart, xWidth: Width, wWidth: Width): [bigint, bigint] {
	const geometry: [bigint, bigint] = [
		(BigInt(WIDTH_CODE[xWidth]) << 138n) | (BigInt(WIDTH_CODE[wWidth]) << 140n),
		0n,
	];
	part.slots.forEach((slot, i) => {
		const bits =
			slot.xWord | (slot.xLane << 4) | (slot.wWord << 9) | (slot.wLane << 13) | (slot.length << 18);
		geometry[Math.floor(i / SLOTS_PER_WORD)] |= BigInt(bits) << (SLOT_BITS * BigInt(i % SLOTS_PER_WORD));
	});
	return geometry;
}

/**
 * The `packed` signal of circuit `elements`: the reads in bounds one after the other, unused
 * places repeating the first.
 *
 * @param values the opened values, one per read of the part
 */
export function packedReads(descriptor: Descriptor, part: ElementsPart, values: readonly number[]): bigint {
	if (part.reads.length === 0) throw new RangeError("A part without a read in bounds has no proof");
	let packed = 0n;
	for (let t = 0; t < ELEMENT_READS; t++) {
		const i = t < part.reads.length ? t : 0;
		const { operand, word, lane } = part.reads[i];
		const { width } = descriptor.operands[operand];
		const unsigned = BigInt(values[i] + 2 ** (width - 1));
		packed |= (BigInt(word + 8 * lane + 256 * WIDTH_CODE[width]) + 1024n * unsigned) << BigInt(44 * t);
	}
	return packed;
}
