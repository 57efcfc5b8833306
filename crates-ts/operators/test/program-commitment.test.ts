import { LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { rootFromPath } from "@umpire/commitment/tree.ts";
import { rowAt } from "@umpire/operators/cone.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import { dotParts } from "@umpire/operators/dot-parts.ts";
import type {
	ConstantTensor,
	Descriptor,
	Form,
	Operator,
	Program,
	TensorSpec,
} from "@umpire/operators/program.ts";
import {
	commitProgram,
	headerFromAbi,
	headerToAbi,
	programRoot,
	rowPath,
} from "@umpire/operators/program-commitment.ts";
import { rowNode } from "@umpire/operators/rescale.ts";
import { binaryScale, signatureHash } from "@umpire/operators/signature.ts";
import { describe, expect, test } from "vitest";

const spec = (shape: readonly number[], layout = shape.map((_, axis) => axis)): TensorSpec => {
	return { shape, layout, width: 8, low: -128, high: 127, scale: 1 };
};

const constant = (tensor: TensorSpec): ConstantTensor => {
	const size = tensor.shape.reduce((product, axis) => product * axis, 1);
	return { ...tensor, name: "w", data: new Int8Array(size).map((_, i) => i % 251) };
};

/** A Dot of an input and a constant, with a row per position of `rowAxes`. */
function dot(
	form: Form,
	output: TensorSpec,
	x: TensorSpec,
	w: TensorSpec,
	rowAxes: readonly number[],
): Program {
	const count = rowAxes.reduce((product, axis) => product * output.shape[axis], 1);
	const rows = Array.from({ length: count }, (_, i) => ({
		bias: BigInt(7 * i - 9),
		multiplier: i + 1,
		shift: 8,
	}));
	const operator: Operator = {
		...output,
		kind: "Dot",
		form,
		operands: [
			{ source: "input", index: 0 },
			{ source: "constant", index: 0 },
		],
		rescale: { rows, axes: rowAxes },
		node: "/dot",
		opType: form.type,
	};
	const outputs = [{ name: "y", operator: 0 }];
	return {
		name: "dot",
		steps: 1,
		inputs: [{ ...x, name: "x" }],
		constants: [constant(w)],
		operators: [operator],
		outputs,
	};
}

const last = [0, 2, 3, 1];
const conv = (pad: number, dilation = 1): Form => {
	return {
		type: "conv",
		strides: [1, 1],
		pads: [pad, pad, pad, pad],
		dilations: [dilation, dilation],
		group: 1,
	};
};

describe("cones run along memory", () => {
	const shapeOf = ({ outputRadix, reductionRadix, operands }: Descriptor) => {
		return [outputRadix, reductionRadix, operands.map(({ coordinates }) => coordinates.length)];
	};
	const x = spec([1, 64, 56, 56], last);
	const w = spec([32, 64, 3, 3], last);

	test("a convolution without padding and channels last reads kw·C elements in a row", () => {
		const program = dot(conv(0), spec([1, 32, 54, 54], last), x, w, [1]);
		expect(shapeOf(descriptorOf(program, 0))).toEqual([
			[54, 54, 32],
			[3, 3 * 64],
			[1, 1],
		]);
	});

	test("padding bounds rows and runs, and nothing else", () => {
		const descriptor = descriptorOf(dot(conv(1), spec([1, 32, 56, 56], last), x, w, [1]), 0);
		expect(shapeOf(descriptor)).toEqual([
			[56, 56, 32],
			[3, 3 * 64],
			[2, 1],
		]);
		const run = descriptor.operands[0].coordinates.find(({ stride }) => stride === 1);
		expect(run).toMatchObject({ base: -64, size: 56 * 64, divisor: 1, modulus: 0 });
	});

	test("dilation separates the pixels of a window", () => {
		const program = dot(conv(0, 2), spec([1, 32, 52, 52], last), x, w, []);
		expect(shapeOf(descriptorOf(program, 0))).toEqual([
			[52, 52, 32],
			[3, 3, 64],
			[1, 1],
		]);
	});

	test("a dense layer reads its row of weights at once", () => {
		const form: Form = { type: "matmul" };
		const program = dot(form, spec([1, 10]), spec([1, 784]), spec([784, 10], [1, 0]), [1]);
		const descriptor = descriptorOf(program, 0);
		expect(shapeOf(descriptor)).toEqual([[10], [784], [1, 1]]);
		const [part] = dotParts(descriptor, 5);
		expect(part.wLeaves[0]).toBe(Math.floor((5 * 784) / LEAF_ELEMENTS[8]));
	});
});

describe("a program's commitment", () => {
	const form: Form = { type: "matmul" };
	const program = dot(form, spec([2, 5]), spec([2, 9]), spec([9, 5], [1, 0]), [1]);

	test("opens to its descriptors, constants and rescale rows", async () => {
		const { header, root, descriptors, constants, descriptorHashes, constantTree } =
			await commitProgram(program);
		expect(root).toBe(programRoot(header));
		expect(header).toMatchObject({ operatorCount: 1, constantCount: 1, inputCount: 1, outputElements: 10 });
		expect(header.operatorsRoot).toBe(descriptorHashes[0]);
		expect(header.constantsRoot).toBe(constants[0].root);
		expect(constantTree?.root).toBe(constants[0].root);
		const { rows } = program.operators[0].rescale!;
		const [descriptor] = descriptors;
		expect(descriptor.rowCount).toBe(5);
		for (let element = 0; element < 10; element++) {
			const row = rowAt(descriptor, element);
			expect(row).toBe(element % 5);
			const path = rowPath(program, 0, row);
			expect(rootFromPath(rowNode(rows[row]), row, 5, path, 7)).toBe(descriptor.rowsRoot);
		}
	});

	test("keeps constants in physical order", async () => {
		const { constants } = await commitProgram(program);
		expect([...constants[0].elements.slice(0, 3)]).toEqual([0, 5, 10]);
	});

	test("has no constants root without constants, and is the same every time", async () => {
		const view: Operator = {
			...spec([3, 2]),
			kind: "View",
			form: { type: "transpose", permutation: [1, 0] },
			operands: [{ source: "input", index: 0 }],
			node: "/t",
			opType: "Transpose",
		};
		const inputs = [{ ...spec([2, 3]), name: "x" }];
		const moved: Program = {
			name: "view",
			steps: 1,
			inputs,
			constants: [],
			operators: [view],
			outputs: program.outputs,
		};
		const { header, root } = await commitProgram(moved);
		expect(header.constantsRoot).toBe(wordHex(0n));
		expect(root).toBe("0x0b5cc8aba36fa0657484293880bb88eaaac5e4431e6ac7910c29671e50d119af");
		expect((await commitProgram({ ...moved, name: "another name" })).root).toBe(root);
	});

	test("changes with whatever is committed", async () => {
		const { root } = await commitProgram(program);
		const [operator] = program.operators;
		const changed: Program[] = [
			{ ...program, steps: 2 },
			{ ...program, lazy: true },
			{ ...program, segment: 2 },
			{ ...program, segment: 3 },
			{ ...program, operators: [{ ...operator, high: 126 }] },
			{ ...program, operators: [{ ...operator, layout: [1, 0] }] },
			{ ...program, constants: [{ ...program.constants[0], data: program.constants[0].data.with(7, 8) }] },
			{
				...program,
				operators: [
					{
						...operator,
						rescale: {
							axes: [1],
							rows: operator.rescale!.rows.with(4, { bias: 0n, multiplier: 1, shift: 8 }),
						},
					},
				],
			},
		];
		const roots = await Promise.all(changed.map(async (other) => (await commitProgram(other)).root));
		expect(new Set([root, ...roots]).size).toBe(changed.length + 1);
	});

	test("says in one word what claims commit to, as programs without segments always did", async () => {
		for (const [change, word] of [
			[{}, 0],
			[{ lazy: true }, 1],
			[{ segment: 2 }, 2],
			[{ segment: 1000 }, 1000],
		] as const) {
			const { header } = await commitProgram({ ...program, ...change });
			const abi = headerToAbi(header);
			expect(abi.header.commitment).toBe(word);
			expect(headerFromAbi(abi)).toEqual(header);
		}
	});

	test("binds what gives its numbers their meaning: names, shapes, layouts, ranges, scales, all outputs", async () => {
		const [input] = program.inputs;
		const [output] = program.outputs;
		const [operator] = program.operators;
		const changed: Program[] = [
			{ ...program, inputs: [{ ...input, name: "other" }] },
			{ ...program, inputs: [{ ...input, low: input.low + 1 }] },
			{ ...program, inputs: [{ ...input, high: input.high - 1 }] },
			{ ...program, inputs: [{ ...input, scale: input.scale * (1 + 2 ** -52) }] },
			{ ...program, inputs: [{ ...input, missing: [-1] }] },
			{ ...program, inputs: [{ ...input, missing: [-2] }] },
			{ ...program, outputs: [{ ...output, name: "other" }] },
			{ ...program, outputs: [output, output] },
			{ ...program, outputs: [output, { ...output, name: "other" }] },
			{ ...program, operators: [{ ...operator, scale: 2 ** -1074 }] },
		];
		const { root } = await commitProgram(program);
		const roots = await Promise.all(changed.map(async (other) => (await commitProgram(other)).root));
		expect(new Set([root, ...roots]).size).toBe(changed.length + 1);
		// A square matrix may be read along either axis: only the layout says which.
		const square = dot({ type: "matmul" }, spec([3, 3]), spec([3, 3]), spec([3, 3], [1, 0]), []);
		const turned = { ...square, inputs: [{ ...square.inputs[0], layout: [1, 0] }] };
		expect(signatureHash(turned)).not.toBe(signatureHash(square));
	});

	test("says exactly on chain what a unit of the output stands for", () => {
		for (const scale of [1, 0.1, 1 / 3, 2 ** -1074, Number.MAX_VALUE, 6.02e23, 2 ** 52 + 1]) {
			const { mantissa, exponent } = binaryScale(scale);
			expect(mantissa % 2).toBe(1);
			expect(Number.isSafeInteger(mantissa)).toBe(true);
			const halves = Math.trunc(exponent / 2);
			expect(mantissa * 2 ** halves * 2 ** (exponent - halves)).toBe(scale);
		}
		for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
			expect(() => binaryScale(scale)).toThrow(RangeError);
		}
	});
});
