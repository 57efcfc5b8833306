import type { Carried } from "@umpire/compiler/import/steps.ts";
import type { Pin } from "@umpire/compiler/quantise/pin.ts";
import { removeDead } from "@umpire/graph/edit.ts";
import type { Graph, Tensor, ValueInfo } from "@umpire/onnx/model.ts";
import type { PinValue } from "./optimisers/optimiser.ts";
import type { Prepared } from "./prepare.ts";
import { Tape } from "./tape.ts";

/** Collects the inputs of a step with what they begin as, what it hands on, and which values have more bits. */
export class StepWriter {
	readonly tape: Tape;
	readonly carry: Carried[] = [];
	readonly #graph: Graph;
	readonly #inputs: ValueInfo[] = [];
	readonly #feed = new Map<string, Tensor>();
	readonly #pins = new Map<string, Pin>();
	/** Outputs, by the values that they are. */
	readonly #outputs = new Map<string, string>();

	constructor({ graph, facts }: Pick<Prepared, "graph" | "facts">) {
		this.#graph = graph;
		this.tape = new Tape(graph, facts);
	}

	/** A new input, and what the first step reads there. */
	input(base: string, initial: Tensor): string {
		const name = this.tape.fresh(base);
		this.#inputs.push({ name, type: initial.type, dims: initial.dims });
		this.#feed.set(name, initial);
		return this.tape.know(name, { shape: initial.dims, type: initial.type });
	}

	/** An input of which 32 bits are kept. */
	wideInput(base: string, initial: Tensor): string {
		return this.pin(this.input(base, initial), 32);
	}

	/** States how many bits a value has. */
	readonly pin: PinValue = (name, bits, more = {}) => {
		this.#pins.set(name, { bits, ...more });
		return name;
	};

	/** Gives a value out under a name. */
	output(value: string, base: string): string {
		const name = this.tape.fresh(base);
		// What is given out already, and what no node computes, needs a node of its own.
		const own =
			this.#outputs.has(value) || !this.tape.computes(value) ? this.tape.unary("Identity", value) : value;
		this.#outputs.set(own, name);
		return name;
	}

	/** The input takes this value in the next step. */
	carried(value: string, input: string): Carried {
		const pair = { output: this.output(value, `${input}_next`), input };
		this.carry.push(pair);
		return pair;
	}

	/** The graph with these outputs first, without inputs that nothing reads, and its first feed. */
	finish(first: readonly string[]): { graph: Graph; feed: Map<string, Tensor>; pins: Map<string, Pin> } {
		const renamed = (name: string): string => this.#outputs.get(name) ?? name;
		const nodes = this.tape.nodes.map((node) => ({
			...node,
			inputs: node.inputs.map(renamed),
			outputs: node.outputs.map(renamed),
		}));
		const values = new Map([...this.#outputs].map(([value, name]) => [name, value]));
		const names = [...first, ...[...values.keys()].filter((name) => !first.includes(name))];
		const outputs = names.map((name) => {
			const value = values.get(name)!;
			return { name, type: this.tape.type(value), dims: this.tape.shape(value) };
		});
		const graph = removeDead({
			name: `${this.#graph.name || "model"}_step`,
			inputs: this.#inputs,
			outputs,
			valueInfo: [],
			nodes,
			initializers: this.tape.initializers,
		});
		const read = new Set(graph.nodes.flatMap((node) => node.inputs));
		const inputs = graph.inputs.filter(({ name }) => read.has(name));
		return {
			graph: { ...graph, inputs },
			feed: new Map(inputs.map(({ name }) => [name, this.#feed.get(name)!])),
			pins: new Map([...this.#pins].map(([name, pin]) => [renamed(name), pin])),
		};
	}
}
