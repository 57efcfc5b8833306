/** The protobuf messages of ONNX 1.10 (IR 8), as `onnx-proto` generates them. */
import proto from "onnx-proto";

export const { ModelProto, TensorProto } = proto.onnx;

export type AttributeMessage = proto.onnx.IAttributeProto;
export type FunctionMessage = proto.onnx.IFunctionProto;
export type GraphMessage = proto.onnx.IGraphProto;
export type ModelMessage = proto.onnx.IModelProto;
export type NodeMessage = proto.onnx.INodeProto;
export type TensorMessage = proto.onnx.ITensorProto;
export type ValueInfoMessage = proto.onnx.IValueInfoProto;

/** 64-bit fields arrive as `Long` ({ low, high, unsigned }) where that package is installed, else as numbers. */
type Wire64 = number | { readonly low: number; readonly high: number; readonly unsigned: boolean };

/** A 64-bit field as bigint, signed unless the field is unsigned. */
export function toBigInt(field: unknown): bigint {
	const wire = field as Wire64;
	if (typeof wire === "number") return BigInt(wire);
	const high = wire.unsigned ? wire.high >>> 0 : wire.high;
	return (BigInt(high) << 32n) | BigInt(wire.low >>> 0);
}

/** A 64-bit field as number; exact below 2^53. */
export function toNumber(field: unknown): number {
	const wire = field as Wire64;
	if (typeof wire === "number") return wire;
	return (wire.unsigned ? wire.high >>> 0 : wire.high) * 2 ** 32 + (wire.low >>> 0);
}

/** What protobufjs accepts for a 64-bit field, typed as its declaration wants it. */
export function fromBigInt(value: bigint): number {
	const wire: Wire64 = {
		low: Number(BigInt.asIntN(32, value)),
		high: Number(BigInt.asIntN(32, value >> 32n)),
		unsigned: false,
	};
	return wire as unknown as number;
}
