import { GraphEditor } from "@umpire/graph/edit.ts";
import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Whether the graph may hold logarithms of what is known by its logarithm, as far as it can be told without shapes. */
export function takesLogarithms(graph: Graph): boolean {
	return graph.nodes.some(({ opType, domain }) => domain === "" && opType === "Log");
}

/**
 * The logarithm of a probability, or of another value that is made of exponentials, is computed from
 * the exponents: log softmax(x) as LogSoftmax, log Σ exp(x) as ReduceLogSumExp, and log(p + ε) as one
 * function of log p. The small numbers, which a logarithm makes large, leave nothing in integers.
 */
export function fromExponents(graph: Graph, facts: Facts): Graph {
	if (!takesLogarithms(graph)) return graph;
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		if (node.domain !== "" || node.opType !== "Log") continue;
		const writer = new Logarithms(editor, facts, node);
		const value = writer.logarithmOf(node.inputs[0]) ?? writer.shifted(node.inputs[0]);
		if (value === undefined) continue;
		editor.replace(node, [...writer.nodes, editor.node(node.name, "Identity", [value], {}, node.outputs)]);
	}
	return editor.graph();
}

/** Writes the logarithms of values that are made of exponentials, in the place of one node. */
class Logarithms {
	readonly nodes: Node[] = [];
	readonly #editor: GraphEditor;
	readonly #facts: Facts;
	readonly #node: Node;

	constructor(editor: GraphEditor, facts: Facts, node: Node) {
		this.#editor = editor;
		this.#facts = facts;
		this.#node = node;
	}

	/** The name of log(value) where it follows from exponents alone; undefined otherwise, with nothing written. */
	logarithmOf(name: string): string | undefined {
		const node = this.#editor.producer(name);
		if (node?.domain !== "" || !isFloat(this.#facts.types.get(name) ?? "undefined")) return undefined;
		const [a, b] = node.inputs;
		switch (node.opType) {
			case "Exp":
				return a;
			case "Softmax":
				return this.#emit("LogSoftmax", [a], node);
			case "ReduceSum":
				if (this.#isBelowMaximum(name, a)) return undefined;
				return this.#of(a, (log) => this.#emit("ReduceLogSumExp", [log, ...node.inputs.slice(1)], node));
			case "Sqrt":
				return this.#of(a, (log) => this.#emit("Mul", [log, this.#number(0.5, a)]));
			case "Reciprocal":
				return this.#of(a, (log) => this.#emit("Neg", [log]));
			case "Pow": {
				const exponent = constantScalar(b, this.#facts);
				if (exponent === undefined) return undefined;
				return this.#of(a, (log) => this.#emit("Mul", [log, this.#number(exponent, a)]));
			}
			case "Mul":
			case "Div":
				return this.#factors(node);
			default:
				if (!has(node, "moves", "permutes") || node.outputs.length !== 1) return undefined;
				return this.#of(a, (log) => this.#emit(node.opType, [log, ...node.inputs.slice(1)], node));
		}
	}

	/** log(value + ε), and of a value within bounds: a function of log(value). */
	shifted(name: string): string | undefined {
		const node = this.#editor.producer(name);
		if (!node || !has(node, "shiftsOrBounds")) return undefined;
		const varying = node.inputs.filter((input) => input !== "" && !this.#facts.constants.has(input));
		const constants = node.inputs.filter((input) => input !== "" && this.#facts.constants.has(input));
		if (varying.length !== 1 || constants.some((input) => constantScalar(input, this.#facts) === undefined))
			return undefined;
		const [x] = varying;
		// Of an exponential it is such a function already.
		const log = this.#editor.producer(x)?.opType === "Exp" ? undefined : this.logarithmOf(x);
		if (log === undefined) return undefined;
		const power = this.#emit("Exp", [log]);
		const inputs = node.inputs.map((input) => (input === x ? power : input));
		return this.#emit("Log", [this.#emit(node.opType, inputs, node)]);
	}

	#of(name: string, write: (log: string) => string): string | undefined {
		const log = this.logarithmOf(name);
		return log === undefined ? undefined : write(log);
	}

	/** log(a·b) = log a + log b, of constants where they are positive. */
	#factors({ opType, inputs }: Node): string | undefined {
		const written = this.nodes.length;
		const known = inputs.map((name) => this.logarithmOf(name) ?? this.#inputLog(name));
		const logs = known.map((log, k) => log ?? this.#plainLog(inputs[k]));
		const follows = known.some((log) => log !== undefined);
		if (follows && logs.every((log) => log !== undefined))
			return this.#emit(opType === "Mul" ? "Add" : "Sub", logs);
		this.nodes.length = written;
		return undefined;
	}

	/** Whether a sum is that of exponentials after their maximum was subtracted: one of them is 1, the sum is told finely. */
	#isBelowMaximum(sum: string, exponential: string): boolean {
		const exponent = this.#editor.producer(exponential)?.inputs[0] ?? "";
		const [low, high] = [this.#facts.ranges.get(sum)?.low ?? 0, this.#facts.ranges.get(exponent)?.high ?? 1];
		return low > 0.99 && high <= 0;
	}

	/** The logarithm of an input of the model, which the program reads on several grids (quantise/graded-inputs.ts). */
	#inputLog(name: string): string | undefined {
		const range = this.#facts.ranges.get(name);
		if (this.#editor.producer(name) || !range || !(range.low > 0)) return undefined;
		return this.#emit("Log", [name]);
	}

	/** The logarithm of a positive value or constant as it is. */
	#plainLog(name: string): string | undefined {
		if ((this.#facts.ranges.get(name)?.low ?? 0) > 0) return this.#emit("Log", [name]);
		const constant = this.#facts.constants.get(name);
		const real = constant && toReal(constant);
		if (!constant || !real?.data.every((value) => value > 0 && Number.isFinite(value))) return undefined;
		return this.#editor.constant(
			`${name}_log`,
			tensorFrom(constant.type, real.shape, real.data.map(Math.log)),
		);
	}

	#number(value: number, like: string): string {
		const type = this.#facts.types.get(like)!;
		return this.#editor.constant(`${this.#node.name}/factor`, tensorFrom(type, [], [value]));
	}

	/** A node, with the attributes of the one that it follows. */
	#emit(opType: string, inputs: readonly string[], like?: Node): string {
		const made = this.#editor.node(`${this.#node.name}/${opType}`, opType, inputs);
		this.nodes.push(like ? { ...made, attributes: like.attributes } : made);
		return made.outputs[0];
	}
}
