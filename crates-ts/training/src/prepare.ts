import { fixShapes } from "@umpire/compiler/import/fix-shapes.ts";
import { withoutHalfFloats } from "@umpire/compiler/import/half-floats.ts";
import { inlineModel } from "@umpire/compiler/import/inline.ts";
import { replaceNodes } from "@umpire/compiler/passes/replace.ts";
import { foldRunnable } from "@umpire/compiler/passes/runnable-model.ts";
import { float } from "@umpire/graph/attributes.ts";
import { Names, nameNodes, nodeOf, removeDead } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { feedsOf } from "@umpire/graph/feeds.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { writesOf } from "@umpire/graph/uses.ts";
import type { Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeOpset, upgradeTo20 } from "@umpire/onnx/opset.ts";
import { batched, fitted, requireBatch } from "./batch-size.ts";
import { type BatchStatistics, withBatchStatistics } from "./batch-statistics.ts";
import { withoutRule } from "./differentiate.ts";
import { withoutDropout } from "./dropout.ts";
import { gradientOf, isReplaceable } from "./gradients/registry.ts";

/** A number of the model that is trained: an input of the prepared graph, and what it begins as. */
export interface Parameter {
	readonly name: string;
	readonly initial: Tensor;
}

/** A forward model ready to be differentiated: its parameters are inputs behind the data. */
export interface Prepared {
	readonly graph: Graph;
	readonly facts: Facts;
	readonly opsets: ReadonlyMap<string, number>;
	/** The input that takes a batch of rows. */
	readonly data: string;
	readonly output: string;
	readonly parameters: readonly Parameter[];
	/** Running statistics that normalisations keep, which follow from the batches. */
	readonly statistics: readonly BatchStatistics[];
	/** Dropouts: which elements are kept, as an input of the graph, and which share is not. */
	readonly dropouts: readonly Dropout[];
	/** The input that says whether this is a step of training: a truth value. */
	readonly training: string;
}

export interface PrepareOptions {
	/** Initializers that stay what they are. */
	readonly freeze?: readonly string[];
}

/** An input of truth values that says which elements a Dropout keeps. */
export interface Dropout {
	readonly mask: string;
	readonly shape: readonly number[];
	readonly ratio: number;
}

/** Rounds of replacing after which a decomposition must be going round in circles. */
const MOST_ROUNDS = 50;

/**
 * A float model with its trained initializers as inputs, without functions, branches and loops, and with what has
 * no gradient of its own replaced by simpler operators.
 *
 * @param rows one batch of data
 * @throws CompileError naming what cannot be trained
 */
export async function prepare(given: Model, rows: Tensor, options: PrepareOptions = {}): Promise<Prepared> {
	const model = withoutHalfFloats(upgradeTo20(upgradeOpset(given)));
	const { inputs, outputs } = model.graph;
	if (inputs.length !== 1) {
		throw new CompileError(
			`the model has ${inputs.length} inputs: ${inputs.map(({ name }) => `"${name}"`).join(", ")}`,
			{
				hint: "Models with one input can be trained",
			},
		);
	}
	const batch = fitted(rows, inputs[0]);
	const shaped = fixShapes({ ...model, graph: nameNodes(batched(model.graph)) }, {}, [batch]);
	await requireBatch(shaped, inputs[0], batch);
	const names = new Names(shaped.graph);
	const training = names.fresh("training");
	const dropped = withoutDropout(shaped.graph, training, names);
	const normal = withBatchStatistics(dropped.graph, training, names);
	const running = new Set(normal.statistics.map((one) => one.running));
	const parameters = parametersOf(normal.graph, options.freeze ?? []).filter(
		({ name }) => !running.has(name),
	);
	const free = withInputs(normal.graph, parameters, normal.statistics, dropped.masks, training);
	const feed = new Map<string, Tensor>([
		[inputs[0].name, batch],
		[training, TRUE],
		...parameters.map(({ name, initial }) => [name, initial] as const),
		...normal.statistics.map(({ running, initial }) => [running, initial] as const),
	]);
	const masked = await masksOf({ ...shaped, graph: free }, feed, dropped.masks);
	for (const { mask, shape } of masked) feed.set(mask, ones(shape));
	const inlined = await inlineModel({ ...shaped, graph: biasesApart(sized(free, masked), names) }, feed);
	const whole = await withRules(inlined.model, feed, parameters);
	return {
		...whole,
		data: inputs[0].name,
		output: outputs[0].name,
		parameters,
		statistics: normal.statistics,
		dropouts: masked,
		training,
	};
}

const TRUE: Tensor = { type: "bool", dims: [1], data: Uint8Array.of(1) };

const ones = (dims: readonly number[]): Tensor => ({
	type: "bool",
	dims,
	data: new Uint8Array(dims.reduce((a, b) => a * b, 1)).fill(1),
});

/** Operands that decide how something is computed and are no numbers to be trained, by operator. */
const SETTINGS: Readonly<Record<string, number>> = {
	BatchNormalization: 3,
	Clip: 1,
	ConstantOfShape: 0,
	Dropout: 1,
	Equal: 0,
	Greater: 0,
	GreaterOrEqual: 0,
	Less: 0,
	LessOrEqual: 0,
	OneHot: 1,
	Pad: 1,
	Pow: 1,
	Range: 0,
	Resize: 1,
	Upsample: 1,
};

/** Masks hold numbers that stand for −∞. */
const HUGE = 1e30;

/** The float initializers that take part in what a gradient goes through. */
export function parametersOf(graph: Graph, freeze: readonly string[]): Parameter[] {
	for (const name of freeze) {
		if (graph.initializers.has(name)) continue;
		throw new CompileError(`there is no initializer "${name}" to freeze`, {
			hint: `The model has ${[...graph.initializers.keys()].map((one) => `"${one}"`).join(", ") || "none"}`,
		});
	}
	const settings = new Set(
		graph.nodes.flatMap(({ opType, inputs }) => inputs.slice(SETTINGS[opType] ?? inputs.length)),
	);
	const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
	return [...graph.initializers]
		.filter(([name, tensor]) => {
			if (!isFloat(tensor.type) || tensor.dims.length === 0 || freeze.includes(name)) return false;
			if (settings.has(name) || !read.has(name)) return false;
			return toReal(tensor).data.every((value) => Math.abs(value) < HUGE);
		})
		.map(([name, initial]) => ({ name, initial }));
}

function withInputs(
	graph: Graph,
	parameters: readonly Parameter[],
	statistics: readonly BatchStatistics[],
	masks: readonly Omit<Dropout, "shape">[],
	training: string,
): Graph {
	const taken = new Set(
		[...parameters, ...statistics.map(({ running }) => ({ name: running }))].map(({ name }) => name),
	);
	const tensors = [
		...parameters,
		...statistics.map(({ running, initial }) => ({ name: running, initial })),
	].map(({ name, initial: { type, dims } }) => ({ name, type, dims }));
	const flags = masks.map(({ mask }) => ({ name: mask, type: "bool" as const, dims: null }));
	return {
		...graph,
		inputs: [...graph.inputs, { name: training, type: "bool", dims: [1] }, ...tensors, ...flags],
		initializers: new Map([...graph.initializers].filter(([name]) => !taken.has(name))),
	};
}

/** What is added to a matrix product is added by a node of its own, whose sum has a range that is measured. */
function biasesApart(graph: Graph, names: Names): Graph {
	const nodes = graph.nodes.flatMap((node): Node[] => {
		const [a, b, c] = node.inputs;
		if (node.opType !== "Gemm" || node.domain !== "" || !c || float(node, "beta", 1) !== 1) return [node];
		const product = names.fresh(`${node.name}/product`);
		const attributes = new Map([...node.attributes].filter(([name]) => name !== "beta"));
		return [
			{ ...node, inputs: [a, b], outputs: [product], attributes },
			nodeOf(names.fresh(`${node.name}/bias`), "Add", [product, c], node.outputs),
		];
	});
	return { ...graph, nodes };
}

/** The shape of each Dropout's mask: that of what it masks. */
async function masksOf(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
	masks: readonly Omit<Dropout, "shape">[],
): Promise<Dropout[]> {
	const known: Dropout[] = [];
	for (const one of masks) {
		const [, operand] = model.graph.nodes.find(({ inputs }) => inputs.includes(one.mask))!.inputs;
		// What comes before this one has no masks but those that are known.
		const before: Model = {
			...model,
			graph: removeDead({
				...model.graph,
				inputs: sized(model.graph, known).inputs.filter(({ dims }) => dims !== null),
				outputs: [{ name: operand, type: "undefined", dims: null }],
			}),
		};
		const folded = await foldRunnable(
			before,
			feedsOf([new Map([...feed, ...known.map(({ mask, shape }) => [mask, ones(shape)] as const)])]),
		);
		known.push({ ...one, shape: folded.folded.facts.shapes.get(operand)! });
	}
	return known;
}

function sized(graph: Graph, masks: readonly Dropout[]): Graph {
	const shapes = new Map(masks.map(({ mask, shape }) => [mask, shape]));
	return {
		...graph,
		inputs: graph.inputs.map((input) => ({ ...input, dims: shapes.get(input.name) ?? input.dims })),
	};
}

/** The folded graph, with every node that a gradient has to go through and that has no rule replaced. */
async function withRules(
	given: Model,
	feed: ReadonlyMap<string, Tensor>,
	parameters: readonly Parameter[],
): Promise<Pick<Prepared, "graph" | "facts" | "opsets">> {
	let current = given;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const { model, folded } = await foldRunnable(current, feedsOf([feed]));
		const { graph, facts } = folded;
		const open = passedThrough(graph, facts, parameters).filter((node) => !gradientOf(node));
		if (open.length === 0) return { graph, facts, opsets: model.opsets };
		const stuck = open.find((node) => !isReplaceable(node));
		if (stuck) throw withoutRule(stuck);
		const chosen = new Set(open);
		const replaced = replaceNodes(graph, facts, model.opsets.get("") ?? 20, (node) => chosen.has(node));
		if (!replaced) throw withoutRule(open[0]);
		current = { ...model, graph: replaced.graph };
	}
	throw new CompileError("operators cannot be replaced by ones with gradients");
}

/** The nodes that read floats which depend on a parameter, and write such as a model's output depends on. */
function passedThrough(graph: Graph, facts: Facts, parameters: readonly Parameter[]): Node[] {
	const dependent = new Set(parameters.map(({ name }) => name));
	return graph.nodes.filter((node) => {
		if (!node.inputs.some((name) => dependent.has(name))) return false;
		const floats = writesOf(node).filter((name) => isFloat(facts.types.get(name) ?? "undefined"));
		for (const name of floats) dependent.add(name);
		return floats.length > 0;
	});
}
