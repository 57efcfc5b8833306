import { codeOfType } from "./element-types.ts";
import { ATTRIBUTE_TYPES } from "./graph-proto.ts";
import type { AttributeValue, FunctionDefinition, Graph, Model, Node, Tensor, ValueInfo } from "./model.ts";
import {
	type AttributeMessage,
	type FunctionMessage,
	fromBigInt,
	type GraphMessage,
	type ModelMessage,
	ModelProto,
	type NodeMessage,
	type ValueInfoMessage,
} from "./proto.ts";
import { type Place, protoOfTensor } from "./tensor-proto.ts";

const textEncoder = new TextEncoder();

/** Where an initializer's elements are, if they are not to be in the model's own file. */
export type Placing = (name: string, tensor: Tensor) => Place | undefined;

/**
 * The bytes of an ONNX file; the same model gives the same bytes. Tensors are stored as raw data.
 * In a model of IR < 4 initializers are listed as inputs too, as that version demands.
 *
 * @param placeOf which initializers of the graph are elsewhere; none by default
 */
export function writeModel(model: Model, placeOf?: Placing): Uint8Array {
	const message: ModelMessage = {
		irVersion: model.irVersion,
		producerName: model.producer,
		graph: protoOfGraph(model.graph, model.irVersion < 4, placeOf),
		opsetImport: protoOfOpsets(model.opsets),
		functions: model.functions.map(protoOfFunction),
		metadataProps: [...model.metadata].map(([key, value]) => ({ key, value })),
	};
	return ModelProto.encode(message).finish();
}

function protoOfOpsets(opsets: ReadonlyMap<string, number>): NonNullable<ModelMessage["opsetImport"]> {
	return [...opsets].map(([domain, version]) => ({ domain, version }));
}

function protoOfFunction(definition: FunctionDefinition): FunctionMessage {
	return {
		name: definition.name,
		domain: definition.domain,
		input: [...definition.inputs],
		output: [...definition.outputs],
		attribute: [...(definition.attributes ?? [])],
		node: definition.nodes.map(protoOfNode),
		opsetImport: protoOfOpsets(definition.opsets),
		...(definition.doc === "" ? {} : { docString: definition.doc }),
	};
}

function protoOfGraph(graph: Graph, listInitializers = false, placeOf?: Placing): GraphMessage {
	const listed: ValueInfo[] = listInitializers
		? [...graph.initializers].map(([name, tensor]) => ({ name, type: tensor.type, dims: tensor.dims }))
		: [];
	return {
		name: graph.name,
		input: [...graph.inputs, ...listed].map(protoOfValue),
		output: graph.outputs.map(protoOfValue),
		valueInfo: graph.valueInfo.map(protoOfValue),
		initializer: [...graph.initializers].map(([name, tensor]) =>
			protoOfTensor(tensor, name, placeOf?.(name, tensor)),
		),
		node: graph.nodes.map(protoOfNode),
	};
}

function protoOfNode(node: Node): NodeMessage {
	return {
		name: node.name,
		opType: node.opType,
		input: [...node.inputs],
		output: [...node.outputs],
		attribute: [...node.attributes].map(([name, value]) => protoOfAttribute(name, value)),
		...(node.domain === "" ? {} : { domain: node.domain }),
	};
}

function protoOfAttribute(name: string, attribute: AttributeValue): AttributeMessage {
	const type = attribute.type === "reference" ? attribute.of : attribute.type;
	const message: AttributeMessage = { name, type: ATTRIBUTE_TYPES.indexOf(type) };
	switch (attribute.type) {
		case "float":
			message.f = attribute.value;
			break;
		case "int":
			message.i = fromBigInt(attribute.value);
			break;
		case "string":
			message.s = textEncoder.encode(attribute.value);
			break;
		case "tensor":
			message.t = protoOfTensor(attribute.value);
			break;
		case "graph":
			message.g = protoOfGraph(attribute.value);
			break;
		case "floats":
			message.floats = [...attribute.value];
			break;
		case "ints":
			message.ints = attribute.value.map(fromBigInt);
			break;
		case "strings":
			message.strings = attribute.value.map((text) => textEncoder.encode(text));
			break;
		case "tensors":
			message.tensors = attribute.value.map((tensor) => protoOfTensor(tensor));
			break;
		case "graphs":
			message.graphs = attribute.value.map((graph) => protoOfGraph(graph));
			break;
		case "reference":
			message.refAttrName = attribute.value;
			break;
	}
	return message;
}

function protoOfValue(value: ValueInfo): ValueInfoMessage {
	if (value.type === "undefined") return { name: value.name };
	const dim = value.dims?.map((size) =>
		size === null ? {} : typeof size === "string" ? { dimParam: size } : { dimValue: size },
	);
	const tensorType = { elemType: codeOfType(value.type), ...(dim ? { shape: { dim } } : {}) };
	return { name: value.name, type: { tensorType } };
}
