import type { Hex } from "@umpire/commitment/constants.ts";
import { fromHex, toHex } from "@umpire/commitment/hex.ts";
import { keccak256 } from "@umpire/commitment/keccak.ts";
import { type AbiParameter, encodeAbiParameters } from "viem";
import type { Program, TensorSpec } from "./program.ts";

/** mantissa · 2^exponent. */
export interface BinaryScale {
	/** odd, below 2^53 */
	readonly mantissa: number;
	readonly exponent: number;
}

/** A scale as whole numbers: every positive float64 has exactly one such form. */
export function binaryScale(scale: number): BinaryScale {
	if (!(scale > 0 && Number.isFinite(scale))) throw new RangeError(`scale ${scale} is not a positive number`);
	let mantissa = scale;
	let exponent = 0;
	// Multiplying by two is exact, so that nothing is lost on the way, subnormal numbers included.
	for (; !Number.isInteger(mantissa); exponent--) mantissa *= 2;
	for (; mantissa % 2 === 0; exponent++) mantissa /= 2;
	return { mantissa, exponent };
}

const TENSOR: readonly AbiParameter[] = [
	{ name: "name", type: "string" },
	{ name: "shape", type: "uint64[]" },
	{ name: "layout", type: "uint32[]" },
	{ name: "width", type: "uint8" },
	{ name: "low", type: "int64" },
	{ name: "high", type: "int64" },
	{ name: "mantissa", type: "uint64" },
	{ name: "exponent", type: "int16" },
	{ name: "operator", type: "uint32" },
];

const SIGNATURE_ABI: readonly AbiParameter[] = [
	{ name: "inputs", type: "tuple[]", components: TENSOR },
	{ name: "outputs", type: "tuple[]", components: TENSOR },
];

const MISSING: AbiParameter = {
	name: "missing",
	type: "tuple[]",
	components: [
		{ name: "input", type: "uint32" },
		{ name: "mantissas", type: "uint64[]" },
		{ name: "exponents", type: "int16[]" },
	],
};

const POWERS: AbiParameter = {
	name: "powers",
	type: "tuple[]",
	components: [
		{ name: "input", type: "uint32" },
		{ name: "shape", type: "uint64[]" },
		{ name: "exponents", type: "int16[]" },
	],
};

/**
 * keccak256(abi.encode(inputs, outputs)), or of (inputs, outputs, powers, missing) if an input has powers or numbers for
 * what is missing (of which the sign is changed): what gives a program's numbers their meaning (protocol section 2).
 * Descriptors know physical positions and integers only; names, shapes, layouts, ranges and scales of inputs
 * and outputs, and which operators the outputs are, would otherwise be whatever the file says.
 */
export function signatureHash({ inputs, outputs, operators }: Program): Hex {
	const tensors = [
		inputs.map((input) => tensorOf(input.name, input, 0)),
		outputs.map(({ name, operator }) => tensorOf(name, operators[operator], operator)),
	];
	const powers = inputs.flatMap(({ powers: own }, input) =>
		own ? [{ input, shape: own.shape.map(BigInt), exponents: own.exponents }] : [],
	);
	const missing = inputs.flatMap(({ missing: own }, input) => {
		if (own === undefined) return [];
		const numbers = own.map((value) => binaryScale(-value));
		return [
			{
				input,
				mantissas: numbers.map(({ mantissa }) => BigInt(mantissa)),
				exponents: numbers.map(({ exponent }) => exponent),
			},
		];
	});
	const encoded =
		powers.length === 0 && missing.length === 0
			? encodeAbiParameters(SIGNATURE_ABI, tensors)
			: encodeAbiParameters([...SIGNATURE_ABI, POWERS, MISSING], [...tensors, powers, missing]);
	return toHex(keccak256(fromHex(encoded)));
}

/** `operator` is the output's operator; of inputs it is 0. */
function tensorOf(name: string, { shape, layout, width, low, high, scale }: TensorSpec, operator: number) {
	const { mantissa, exponent } = binaryScale(scale);
	return {
		name,
		shape: shape.map(BigInt),
		layout,
		width,
		low: BigInt(low),
		high: BigInt(high),
		mantissa: BigInt(mantissa),
		exponent,
		operator,
	};
}
