import { nameOfCode, packingOfCode, typeOfCode } from "./element-types.ts";
import { OnnxError } from "./errors.ts";
import type { AttributeValue, ElementType, Graph, Node, ValueInfo } from "./model.ts";
import {
	type AttributeMessage,
	type GraphMessage,
	type NodeMessage,
	toBigInt,
	toNumber,
	type ValueInfoMessage,
} from "./proto.ts";
import { type ExternalFiles, tensorOfProto } from "./tensor-proto.ts";

const textDecoder = new TextDecoder();

/** Attribute types by AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPES = [
	undefined,
	"float",
	"int",
	"string",
	"tensor",
	"graph",
	"floats",
	"ints",
	"strings",
	"tensors",
	"graphs",
] as const;

export function graphOfProto(message: GraphMessage, files: ExternalFiles | null): Graph {
	if (message.sparseInitializer?.length)
		throw new OnnxError("it has sparse initializers, which Umpire does not read", {
			advice: "export dense weights",
		});
	const initializers = new Map(
		(message.initializer ?? []).map((tensor) => [tensor.name ?? "", tensorOfProto(tensor, files)] as const),
	);
	refusePacking(message);
	return {
		name: message.name ?? "",
		inputs: (message.input ?? []).filter((value) => !initializers.has(value.name ?? "")).map(valueOfProto),
		outputs: (message.output ?? []).map(valueOfProto),
		valueInfo: (message.valueInfo ?? []).map(valueOfProto),
		initializers,
		nodes: (message.node ?? []).map((node) => nodeOfProto(node, files)),
	};
}

/** Attributes that say of which type a node's result is. */
const RESULT_TYPES = new Set(["dtype", "output_dtype", "to"]);

/** Integers of less than 8 bits are read as wider ones, so nothing may round to them. */
function refusePacking({ initializer, input, valueInfo, node }: GraphMessage): void {
	const named = [
		...(initializer ?? []).map(({ name, dataType }) => [name ?? "", dataType ?? 0] as const),
		...[...(input ?? []), ...(valueInfo ?? [])].map(
			({ name, type }) => [name ?? "", type?.tensorType?.elemType ?? 0] as const,
		),
	];
	const packed = new Set(named.filter(([, code]) => packingOfCode(code)).map(([name]) => name));
	for (const { name, opType, input: operands = [], output = [], attribute } of node ?? []) {
		const like =
			opType === "QuantizeLinear" ? operands?.[2] : opType === "CastLike" ? operands?.[1] : undefined;
		const made = (attribute ?? []).some(
			(one) => RESULT_TYPES.has(one.name ?? "") && packingOfCode(toNumber(one.i ?? 0)),
		);
		if (made || packed.has(like ?? ""))
			throw new OnnxError(`node "${name || output?.[0]}" (${opType}) rounds to less than 8 bits`, {
				advice: "only weights and inputs may have so few, quantise values to 8 bits",
			});
	}
}

export function nodeOfProto(message: NodeMessage, files: ExternalFiles | null): Node {
	const domain = message.domain ?? "";
	const node = {
		name: message.name ?? "",
		opType: message.opType ?? "",
		domain: domain === "ai.onnx" ? "" : domain,
		inputs: message.input ?? [],
		outputs: message.output ?? [],
	};
	const label = `node "${node.name || (node.outputs[0] ?? "")}" (${node.opType})`;
	const attributes = new Map<string, AttributeValue>();
	for (const attribute of message.attribute ?? [])
		attributes.set(attribute.name ?? "", attributeOfProto(attribute, label, files));
	return { ...node, attributes };
}

function attributeOfProto(
	message: AttributeMessage,
	label: string,
	files: ExternalFiles | null,
): AttributeValue {
	const type = ATTRIBUTE_TYPES[message.type || inferType(message)];
	if (message.refAttrName && type !== undefined && type !== "tensors" && type !== "graphs")
		return { type: "reference", value: message.refAttrName, of: type };
	switch (type) {
		case "float":
			return { type, value: message.f ?? 0 };
		case "int":
			return { type, value: toBigInt(message.i ?? 0) };
		case "string":
			return { type, value: textDecoder.decode(message.s ?? new Uint8Array()) };
		case "tensor":
			return { type, value: tensorOfProto(message.t ?? {}, files) };
		case "graph":
			return { type, value: graphOfProto(message.g ?? {}, files) };
		case "floats":
			return { type, value: message.floats ?? [] };
		case "ints":
			return { type, value: (message.ints ?? []).map(toBigInt) };
		case "strings":
			return { type, value: (message.strings ?? []).map((bytes) => textDecoder.decode(bytes)) };
		case "tensors":
			return { type, value: (message.tensors ?? []).map((tensor) => tensorOfProto(tensor, files)) };
		case "graphs":
			return { type, value: (message.graphs ?? []).map((graph) => graphOfProto(graph, files)) };
		case undefined:
			throw new OnnxError(
				`${label}: attribute "${message.name}" has type ${message.type ?? 0}, which Umpire does not read`,
			);
	}
}

/** Files before IR 2 leave the type out; the field that is set tells it. */
function inferType(message: AttributeMessage): number {
	if (message.floats?.length) return 6;
	if (message.ints?.length) return 7;
	if (message.strings?.length) return 8;
	if (message.t) return 4;
	if (message.g) return 5;
	if (message.s?.length) return 3;
	if (message.f) return 1;
	if (Object.hasOwn(message, "i")) return 2;
	if (Object.hasOwn(message, "f")) return 1;
	return Object.hasOwn(message, "s") ? 3 : 0;
}

function valueOfProto(message: ValueInfoMessage): ValueInfo {
	const name = message.name ?? "";
	const tensor = message.type?.tensorType;
	if (!tensor) return { name, type: "undefined", dims: null };
	const code = tensor.elemType ?? 0;
	const type: ElementType | null = typeOfCode(code);
	if (type === null)
		throw new OnnxError(`value "${name}" has element type ${nameOfCode(code)}, which Umpire does not read`);
	const dims =
		tensor.shape?.dim?.map((dim) => {
			if (dim.dimParam) return dim.dimParam;
			const size = Object.hasOwn(dim, "dimValue") ? toNumber(dim.dimValue) : -1;
			// Some exporters write −1 for a size that they leave open.
			return size < 0 ? null : size;
		}) ?? null;
	return { name, type, dims: dims ?? (tensor.shape ? [] : null) };
}
