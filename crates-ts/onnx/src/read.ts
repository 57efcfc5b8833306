import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { checkEnvelope } from "./envelope.ts";
import { OnnxError } from "./errors.ts";
import { graphOfProto, nodeOfProto } from "./graph-proto.ts";
import type { FunctionDefinition, Model } from "./model.ts";
import { type ModelMessage, ModelProto, toNumber } from "./proto.ts";

/**
 * Reads an ONNX model. Fields newer than ONNX 1.10 (IR 8) are dropped: metadata of nodes and
 * graphs, overloads and value types of functions; element types newer than that are refused
 * where a tensor has them. Documentation strings of graphs and nodes are not kept.
 *
 *     const model = readModel("lenet-5.onnx");
 *
 * @param source a path, or the bytes (then external data is refused)
 * @throws OnnxError if it is not a model that Umpire reads; one line says why
 */
export function readModel(source: Uint8Array | string): Model {
	const label = typeof source === "string" ? source : "the model";
	const bytes = typeof source === "string" ? readBytes(source) : source;
	const folder = typeof source === "string" ? dirname(source) : null;
	checkEnvelope(bytes, label);
	let message: ModelMessage;
	try {
		message = ModelProto.decode(bytes);
	} catch (cause) {
		throw new OnnxError(`${label} is damaged inside its graph: download or export it again`, { cause });
	}
	try {
		return modelOfProto(message, folder, label);
	} catch (cause) {
		if (cause instanceof OnnxError && !cause.message.startsWith(label))
			throw new OnnxError(`${label}: ${cause.message}`, { cause });
		throw cause;
	}
}

function readBytes(path: string): Uint8Array {
	try {
		return readFileSync(path);
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		const what = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `gives ${code}`;
		throw new OnnxError(`${path} ${what}: give the path of an .onnx file`, { cause });
	}
}

function modelOfProto(message: ModelMessage, folder: string | null, label: string): Model {
	const graph = graphOfProto(message.graph ?? {}, folder);
	if (graph.nodes.length === 0 && graph.outputs.length === 0)
		throw new OnnxError(`${label} has an empty graph (no nodes, no outputs): export the model again`);
	for (const { name, type } of message.graph?.input ?? []) {
		if (type && !type.tensorType)
			throw new OnnxError(
				`input "${name}" is no tensor but a sequence, a map or an optional value: make its elements inputs of their own`,
			);
	}
	const opsets = opsetsOf(message.opsetImport);
	// Files before IR 3 state no opset: ONNX defines it as 1.
	if (opsets.size === 0) opsets.set("", 1);
	return {
		irVersion: toNumber(message.irVersion ?? 0),
		producer: message.producerName ?? "",
		graph,
		opsets,
		functions: (message.functions ?? []).map(
			(definition): FunctionDefinition => ({
				name: definition.name ?? "",
				domain: definition.domain ?? "",
				inputs: definition.input ?? [],
				outputs: definition.output ?? [],
				nodes: (definition.node ?? []).map((node) => nodeOfProto(node, folder)),
				opsets: opsetsOf(definition.opsetImport),
				doc: definition.docString ?? "",
				...(definition.attribute?.length ? { attributes: definition.attribute } : {}),
			}),
		),
		metadata: new Map((message.metadataProps ?? []).map((entry) => [entry.key ?? "", entry.value ?? ""])),
	};
}

function opsetsOf(imports: ModelMessage["opsetImport"]): Map<string, number> {
	return new Map(
		(imports ?? []).map((entry) => [domainOf(entry.domain), toNumber(entry.version ?? 0)] as const),
	);
}

/** "ai.onnx" is another way to write the standard domain. */
function domainOf(domain: string | null | undefined): string {
	return domain === "ai.onnx" ? "" : (domain ?? "");
}
