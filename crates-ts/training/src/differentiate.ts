import { CompileError } from "@umpire/graph/errors.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { gradientOf } from "./gradients/registry.ts";
import type { Tape } from "./tape.ts";

/**
 * Reverse mode: writes, behind the nodes of a graph, what a sum over `seeds` gains for each of some values.
 *
 * @param seeds what the loss gains for values of the graph
 * @param variables inputs of the graph for which the gain is wanted
 * @returns the gain of each variable that the seeds depend on
 * @throws CompileError naming the node without a rule
 */
export function differentiate(
	tape: Tape,
	nodes: readonly Node[],
	seeds: ReadonlyMap<string, string>,
	variables: readonly string[],
): Map<string, string> {
	const dependent = dependentsOf(tape, nodes, variables);
	const gains = new Map<string, string[]>();
	const give = (name: string, gain: string): void => {
		gains.set(name, [...(gains.get(name) ?? []), gain]);
	};
	for (const [name, gain] of seeds) give(name, gain);
	const total = (name: string): string => {
		const parts = gains.get(name) ?? [];
		return parts.length === 0 ? "" : parts.reduce((a, b) => tape.add(a, b));
	};
	for (const node of nodes.toReversed()) {
		if (!node.outputs.some((name) => gains.has(name))) continue;
		const wanted = new Set(node.inputs.flatMap((name, k) => (dependent.has(name) ? [k] : [])));
		if (wanted.size === 0) continue;
		tape.enter(node, "gradient");
		const rule = gradientOf(node);
		if (!rule) throw withoutRule(node);
		const own = rule(node, tape, node.outputs.map(total), wanted);
		own.forEach((gain, k) => {
			if (gain !== undefined && wanted.has(k)) give(node.inputs[k], gain);
		});
	}
	tape.name("gradient");
	return new Map(variables.filter((name) => gains.has(name)).map((name) => [name, total(name)]));
}

/** The floats that depend on one of the variables, themselves among them. */
function dependentsOf(tape: Tape, nodes: readonly Node[], variables: readonly string[]): Set<string> {
	const dependent = new Set(variables);
	for (const node of nodes) {
		if (!node.inputs.some((name) => dependent.has(name))) continue;
		for (const name of node.outputs) if (name !== "" && isFloat(tape.type(name))) dependent.add(name);
	}
	return dependent;
}

export function withoutRule(node: Node): CompileError {
	return new CompileError(`operator ${qualifiedName(node)} has no gradient`, {
		node,
		hint: "Freeze the parameters before it (--freeze), or express it by operators that have one (docs/training.md)",
	});
}
