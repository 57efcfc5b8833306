import type { Facts } from "@umpire/graph/facts.ts";
import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { sameShape } from "@umpire/graph/shapes.ts";
import { readsOf } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import type { RealFunction } from "./functions.ts";
import type { FusedOp } from "./fused-op.ts";
import { type Pointwise, pointwiseOf } from "./pointwise.ts";

/** A node and what it does to single elements. */
interface Step extends Pointwise {
	readonly node: Node;
}

/** A value as a function of one other value, element by element, by the steps on the way. */
interface Expression {
	readonly root: string;
	readonly steps: readonly Step[];
}

/**
 * Puts chains and diamonds of elementwise operators that depend on one tensor only, such as
 * x·½·(1 + erf(x/√2)) or √(variance + ε), into one table: one rounding instead of one per node.
 */
export function fuseTables(fusedOps: readonly FusedOp[], graph: Graph, facts: Facts): FusedOp[] {
	// What an operator absorbs is part of it: only what fused operators write can be read.
	const readable = new Set([...fusedOps.flatMap(({ nodes }) => nodes[nodes.length - 1].outputs)]);
	const expressions = new Map<string, Expression>();
	for (const { nodes } of fusedOps) {
		for (const node of nodes) {
			const expression = expressionOf(node, facts, expressions);
			if (expression && isReadable(expression.root, graph, readable))
				expressions.set(node.outputs[0], expression);
		}
	}
	const needed = new Set(graph.outputs.map((output) => output.name));
	const kept: FusedOp[] = [];
	for (const fused of fusedOps.toReversed()) {
		if (!fused.nodes.some((node) => node.outputs.some((name) => needed.has(name)))) continue;
		const expression = expressions.get(fused.output);
		if (expression && worthwhile(expression)) {
			const { root, steps } = expression;
			const nodes = steps.map((step) => step.node);
			const table = { input: root, f: functionOf(expression, fused.output), key: keyOf(expression) };
			kept.push({ nodes, output: fused.output, clip: UNBOUNDED, table });
			needed.add(root);
		} else {
			kept.push(fused);
			for (const node of fused.nodes) for (const name of readsOf(node)) needed.add(name);
		}
	}
	return kept.reverse();
}

/** A factor, a shift and a clip are cheaper as what they are, and one node is a table already. */
function worthwhile({ steps }: Expression): boolean {
	return steps.length > 1 && steps.some((step) => step.curved);
}

function isReadable(name: string, graph: Graph, written: ReadonlySet<string>): boolean {
	return written.has(name) || graph.inputs.some((input) => input.name === name);
}

/** The node's output as a function of the one root of all its operands. */
function expressionOf(
	node: Node,
	facts: Facts,
	known: ReadonlyMap<string, Expression>,
): Expression | undefined {
	const pointwise = pointwiseOf(node, facts);
	if (!pointwise || pointwise.operands.length === 0) return undefined;
	const parts = pointwise.operands.map((name): Expression => known.get(name) ?? { root: name, steps: [] });
	const [{ root }] = parts;
	if (parts.some((part) => part.root !== root)) return undefined;
	const shape = facts.shapes.get(root);
	if (!shape || !sameShape(shape, facts.shapes.get(node.outputs[0])!)) return undefined;
	const steps = new Map(parts.flatMap((part) => part.steps.map((step): [Node, Step] => [step.node, step])));
	return { root, steps: [...steps.values(), { ...pointwise, node }] };
}

function functionOf({ root, steps }: Expression, output: string): RealFunction {
	const values = new Map<string, number>();
	return (x) => {
		values.set(root, x);
		for (const { node, operands, apply } of steps) {
			values.set(node.outputs[0], apply(operands.map((name) => values.get(name)!)));
		}
		return values.get(output)!;
	};
}

/** What is done to the root, and in which order. */
function keyOf({ root, steps }: Expression): string {
	const places = new Map(steps.map(({ node }, k): [string, number] => [node.outputs[0], k + 1]));
	places.set(root, 0);
	return JSON.stringify(steps.map(({ key, operands }) => [key, operands.map((name) => places.get(name)!)]));
}
