import { int } from "@umpire/graph/attributes.ts";
import { Names } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { inlineCalls } from "./calls.ts";
import { hasVaryingTrips, varyingOf } from "./dependence.ts";
import { choose, takeBranch } from "./if.ts";
import { graphAttribute, unrollLoop, unrollScan, unrollScan8 } from "./loops.ts";
import { countingLoop, probe } from "./probe.ts";
import { makeRunnable } from "./runnable.ts";
import { resolveSequences } from "./sequences.ts";
import { expandNodes } from "./splice.ts";

function isControl(node: Node): boolean {
	return has(node, "control");
}

export interface InlinedModel {
	readonly model: Model;
	/** Groups of values that should have one range: those of the iterations of one loop. */
	readonly sharedRanges: readonly (readonly string[])[];
}

/**
 * Removes functions, branches and loops: calls are replaced by the bodies of the model's own
 * functions, If by the branch that is taken (by both and a choice, if that depends on the
 * inputs), Loop and Scan by one copy of the body per iteration, sequences by their elements.
 * `feed` is one calibration input; which branches are taken and how often a loop runs must not
 * depend on it.
 * @throws CompileError naming a loop whose number of iterations depends on the inputs
 */
export async function inlineModel(given: Model, feed: ReadonlyMap<string, Tensor>): Promise<InlinedModel> {
	const names = new Names(given.graph);
	const sharedRanges: (readonly string[])[] = [];
	let model = makeRunnable(given, names);
	for (;;) {
		model = inlineCalls(model, names);
		if (!model.graph.nodes.some(isControl)) break;
		model = await expandControl(model, feed, names, sharedRanges);
	}
	return { model: await resolveSequences({ ...model, functions: [] }, feed, names), sharedRanges };
}

/** Expands the control nodes of the top level whose conditions and trip counts are known. */
async function expandControl(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
	names: Names,
	sharedRanges: (readonly string[])[],
): Promise<Model> {
	const { graph } = model;
	const opset = model.opsets.get("") ?? 1;
	const varying = varyingOf(graph);
	const control = graph.nodes.filter(isControl);
	const ready = control.filter((node) => isReady(node, varying));
	if (ready.length === 0) return chooseByData(model, feed, control, names);
	const counters = new Map<Node, string>();
	for (const node of ready) {
		if (node.opType === "Loop") counters.set(node, names.fresh(`${node.name}/iterations`));
	}
	const counting = graph.nodes.map((node) => {
		const counter = counters.get(node);
		return counter ? countingLoop(node, counter) : node;
	});
	const wanted = ready.flatMap((node) => {
		if (node.opType === "If") return [node.inputs[0]];
		return node.opType === "Loop" ? [counters.get(node)!] : scanInputs(node);
	});
	const found = await probe({ ...model, graph: { ...graph, nodes: counting } }, feed, [...new Set(wanted)]);
	return expandNodes(model, names, (node, splice) => {
		if (!ready.includes(node)) return false;
		if (node.opType === "If") takeBranch(node, Number(found.get(node.inputs[0])!.data[0]) !== 0, splice);
		else if (node.opType === "Loop") unrollLoop(node, found.get(counters.get(node)!)!.dims[0], splice);
		else {
			const shapes = scanInputs(node).map((name) => found.get(name)!.dims);
			if (opset < 9) unrollScan8(node, shapes, splice);
			else unrollScan(node, shapes, splice);
		}
		sharedRanges.push(...splice.sharedRanges());
		return true;
	});
}

function scanInputs(node: Node): readonly string[] {
	return node.inputs.slice(-int(node, "num_scan_inputs", 1));
}

function isReady(node: Node, varying: ReadonlySet<string>): boolean {
	if (node.opType === "If") return !varying.has(node.inputs[0]);
	return node.opType === "Scan" || !hasVaryingTrips(node, graphAttribute(node, "body"), varying);
}

/** The first If whose condition depends on the inputs becomes both branches and a choice. */
async function chooseByData(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
	control: readonly Node[],
	names: Names,
): Promise<Model> {
	const node = control.find(({ opType }) => opType === "If");
	if (!node) {
		throw new CompileError("how often it runs depends on the model's inputs", {
			node: control[0],
			hint: "Give it a constant trip count and a condition that stays true",
		});
	}
	return choose(model, feed, node, names);
}
