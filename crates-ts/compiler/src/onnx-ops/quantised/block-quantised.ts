import { int } from "@umpire/graph/attributes.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cast, finish, numbersOf, realOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** Unsigned numbers of `bits` bits, the lowest bits of a byte first. */
function unpacked(bytes: ArrayLike<number>, bits: number): Float64Array {
	const perByte = 8 / bits;
	return Float64Array.from(
		{ length: bytes.length * perByte },
		(_, i) => (bytes[Math.floor(i / perByte)] >> ((i % perByte) * bits)) & (2 ** bits - 1),
	);
}

function constant(context: DecomposeContext, name: string, role: string): Float64Array {
	const real = realOf(context, name);
	if (!real) throw context.error(`its ${role} depend on the model's inputs`, `Make the ${role} constant`);
	return real.data;
}

function bitsOf(node: Node, context: DecomposeContext): number {
	const bits = int(node, "bits", 4);
	if (bits !== 2 && bits !== 4 && bits !== 8)
		throw context.error(`its weights have ${bits} bits`, "Weights of 2, 4 or 8 bits compile");
	return bits;
}

/** Zero points of every row's blocks: numbers of their own, or packed row by row; half the range if there are none. */
function zerosOf(
	context: DecomposeContext,
	name: string | undefined,
	[rows, blocks]: readonly [number, number],
	bits: number,
): (row: number, block: number) => number {
	if (!name) return () => 2 ** (bits - 1);
	const given = constant(context, name, "zero points");
	const packs = context.type(name) === "uint8";
	const zeros = packs ? unpacked(given, bits) : given;
	const stride = packs ? zeros.length / rows : blocks;
	return (row, block) => zeros[row * stride + block];
}

/** onnxruntime's MatMulNBits: A·Bᵀ (+ bias) by weights of few bits, with a scale per block of a row. */
export function decomposeMatMulNBits(node: Node, context: DecomposeContext): void {
	const [a, weights, scaleName, zeroName, order, bias] = node.inputs;
	if (order) throw context.error("its groups are reordered (g_idx)", "Export without g_idx");
	const [rows, columns] = [int(node, "N", 0), int(node, "K", 0)];
	const size = int(node, "block_size", 32);
	const bits = bitsOf(node, context);
	const blocks = Math.ceil(columns / size);
	const packed = unpacked(constant(context, weights, "weights"), bits);
	const scales = constant(context, scaleName, "scales");
	const zero = zerosOf(context, zeroName, [rows, blocks], bits);
	const matrix = new Float64Array(columns * rows);
	for (let n = 0; n < rows; n++) {
		for (let k = 0; k < columns; k++) {
			const block = Math.floor(k / size);
			const whole = packed[(n * blocks + block) * size + (k % size)] - zero(n, block);
			matrix[k * rows + n] = whole * scales[n * blocks + block];
		}
	}
	const product = context.emit("MatMul", [a, numbersOf(context, context.type(a), [columns, rows], matrix)]);
	finish(context, node, bias ? context.emit("Add", [product, bias]) : product);
}

/** onnxruntime's GatherBlockQuantized: rows of a table of few bits, with a scale per block of its last axis. */
export function decomposeGatherBlockQuantized(node: Node, context: DecomposeContext): void {
	const [data, indices, scaleName, zeroName] = node.inputs;
	const shape = context.shape(data);
	const rank = shape.length;
	const axis = normaliseAxis(int(node, "quantize_axis", 1), rank);
	if (axis !== rank - 1)
		throw context.error("its blocks do not run along the last axis", "Quantise along the last axis");
	const output = context.shape(node.outputs[0]);
	if (normaliseAxis(int(node, "gather_axis", 0), rank) === axis)
		throw context.error("it gathers along its blocks", "Gather along another axis");
	const width = output[output.length - 1];
	const packs = width !== shape[rank - 1];
	const bits = packs ? bitsOf(node, context) : 4;
	const given = constant(context, data, "data");
	const wholes = packs ? unpacked(given, bits) : given;
	const rows = wholes.length / width;
	const size = int(node, "block_size", 128);
	const blocks = Math.ceil(width / size);
	const scales = constant(context, scaleName, "scales");
	const signed = context.type(data) === "int8";
	const zero = zeroName || !signed ? zerosOf(context, zeroName, [rows, blocks], bits) : () => 0;
	const values = Float64Array.from(wholes, (whole, i) => {
		const row = Math.floor(i / width);
		const block = Math.floor((i % width) / size);
		return (whole - zero(row, block)) * scales[row * blocks + block];
	});
	const table = numbersOf(context, context.type(node.outputs[0]), [...shape.slice(0, -1), width], values);
	finish(context, node, context.emit("Gather", [table, indices], { axis: int(node, "gather_axis", 0) }));
}

/** Products of integers as floats: (A − its zero point)·(B − its zero point)·scales + bias. */
function scaledProduct(
	node: Node,
	context: DecomposeContext,
	operands: readonly string[],
	scales: readonly string[],
	bias: string | undefined,
): void {
	const product = cast(context, context.emit("MatMulInteger", operands), "float32");
	const scaled = scales.reduce((y, scale) => context.emit("Mul", [y, scale]), product);
	finish(context, node, bias ? context.emit("Add", [scaled, bias]) : scaled);
}

/** onnxruntime's MatMulIntegerToFloat. */
export function decomposeMatMulIntegerToFloat(node: Node, context: DecomposeContext): void {
	const [a, b, aScale, bScale, aZero, bZero, bias] = node.inputs;
	scaledProduct(node, context, [a, b, aZero ?? "", bZero ?? ""], [aScale, bScale], bias);
}

/** onnxruntime's DynamicQuantizeMatMul: A on a grid of 8 bits of its own, times integers. */
export function decomposeDynamicQuantizeMatMul(node: Node, context: DecomposeContext): void {
	const [a, b, bScale, bZero, bias] = node.inputs;
	const [whole, scale, zero] = ["whole", "scale", "zero"].map((name) => context.fresh(name));
	context.emit("DynamicQuantizeLinear", [a], {}, [whole, scale, zero]);
	scaledProduct(node, context, [whole, b, zero, bZero ?? ""], [scale, bScale], bias);
}

/** onnxruntime's DynamicQuantizeLSTM: an LSTM by the weights [directions, inputs, 4·hidden] that the integers stand for. */
export function decomposeDynamicQuantizeLstm(node: Node, context: DecomposeContext): void {
	const [x, w, r, bias, lengths, hidden, cell, peepholes, wScale, wZero, rScale, rZero] = node.inputs;
	const weights = (name: string, scaleName: string, zeroName: string): string => {
		const [directions, inputs, gates] = context.shape(name);
		const whole = constant(context, name, "weights");
		const [scales, zeros] = [scaleName, zeroName].map((one) => constant(context, one, "scales"));
		const perGate = scales.length > directions;
		const data = new Float64Array(whole.length);
		whole.forEach((value, i) => {
			const [d, k, g] = [Math.floor(i / (inputs * gates)), Math.floor(i / gates) % inputs, i % gates];
			const at = perGate ? d * gates + g : d;
			const zero = zeros[zeros.length > directions ? d * gates + g : d % zeros.length];
			data[(d * gates + g) * inputs + k] = (value - zero) * scales[at % scales.length];
		});
		return numbersOf(context, "float32", [directions, gates, inputs], data);
	};
	const operands = [
		...[x, weights(w, wScale, wZero), weights(r, rScale, rZero)],
		...[bias, lengths, hidden, cell, peepholes].map((name) => name ?? ""),
	];
	context.emit("LSTM", operands, Object.fromEntries(node.attributes), node.outputs);
}
