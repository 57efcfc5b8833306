import { InferenceSession, Tensor as OrtTensor } from "#onnxruntime";
import { sessionModel } from "#session-model";
import { InputError, OnnxError } from "./errors.ts";
import type { ElementType, Model, Tensor, TensorData } from "./model.ts";
import { upgradeOpset } from "./opset.ts";

export interface FloatOptions {
	/** Names of the tensors to return, any tensor of the top-level graph; the model's outputs by default. */
	readonly outputs?: readonly string[];
	/** onnxruntime's default is "all". */
	readonly optimisation?: "disabled" | "basic" | "extended" | "all";
	/** Threads of one operator; onnxruntime's default is one per core. */
	readonly threads?: number;
	/** Where onnxruntime writes what every node takes, when the session is released: the path's beginning. */
	readonly profile?: string;
	/** Sizes of symbolic dimensions, by symbol. */
	readonly dimensions?: Readonly<Record<string, number>>;
}

export interface FloatSession {
	/** @returns the tensors named in the options, in that order */
	run(feeds: ReadonlyMap<string, Tensor>): Promise<Map<string, Tensor>>;
	release(): Promise<void>;
}

/** onnxruntime refuses initializers that are not inputs in files older than this. */
const OLDEST_IR = 4;
/** What onnxruntime 1.30 reads; what later versions add (IR 12 to 14: element types) it has no kernels for. */
const NEWEST_IR = 11;
const NEWEST_OPSET = 26;

/**
 * A session of onnxruntime (CPU) for a float model, which is brought to an opset that it runs.
 * @throws OnnxError if onnxruntime refuses the model
 */
export async function createFloatSession(given: Model, options: FloatOptions = {}): Promise<FloatSession> {
	const model = upgradeOpset(given);
	const { graph } = model;
	const names = options.outputs ?? graph.outputs.map((output) => output.name);
	const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
	const inputNames = new Set(graph.inputs.map((input) => input.name));
	for (const name of names)
		if (!computed.has(name) && !inputNames.has(name) && !graph.initializers.has(name))
			throw new OnnxError(`the graph has no tensor "${name}" to return`);
	const declared = new Map(graph.outputs.map((output) => [output.name, output]));
	const outputs = [...new Set(names)]
		.filter((name) => computed.has(name))
		.map((name) => declared.get(name) ?? { name, type: "undefined" as const, dims: null });
	// onnxruntime wants at least one output even if only inputs or constants are asked for.
	if (outputs.length === 0) outputs.push(...graph.outputs);
	const ready: Model = {
		...model,
		irVersion: Math.min(NEWEST_IR, Math.max(model.irVersion, OLDEST_IR)),
		opsets: new Map(
			[...model.opsets].map(([domain, version]) => [
				domain,
				domain === "" ? Math.min(NEWEST_OPSET, version) : version,
			]),
		),
		graph: { ...graph, outputs },
	};
	const session = await createSession(ready, options);
	const fetches = outputs.map((output) => output.name).filter((name) => computed.has(name));
	return {
		async run(feeds) {
			const inputs: Record<string, OrtTensor> = {};
			for (const { name } of graph.inputs) {
				const tensor = feeds.get(name);
				if (tensor === undefined)
					throw new InputError(
						`input "${name}" is missing; given: ${[...feeds.keys()].join(", ") || "none"}`,
					);
				inputs[name] = toOrt(tensor);
			}
			const results = fetches.length === 0 ? {} : await runSession(session, inputs, fetches);
			return new Map(
				names.map((name) => {
					if (computed.has(name)) return [name, fromOrt(results[name])];
					return [name, graph.initializers.get(name) ?? feeds.get(name)!];
				}),
			);
		},
		release: () => session.release(),
	};
}

async function createSession(model: Model, options: FloatOptions): Promise<InferenceSession> {
	const { bytes, release, ...own } = sessionModel(model);
	try {
		return await InferenceSession.create(bytes, {
			...own.options,
			...(own.isLarge ? { extra: { session: own.session } } : {}),
			executionProviders: ["cpu"],
			graphOptimizationLevel: options.optimisation ?? "all",
			logSeverityLevel: 3,
			...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
			...(options.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profile }),
			...(options.dimensions === undefined ? {} : { freeDimensionOverrides: options.dimensions }),
		});
	} catch (cause) {
		throw new OnnxError(`onnxruntime refuses the model: ${(cause as Error).message}`, { cause });
	} finally {
		release();
	}
}

async function runSession(
	session: InferenceSession,
	inputs: Record<string, OrtTensor>,
	fetches: readonly string[],
): Promise<InferenceSession.ReturnType> {
	try {
		return await session.run(inputs, fetches);
	} catch (cause) {
		throw new OnnxError(`onnxruntime cannot run the model on these inputs: ${(cause as Error).message}`, {
			cause,
		});
	}
}

/**
 * Runs a float model once.
 *
 *     const outputs = await runFloat(model, new Map([["x", tensor]]), ["/conv1/Conv_output_0"]);
 *
 * @param options the names of the tensors to return (default: the model's outputs), or FloatOptions
 * @throws OnnxError if onnxruntime refuses the model, InputError if an input is missing
 */
export async function runFloat(
	model: Model,
	feeds: ReadonlyMap<string, Tensor>,
	options: readonly string[] | FloatOptions = {},
): Promise<Map<string, Tensor>> {
	const settings = "length" in options ? { outputs: options } : options;
	const session = await createFloatSession(model, settings);
	try {
		return await session.run(feeds);
	} finally {
		await session.release();
	}
}

function toOrt(tensor: Tensor): OrtTensor {
	if (tensor.type === "bfloat16" || tensor.type === "undefined")
		throw new InputError(`onnxruntime-node takes no ${tensor.type} input`, {
			advice: "cast it in the model",
		});
	// onnxruntime-node cannot take the Float16Array that OrtTensor makes where the engine has that class.
	if (tensor.type === "float16") {
		const bits = new OrtTensor("uint16", tensor.data as Uint16Array, tensor.dims);
		return Object.defineProperty(bits, "type", { value: "float16" });
	}
	return new OrtTensor(tensor.type, tensor.data as Float32Array, tensor.dims);
}

function fromOrt(result: OrtTensor): Tensor {
	const raw = result.data as TensorData | Float16Array;
	// Float16Array is how onnxruntime-common hands out float16 where the platform has it.
	const data =
		raw instanceof Float16Array
			? new Uint16Array(raw.buffer, raw.byteOffset, raw.length)
			: (raw as TensorData);
	return { type: result.type as ElementType, dims: result.dims, data };
}
