import type { Mutation } from "./mutation.ts";

const DOT = ["circuits/test/dot.test.ts"];
const ELEMENTS = ["circuits/test/elements.test.ts"];
const SOUNDNESS = ["circuits/test/soundness.test.ts"];

export const CIRCUIT_MUTATIONS: readonly Mutation[] = [
	{
		fault: "x is any leaf",
		file: "circuits/dot.circom",
		find: "xDigest[i] === xHash[i].out;",
		replace: "",
		tests: [...DOT, ...SOUNDNESS],
	},
	{
		fault: "w is any leaf",
		file: "circuits/dot.circom",
		find: "wDigest[i] === wHash[i].out;",
		replace: "",
		tests: [...DOT, ...SOUNDNESS],
	},
	{
		fault: "the digest of a read is not checked",
		file: "circuits/elements.circom",
		find: "digest[t] === hash[t].out;",
		replace: "",
		tests: [...ELEMENTS, ...SOUNDNESS],
	},
	{
		fault: "the value of a read is not checked",
		file: "circuits/elements.circom",
		find: "element[t].value === claimed;",
		replace: "",
		tests: ELEMENTS,
	},
	{
		fault: "an index may be too large",
		file: "circuits/gadgets/below.circom",
		find: "above[i + 1] * bit[i] === 0;",
		replace: "",
		tests: [...DOT, ...ELEMENTS],
	},
	{
		fault: "width code 3 exists",
		file: "circuits/gadgets/width.circom",
		find: "bit[0] * bit[1] === 0;",
		replace: "",
		tests: [...DOT, ...ELEMENTS],
	},
	{
		fault: "a word has a second unpacking",
		file: "circuits/gadgets/word-lanes.circom",
		find: "component bits = Num2Bits(248);",
		replace: "component bits = Num2Bits(254);",
		tests: [...DOT, ...ELEMENTS, ...SOUNDNESS],
	},
	{
		fault: "a lane that 16 bits do not have is read",
		file: "circuits/gadgets/open-element.circom",
		find: "width.selector[1] * (laneBits[4] + fifteen) === 0;",
		replace: "",
		tests: ELEMENTS,
	},
	{
		fault: "a lane that 32 bits do not have is read",
		file: "circuits/gadgets/open-element.circom",
		find: "width.selector[2] * (laneBits[4] + laneBits[3] + seven) === 0;",
		replace: "",
		tests: ELEMENTS,
	},
	{
		fault: "a run does not end",
		file: "circuits/gadgets/run-product.circom",
		find: "masked[j] <== inRun.out[j] * xRun.out[j];",
		replace: "masked[j] <== xRun.out[j];",
		tests: DOT,
	},
	{
		fault: "a product is assigned and not constrained",
		file: "circuits/gadgets/run-product.circom",
		find: "product[j] <== masked[j] * wRun.out[j];",
		replace: "product[j] <-- masked[j] * wRun.out[j];",
		tests: SOUNDNESS,
	},
	{
		fault: "an offset moves the wrong way",
		file: "circuits/gadgets/barrel-shifter.circom",
		find: "var from = j + (1 << b);",
		replace: "var from = j + 31 - (1 << b);",
		tests: DOT,
	},
	{
		fault: "an index picks the other half",
		file: "circuits/gadgets/multiplexer.circom",
		find: "even + bit[b] * (odd - even)",
		replace: "odd + bit[b] * (even - odd)",
		tests: [...DOT, ...ELEMENTS],
	},
	{
		fault: "lanes are unsigned",
		file: "circuits/gadgets/word-lanes.circom",
		find: "var lane8 = -(1 << 7);",
		replace: "var lane8 = 0;",
		tests: [...DOT, ...ELEMENTS],
	},
	{
		fault: "a stage of the shifter is not constrained",
		file: "circuits/gadgets/barrel-shifter.circom",
		find: "stage[b][j] <== stage[b + 1][j] + bit[b] * (stage[b + 1][from] - stage[b + 1][j]);",
		replace: "stage[b][j] <-- stage[b + 1][j] + bit[b] * (stage[b + 1][from] - stage[b + 1][j]);",
		tests: SOUNDNESS,
	},
	{
		fault: "the beneficiary wraps",
		file: "circuits/elements.circom",
		find: "component address = Num2Bits(160);",
		replace: "component address = Num2Bits(253);",
		tests: [...ELEMENTS, ...SOUNDNESS],
	},
];
