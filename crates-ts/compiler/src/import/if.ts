import type { Names } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { subgraphsOf } from "@umpire/graph/subgraphs.ts";
import { has } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { graphAttribute } from "./loops.ts";
import { probe } from "./probe.ts";
import { bodyOf, expandNodes, type Splice } from "./splice.ts";

const BRANCHES = ["then_branch", "else_branch"];

/** ONNX If with a known condition: the branch that it takes. */
export function takeBranch(node: Node, condition: boolean, splice: Splice): void {
	const body = bodyOf(graphAttribute(node, BRANCHES[condition ? 0 : 1]));
	const results = splice.copy(body, [], "");
	for (const [k, name] of results.entries()) splice.define(node.outputs[k], name);
}

/**
 * A branch that is not taken is not made for its operands: on results without elements, as a function of NonZero gives
 * them there, onnxruntime may end the whole process.
 */
function refuseVaryingSizes({ functions }: Model, node: Node): void {
	const bodies = new Map(functions.map(({ domain, name, nodes }) => [`${domain}:${name}`, nodes]));
	const seen = new Set<string>();
	const find = (nodes: readonly Node[], isCalled: boolean): Node | undefined => {
		for (const inner of nodes) {
			if (isCalled && has(inner, "sizedByElements")) return inner;
			const called = `${inner.domain}:${inner.opType}`;
			const body = seen.has(called) ? undefined : bodies.get(called);
			if (body) seen.add(called);
			const found =
				(body && find(body, true)) ??
				subgraphsOf(inner)
					.map((graph) => find(graph.nodes, isCalled))
					.find((one) => one !== undefined);
			if (found) return found;
		}
		return undefined;
	};
	const found = find(
		subgraphsOf(node).flatMap(({ nodes }) => nodes),
		false,
	);
	if (!found) return;
	throw new CompileError(
		`its condition depends on the model's inputs, and so do the sizes in its branches (${found.opType})`,
		{
			node,
			hint: "Every tensor of a program has a fixed shape: do this before the model (of imputers, SimpleImputer compiles)",
		},
	);
}

/** ONNX If whose condition is computed from the inputs: both branches, and a Where for each output. */
export async function choose(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
	node: Node,
	names: Names,
): Promise<Model> {
	refuseVaryingSizes(model, node);
	const pairs: [string, string][] = [];
	const chosen = expandNodes(model, names, (other, splice) => {
		if (other !== node) return false;
		const condition = splice.emit("Reshape", [node.inputs[0], splice.constant(tensorFrom("int64", [0], []))]);
		const [yes, no] = BRANCHES.map((name) =>
			splice.copy(bodyOf(graphAttribute(node, name)), [], name.slice(0, 4)),
		);
		for (const [k, output] of node.outputs.entries()) {
			if (output === "") continue;
			pairs.push([yes[k], no[k]]);
			splice.emit("Where", [condition, yes[k], no[k]], {}, output);
		}
		return true;
	});
	const found = await probe(chosen, feed, [...new Set(pairs.flat())]);
	for (const [yes, no] of pairs) {
		const [a, b] = [found.get(yes)!.dims, found.get(no)!.dims];
		if (String(a) === String(b)) continue;
		throw new CompileError(
			`its condition depends on the model's inputs, and its branches give shapes [${a.join(", ")}] and [${b.join(", ")}]`,
			{ node, hint: "Make the condition constant, or give both branches one shape" },
		);
	}
	return chosen;
}
