import type { Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { stridesOf } from "@umpire/commitment/tensor.ts";
import { descriptorOf, encodeDescriptor, toAbi } from "@umpire/operators/descriptor.ts";
import { dotParts } from "@umpire/operators/dot-parts.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { dotGeometry } from "@umpire/operators/geometry.ts";
import { DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type {
	Coordinate,
	Descriptor,
	Form,
	Kind,
	Operator,
	Program,
	TensorSpec,
} from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { descriptorBytes, dotWork } from "@umpire/operators/work.ts";
import { descriptorOf as arbitraryDescriptor } from "@umpire/testing/operators/arbitrary-descriptors.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "../libraries/harness.ts";

let harness: Harness;
beforeAll(async () => {
	harness = await openHarness();
});
afterAll(() => harness.close());

/** A transaction has at most 2^24 gas (EIP-7825); proof, paths and calldata need their share of it. */
const MOST_GAS = 10_000_000;

const spec = (
	shape: readonly number[],
	width: Width = 8,
	layout = shape.map((_, axis) => axis),
): TensorSpec => {
	return { shape, layout, width, ...rangeOf(width), scale: 1 };
};

/** A program of one operator over inputs. */
function programOf(kind: Kind, form: Form, output: TensorSpec, operands: readonly TensorSpec[]): Program {
	const rescale = { rows: [{ bias: 0n, multiplier: 1, shift: 1 }], axes: [] };
	const operator: Operator = {
		...output,
		kind,
		form,
		operands: operands.map((_, index) => ({ source: "input", index })),
		...(kind === "Dot" ? { rescale } : {}),
		node: "heavy",
		opType: form.type,
	};
	const inputs = operands.map((operand, index) => ({ ...operand, name: `x${index}` }));
	return {
		name: "heavy",
		steps: 1,
		inputs,
		constants: [],
		operators: [operator],
		outputs: [{ name: "y", operator: 0 }],
	};
}

const convolution = (pads: readonly number[]): Form => {
	const ones = pads.slice(pads.length / 2).map(() => 1);
	return { type: "conv", strides: ones, pads, dilations: ones, group: 1 };
};

const stacked = (count: number): Program =>
	programOf(
		"View",
		{ type: "concat", axis: 0 },
		spec([count, 2]),
		Array.from({ length: count }, () => spec([1, 2])),
	);

const dense = (size: number): Program =>
	programOf("Dot", { type: "matmul" }, spec([1, 2]), [spec([1, size]), spec([size, 2])]);

const channelsFirst = (channels: number): Program =>
	programOf("Dot", convolution([0, 0, 0, 0]), spec([1, 1, 1, 2]), [
		spec([1, channels, 1, 3]),
		spec([1, channels, 1, 2]),
	]);

const tallKernel = (rows: number): Program =>
	programOf("Dot", convolution([rows - 1, 1, 0, 1]), spec([1, 1, 1, 3]), [
		spec([1, 1, 1, 3]),
		spec([1, 1, rows, 3]),
	]);

const largest = (count: number): Program =>
	programOf(
		"Max",
		{ type: "elementwise" },
		spec([2, 3, 2]),
		Array.from({ length: count }, (_, k) => spec(k % 2 === 0 ? [2, 1, 2] : [3, 2])),
	);

/** Found in a review: nobody could have settled what is wrong in them. */
const REFUSED: Readonly<Record<string, [Program, RegExp]>> = {
	"a kernel that lies in the padding but for one line": [tallKernel(20_000), /may take \d+ gas/],
	"4,000 channels of two products each, channels first": [channelsFirst(4_000), /may take \d+ gas/],
	"12,000 products of elements that are not neighbours": [dense(12_000), /may take \d+ gas/],
	"a concatenation of 2,000 tensors": [stacked(2_000), /1152800 bytes.*2000 operands in several steps/],
	"a maximum of 1,000 tensors": [largest(1_000), /operands in several steps/],
	"windows of 2^31 + 1": [
		programOf("Dot", convolution([2 ** 31 + 1, 0, 0, 0]), spec([1, 1, 2 ** 31, 1]), [
			spec([1, 1, 1, 1]),
			spec([1, 1, 1, 1]),
		]),
		/pads .* are not/,
	],
};

/** As large as programs of these shapes may be. */
const LARGEST: Readonly<Record<string, Program>> = {
	"a kernel in the padding": tallKernel(620),
	"channels first": channelsFirst(830),
	"products of elements that are not neighbours": dense(7_990),
	"a concatenation": stacked(112),
	"a maximum": largest(90),
};

/** Beyond what operators allow by default: here the contract's limits alone are looked at. */
const WIDE: Limits = {
	...DEFAULT_LIMITS,
	operands: 10_000,
	tensorElements: 2 ** 40,
	stepElements: 2 ** 40,
	traceElements: 2 ** 40,
	stepReads: 2 ** 52,
	traceReads: 2 ** 52,
};

/** What an honest party does with a program before it serves or guards it. */
function accepted(program: Program): boolean {
	try {
		validateProgram(program);
		exactnessOf(program);
		return true;
	} catch {
		return false;
	}
}

describe("both languages cut a valid cone into the same parts", () => {
	const reaching = (far: number): Program => {
		const layout = [0, 1, 3, 2];
		const form: Form = {
			type: "conv",
			strides: [1, 1],
			pads: [1, far, 0, 0],
			dilations: [1, far],
			group: 1,
		};
		return programOf("Dot", form, spec([1, 1, 1002, 3], 8, layout), [
			spec([1, 1, 1001, 3], 8, layout),
			spec([1, 1, 1, 2], 8, layout),
		]);
	};

	test("as far as windows may reach", async () => {
		const descriptor = descriptorOf(reaching(2 ** 31), 0);
		validateProgram(reaching(2 ** 31), WIDE);
		const [part] = dotParts(descriptor, 401);
		const found = (await harness.call("dotPart", [toAbi(descriptor), 401n, 0n])) as {
			xLeaves: readonly bigint[];
			geometry: readonly bigint[];
		};
		expect(part.xLeaves.map(BigInt)).toEqual(found.xLeaves);
		expect(dotGeometry(part, 8, 8)).toEqual(found.geometry);
	});

	test("and no farther", () => {
		expect(() => validateProgram(reaching(2 ** 51 + 1), WIDE)).toThrow(/dilations .* are not/);
		expect(() => validateProgram(reaching(2 ** 31 + 1), WIDE)).toThrow(/dilations .* are not/);
	});
});

describe("a program whose parts take too much gas to find is invalid", () => {
	test.each(Object.entries(REFUSED))("%s", (_, [program, reason]) => {
		expect(() => validateProgram(program, WIDE)).toThrow(reason);
		expect(() => validateProgram(program, WIDE)).toThrow(/^Invalid operator 0 \(\w+ heavy\): /);
	});
});

describe("a program that validates can be settled within one transaction", () => {
	test.each(Object.entries(LARGEST))("%s", async (_, program) => {
		expect(accepted(program)).toBe(true);
		const descriptor = descriptorOf(program, 0);
		const last = descriptor.elements - 1;
		const { gas, bytes } = await measured(descriptor, last);
		// 10 gas for a zero byte of calldata is the least that it can cost
		expect(gas + 10 * bytes).toBeLessThan(MOST_GAS);
	});
});

describe("what validateProgram bounds the contract does take no more of", () => {
	test.each<[string, readonly number[], number, Shape]>([
		["one digit", [500], 2, {}],
		["many short digits", [2, 2, 2, 2, 2, 2, 2, 2], 2, { coordinates: 4 }],
		["divisions", [2, 2, 2, 2, 2, 2], 2, { coordinates: 4, divisor: 3 }],
		["long runs of one width", [], 20_000, { widths: [16, 16] }],
		["long runs of two widths", [], 20_000, { widths: [32, 8] }],
		["short runs of two widths", [2, 2, 2, 2, 2, 2], 40, { widths: [32, 16], coordinates: 3 }],
		["elements far from each other", [], 2_000, { step: 200, widths: [32, 16] }],
		["elements near each other", [3], 900, { step: 2 }],
	])("%s", async (_, outer, run, shape) => {
		const descriptor = dotOf(outer, run, shape);
		const { gas, bytes } = await measured(descriptor, 0);
		expect(gas).toBeLessThan(dotWork(descriptor) + DECODING * bytes + 20_000);
	});

	test("random access maps", async () => {
		for (const descriptor of fc.sample(
			fc.gen().map((g) => arbitraryDescriptor(g, "Dot")),
			{ numRuns: 40, seed: 7 },
		)) {
			const { gas, bytes } = await measured(descriptor, descriptor.elements - 1);
			expect(descriptorBytes(descriptor)).toBe(bytes);
			expect(gas).toBeLessThan(dotWork(descriptor) + DECODING * bytes + 20_000);
		}
	});
});

/** Gas per byte of a descriptor, for decoding it and for its maps' first values. */
const DECODING = 20;

async function measured(descriptor: Descriptor, element: number): Promise<{ gas: number; bytes: number }> {
	const encoded = encodeDescriptor(descriptor);
	const part = BigInt(partCount(descriptor, element) - 1);
	const name = descriptor.kind === 0 ? "gasOfDotPart" : "gasOfElementsPart";
	const gas = Number(await harness.call(name, [encoded, BigInt(element), part]));
	const count = Number(await harness.call("gasOfCount", [encoded, BigInt(element)]));
	return { gas: Math.max(gas, count), bytes: encoded.length / 2 - 1 };
}

interface Shape {
	readonly coordinates?: number;
	readonly divisor?: number;
	readonly step?: number;
	readonly widths?: readonly [Width, Width];
}

/** A Dot of one element whose reads are all in bounds. */
function dotOf(
	outer: readonly number[],
	run: number,
	{ coordinates = 1, divisor = 1, step = 1, widths = [8, 8] }: Shape,
): Descriptor {
	const far = { divisor: 1, modulus: 0, size: 2 ** 31, stride: 1 };
	const along = { ...far, base: 0, coefficients: [...stridesOf([...outer, run]).slice(0, -1), step] };
	const coefficients = [...outer.map(() => 1), 0];
	const beside = { ...far, base: 0, coefficients, divisor, modulus: divisor === 1 ? 0 : 1 };
	const operand = (width: Width) => {
		const map = [...new Array<Coordinate>(coordinates - 1).fill(beside), along];
		return { source: 1, index: 0, initial: 0, width, elements: 2 ** 31, outside: 0, coordinates: map };
	};
	return {
		kind: 0,
		width: 8,
		elements: 1,
		outputRadix: [],
		reductionRadix: [...outer, run],
		operands: widths.map(operand),
		constants: [],
		low: -1,
		high: 1,
		rowsRoot: wordHex(0n),
		rowCount: 1,
		row: { ...far, base: 0, coefficients: [], size: 1 },
	};
}
