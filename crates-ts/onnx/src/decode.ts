import { checkAttributeLists } from "./attribute-lists.ts";
import { checkEnvelope } from "./envelope.ts";
import { OnnxError } from "./errors.ts";
import { graphOfProto, nodeOfProto } from "./graph-proto.ts";
import type { FunctionDefinition, Model } from "./model.ts";
import { type ModelMessage, ModelProto, toNumber } from "./proto.ts";
import type { ExternalFiles } from "./tensor-proto.ts";

/**
 * Decodes the bytes of an ONNX model, as `readModel` says, without touching any file itself.
 *
 * @param label the model, for what is said of it
 * @param files where its external data is; null refuses it
 * @throws OnnxError if it is not a model that Umpire reads; one line says why
 */
export function decodeModel(
	bytes: Uint8Array,
	label = "the model",
	files: ExternalFiles | null = null,
): Model {
	checkEnvelope(bytes, label);
	checkAttributeLists(bytes, label);
	let message: ModelMessage;
	try {
		message = ModelProto.decode(bytes);
	} catch (cause) {
		throw new OnnxError(`${label} is damaged inside its graph`, {
			advice: "download or export it again",
			cause,
		});
	}
	try {
		return modelOfProto(message, files, label);
	} catch (cause) {
		if (cause instanceof OnnxError && !cause.message.startsWith(label))
			throw new OnnxError(`${label}: ${cause.message}`, { cause });
		throw cause;
	}
}

function modelOfProto(message: ModelMessage, files: ExternalFiles | null, label: string): Model {
	const graph = graphOfProto(message.graph ?? {}, files);
	if (graph.nodes.length === 0 && graph.outputs.length === 0)
		throw new OnnxError(`${label} has an empty graph (no nodes, no outputs)`, {
			advice: "export the model again",
		});
	for (const { name, type } of message.graph?.input ?? []) {
		if (type && !type.tensorType)
			throw new OnnxError(`input "${name}" is no tensor but a sequence, a map or an optional value`, {
				advice: "make its elements inputs of their own",
			});
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
				nodes: (definition.node ?? []).map((node) => nodeOfProto(node, files)),
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
