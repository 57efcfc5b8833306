import { type Mutation, mutationsOf } from "./mutation.ts";

const DOT = "circuits/test/dot.test.ts";
const ELEMENTS = "circuits/test/elements.test.ts";
const SOUNDNESS = "circuits/test/soundness.test.ts";

export const CIRCUIT_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"circuits/dot.circom",
		[DOT, SOUNDNESS],
		[
			["x is any leaf", "xDigest[i] === xHash[i].out;", ""],
			["w is any leaf", "wDigest[i] === wHash[i].out;", ""],
			[
				"the geometry has a second form",
				"component first = Num2Bits(CODES_AT + 4);",
				"component first = Num2Bits(254);",
			],
			[
				"the rest of the geometry has a second form",
				"component second = Num2Bits(CODES_AT);",
				"component second = Num2Bits(254);",
			],
			["an address of dot wraps", "component address = Num2Bits(160);", "component address = Num2Bits(253);"],
			["w has the width of x", "slot[s].wWidth <== wWidth.selector;", "slot[s].wWidth <== xWidth.selector;"],
			["the sum is assigned and not constrained", "sum <== total;", "sum <-- total;", [SOUNDNESS]],
		],
	),
	...mutationsOf(
		"circuits/elements.circom",
		[ELEMENTS, SOUNDNESS],
		[
			["the digest of a read is not checked", "digest[t] === hash[t].out;", ""],
			["the value of a read is not checked", "element[t].value === claimed;", ""],
			["every read is of the first leaf", "element[t].words <== words[t];", "element[t].words <== words[0];"],
			["packed has a second form", "Num2Bits(READS * READ_BITS)", "Num2Bits(254)"],
			[
				"an address of elements wraps",
				"component address = Num2Bits(160);",
				"component address = Num2Bits(253);",
			],
		],
	),
	...mutationsOf(
		"circuits/gadgets/below.circom",
		[DOT, ELEMENTS],
		[
			["an index may be too large", "above[i + 1] * bit[i] === 0;", ""],
			[
				"an index is compared with what the prover likes",
				"above[i] <== above[i + 1] * bit[i];",
				"above[i] <-- above[i + 1] * bit[i];",
				[SOUNDNESS],
			],
		],
	),
	...mutationsOf(
		"circuits/gadgets/width.circom",
		[DOT, ELEMENTS],
		[
			["width code 3 exists", "bit[0] * bit[1] === 0;", ""],
			[
				"16 and 32 bits are exchanged",
				"selector[1] <== bit[0];\n    selector[2] <== bit[1];",
				"selector[1] <== bit[1];\n    selector[2] <== bit[0];",
			],
		],
	),
	...mutationsOf(
		"circuits/gadgets/word-lanes.circom",
		[DOT, ELEMENTS],
		[
			["a word has a second unpacking", "component bits = Num2Bits(248);", "component bits = Num2Bits(254);"],
			["lanes of 8 bits are unsigned", "var lane8 = -(1 << 7);", "var lane8 = 0;"],
			["lanes of 16 bits are unsigned", "lane16 = -(1 << 15);", "lane16 = 0;"],
			["lanes of 32 bits are unsigned", "var lane32 = -(1 << 31);", "var lane32 = 0;"],
			[
				"a lane is assigned and not constrained",
				"second[k] <== width[2] * (lane32 - lane8);",
				"second[k] <-- width[2] * (lane32 - lane8);",
				[SOUNDNESS],
			],
			[
				"lanes that 16 bits do not have count",
				"product[k] <== width[0] * lane8;\n            lane[k] <== product[k];",
				"product[k] <== (width[0] + width[1]) * lane8;\n            lane[k] <== product[k];",
				[DOT],
			],
		],
	),
	...mutationsOf(
		"circuits/gadgets/open-element.circom",
		[ELEMENTS],
		[
			["a word that leaves do not have is read", "Below(5, 3)", "Below(8, 3)"],
			["a lane that no width has is read", "Below(31, 5)", "Below(32, 5)"],
			["a lane that 16 bits do not have is read", "width.selector[1] * (laneBits[4] + fifteen) === 0;", ""],
			[
				"a lane that 32 bits do not have is read",
				"width.selector[2] * (laneBits[4] + laneBits[3] + seven) === 0;",
				"",
			],
			["values are signed", "value <== lane.out + offset;", "value <== lane.out + 0 * offset;"],
		],
	),
	...mutationsOf(
		"circuits/gadgets/dot-slot.circom",
		[DOT],
		[
			["x has a sixteenth word", "component xBelow = Below(15, 4);", "component xBelow = Below(16, 4);"],
			["w has a sixteenth word", "component wBelow = Below(15, 4);", "component wBelow = Below(16, 4);"],
			["w starts where x does", "run.wOffset[b] <== bit[13 + b];", "run.wOffset[b] <== bit[4 + b];"],
		],
	),
	...mutationsOf(
		"circuits/gadgets/run-product.circom",
		[DOT],
		[
			["a run does not end", "masked[j] <== inRun.out[j] * xRun.out[j];", "masked[j] <== xRun.out[j];"],
			[
				"a product is assigned and not constrained",
				"product[j] <== masked[j] * wRun.out[j];",
				"product[j] <-- masked[j] * wRun.out[j];",
				[SOUNDNESS],
			],
		],
	),
	...mutationsOf(
		"circuits/gadgets/barrel-shifter.circom",
		[DOT],
		[
			["an offset moves the wrong way", "var from = j + (1 << b);", "var from = j + 31 - (1 << b);"],
			["lanes past the end of a word stay", "stage[b + 1][j] - bit[b] * stage[b + 1][j]", "stage[b + 1][j]"],
			[
				"a stage of the shifter is not constrained",
				"stage[b][j] <== stage[b + 1][j] + bit[b] * (stage[b + 1][from] - stage[b + 1][j]);",
				"stage[b][j] <-- stage[b + 1][j] + bit[b] * (stage[b + 1][from] - stage[b + 1][j]);",
				[SOUNDNESS],
			],
		],
	),
	...mutationsOf(
		"circuits/gadgets/multiplexer.circom",
		[DOT, ELEMENTS],
		[
			["an index picks the other half", "even + bit[b] * (odd - even)", "odd + bit[b] * (even - odd)"],
			[
				"a choice is not constrained",
				"level[b][i] <== even + bit[b] * (odd - even);",
				"level[b][i] <-- even + bit[b] * (odd - even);",
				[SOUNDNESS],
			],
		],
	),
	...mutationsOf(
		"circuits/gadgets/thermometer.circom",
		[DOT],
		[
			[
				"long runs count twice",
				"scale[b][j] <== bit[b] + scale[b - 1][j] - both[b][j];",
				"scale[b][j] <== bit[b] + scale[b - 1][j];",
			],
			[
				"a run has any length",
				"both[b][j] <== bit[b] * scale[b - 1][j];",
				"both[b][j] <-- bit[b] * scale[b - 1][j];",
				[SOUNDNESS],
			],
		],
	),
];
