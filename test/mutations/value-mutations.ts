import { type Mutation, mutationsOf } from "./mutation.ts";
import { CONES, KINDS, RESCALE, WORK } from "./tests.ts";

const EVERY_KIND = "test/attacks/known-kinds.test.ts";

/** What an element depends on, and its value. */
export const VALUE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/libraries/Cone.sol",
		[CONES],
		[
			[
				"coordinates are divided towards zero",
				"sum = quotient * divisor > sum ? quotient - 1 : quotient;",
				"sum = quotient;",
			],
			["remainders are negative", "return sum < 0 ? sum + modulus : sum;", "return sum;"],
			[
				"one place beyond the last is in bounds",
				"if (v < 0 || v >= int256(uint256(c.size))) return (false, 0);",
				"if (v < 0 || v > int256(uint256(c.size))) return (false, 0);",
			],
			[
				"places before the first are in bounds",
				"if (v < 0 || v >= int256(uint256(c.size))) return (false, 0);",
				"if (v >= int256(uint256(c.size))) return (false, 0);",
			],
			[
				"a Gather reads beyond its data",
				"? Rescale.clip(indexValue + d.constants[1], 0, size - 1)",
				"? indexValue + d.constants[1]",
			],
			["a Gather forgets its offset", "indexValue + d.constants[1]", "indexValue"],
			[
				"an element that is not there has a cone",
				"if (element >= d.elements) revert ElementOutOfRange(element, d.elements);",
				"",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/DotRuns.sol",
		[CONES, WORK],
		[
			["runs begin one place early", "from = (slope - 1 - v) / slope;", "from = -v / slope;"],
			["runs end one place early", "to = (size - 1 - v) / slope + 1;", "to = (size - 1 - v) / slope;"],
			["falling runs are one place off", "(size - 1 - v, -slope)", "(size - v, -slope)"],
			["a line outside of its operand is read", "if (v < 0 || v >= axis.size) return (0, 0, 0, 0);", ""],
			[
				"the coordinates of a line are not divided",
				"axis.plain ? axis.sum : Cone.value(axis.source, axis.sum)",
				"axis.sum",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/DotParts.sol",
		[CONES, WORK],
		[
			["parts have eleven slots", "SLOTS = 12;", "SLOTS = 11;"],
			["a part opens a fourth leaf of w", "xCount > LEAVES || wCount > LEAVES", "xCount > LEAVES"],
			["word ends of both operands count twice", "xLane == wLane ? slots - xEnds : slots", "slots"],
			["runs go on where w has ended", "if (to < end) end = to;", ""],
			["the width of w is that of x", "<< 140;", "<< 138;"],
			[
				"a leaf of an earlier part is used again",
				"(slots, xCount, wCount) = (0, 1, 1);",
				"(slots, xCount, wCount) = (0, 1, 0);",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Parts.sol",
		[CONES, KINDS],
		[
			["reads beyond the last full part are left out", "(reads + READS - 1) / READS", "reads / READS"],
			[
				"an ArgMax has one part",
				"if (d.kind != KIND_MAX && d.kind != KIND_ARGMAX) return 1;",
				"if (d.kind != KIND_MAX) return 1;",
			],
			["reads are of the wrong operand", "_read(d, t % operands, index)", "_read(d, 0, index)"],
			[
				"a part that is not there has reads",
				"if (part >= parts) revert NoSuchPart(part, parts);\n\t\tElementRead",
				"ElementRead",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Kinds.sol",
		[CONES, EVERY_KIND],
		[
			[
				"a maximum of negative numbers is 0",
				"if (d.kind == KIND_MAX) return -int256(1 << (d.width - 1));",
				"if (d.kind == KIND_MAX) return 0;",
			],
			["ArgMax always takes the last", "first ? KEY_MASK - position : position", "position"],
			["ArgMax counts from each part", "Parts.READS * number + i", "0 * number + i"],
			["a division by zero has no result", "if (y == 0) return 0;", ""],
			["floors of negative divisors are wrong", "(numerator < 0) != (divisor < 0)", "numerator < 0"],
			["quotients are rounded down", "_floor(2 * numerator + y, 2 * y)", "_floor(2 * numerator, 2 * y)"],
			["quotients are not clipped", "if (d.kind == KIND_DIV) return Rescale.clip(raw, d.low, d.high);", ""],
			["only positive conditions hold", "!= 0 ? 1 : 2", "> 0 ? 1 : 2"],
			["a read outside is 0", "return d.operands[k].outside;", "return 0;"],
			[
				"a View outside of its operands is 0",
				"values.length == 0 ? int256(d.operands[0].outside) : values[0]",
				"values.length == 0 ? int256(0) : values[0]",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Rescale.sol",
		[RESCALE],
		[
			[
				"rescaling rounds towards zero",
				">> shift;\n\t\treturn clip",
				"/ int256(uint256(1) << shift);\n\t\treturn clip",
			],
			[
				"halves are rounded down",
				"+ int256(uint256(1) << (shift - 1))",
				"+ int256(uint256(1) << (shift - 1)) - 1",
			],
			[
				"the bias is added after the clip",
				"clip(raw + row.bias, -bound, bound)",
				"clip(raw, -bound, bound) + row.bias",
			],
			["results are not clipped", "return clip(rounded, low, high);", "return rounded;"],
			[
				"the inner bound forgets the lower end",
				"(magnitude(low) > magnitude(high) ? magnitude(low) : magnitude(high)) + 1",
				"magnitude(high) + 1",
			],
		],
	),
];
