import { type Attributes, Names, nodeOf } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE } from "@umpire/graph/ranges.ts";
import { type Real, toReal } from "@umpire/graph/real.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { expandedTo, reduced } from "./elements.ts";

/** A value divided by powers of two: value = name · 2^exponents, element by element. */
export interface Evened {
	readonly name: string;
	readonly exponents: Float64Array;
}

/** The graph that is written while the nodes of another are gone through, with the values that are evened in it. */
export class Rewriter {
	readonly facts: Facts;
	/** What stands for values of the given graph, by their names. */
	readonly evened = new Map<string, Evened>();
	readonly nodes: Node[] = [];
	readonly #names: Names;
	readonly #graph: Graph;
	readonly #initializers: Map<string, Tensor>;
	/** Inputs that are evened, as they were. */
	readonly #whole = new Map<string, string>();

	constructor(graph: Graph, facts: Facts) {
		this.#graph = graph;
		this.facts = facts;
		this.#names = new Names(graph, facts.shapes.keys());
		this.#initializers = new Map(graph.initializers);
	}

	shape(name: string): readonly number[] {
		return this.facts.shapes.get(name)!;
	}

	real(name: string | undefined): Real | undefined {
		const tensor = name ? this.facts.constants.get(name) : undefined;
		return tensor && toReal(tensor);
	}

	emit(
		base: string,
		opType: string,
		inputs: readonly string[],
		output: string,
		attributes?: Attributes,
	): void {
		this.nodes.push(nodeOf(this.#names.fresh(base), opType, inputs, [output], attributes));
	}

	fresh(base: string): string {
		return this.#names.fresh(base);
	}

	/** A constant of the type of `like`, for every element of the shape; stored as small as it can be. */
	constant(base: string, like: string, values: ArrayLike<number>, shape: readonly number[]): string {
		const least = reduced(values, shape);
		return this.tensor(base, like, least.values, least.shape);
	}

	tensor(base: string, like: string, values: ArrayLike<number>, shape: readonly number[]): string {
		const name = this.#names.fresh(base);
		this.#initializers.set(name, tensorFrom(this.facts.types.get(like)!, shape, Array.from(values)));
		return name;
	}

	/** A constant divided by 2^exponents, which are of `shape`; what stands for infinity stays. */
	divided(constant: string, exponents: Float64Array, shape: readonly number[]): string {
		const real = this.real(constant)!;
		const values = expandedTo(real.data, real.shape, shape).map((value, i) =>
			Math.abs(value) >= HUGE ? value : value / 2 ** exponents[i],
		);
		return this.constant(`${constant}_evened`, constant, values, shape);
	}

	/** States that what is now written as `name` stands for `value` divided by 2^exponents. */
	define(value: string, name: string, exponents: Float64Array): void {
		this.evened.set(value, { name, exponents });
	}

	/** The value divided by 2^exponents, whatever it is divided by now. */
	withExponents(value: string, exponents: Float64Array): string {
		const known = this.evened.get(value);
		const factors = exponents.map((exponent, i) => 2 ** ((known?.exponents[i] ?? 0) - exponent));
		const name = known?.name ?? value;
		if (factors.every((factor) => factor === 1)) return name;
		const constant = this.constant(`${value}_powers`, value, factors, this.shape(value));
		const output = this.fresh(`${value}_evened`);
		this.emit(`${value}/Powers`, "Mul", [name, constant], output);
		return output;
	}

	/** The value as it was. */
	whole(value: string): string {
		const known = this.evened.get(value);
		if (!known) return value;
		const given = this.#whole.get(value);
		if (given) return given;
		const output = known.name === value ? this.fresh(`${value}_whole`) : value;
		const factors = known.exponents.map((exponent) => 2 ** exponent);
		const constant = this.constant(`${value}_powers`, value, factors, this.shape(value));
		this.emit(`${value}/Powers`, "Mul", [known.name, constant], output);
		this.#whole.set(value, output);
		return output;
	}

	graph(): Graph {
		const outputs = this.#graph.outputs.map((output) => ({ ...output, name: this.whole(output.name) }));
		return { ...this.#graph, nodes: this.nodes, outputs, initializers: this.#initializers };
	}
}
