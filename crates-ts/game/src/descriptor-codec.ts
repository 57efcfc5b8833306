import type { Hex } from "@umpire/commitment/constants.ts";
import { DESCRIPTOR_ABI } from "@umpire/operators/descriptor.ts";
import type { Descriptor } from "@umpire/operators/program.ts";
import { decodeAbiParameters } from "viem";

const known = new Map<Hex, Descriptor>();
const MOST_KNOWN = 4096;

/** The descriptor in `abi.encode(Descriptor)`. Throws what viem throws if it is none. */
export function decodeDescriptor(encoded: Hex): Descriptor {
	let descriptor = known.get(encoded);
	if (descriptor === undefined) {
		descriptor = numbers(decodeAbiParameters([DESCRIPTOR_ABI], encoded)[0]) as Descriptor;
		if (known.size >= MOST_KNOWN) known.clear();
		known.set(encoded, descriptor);
	}
	return descriptor;
}

/** All integers of a descriptor fit a number. */
function numbers(value: unknown): unknown {
	if (typeof value === "bigint") return Number(value);
	if (Array.isArray(value)) return value.map(numbers);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, numbers(item)]));
}
