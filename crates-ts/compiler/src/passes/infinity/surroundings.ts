import type { Attributes, GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE, rangeOf, reachOf } from "@umpire/graph/ranges.ts";
import { broadcastShapes, sameShape } from "@umpire/graph/shapes.ts";
import { codeOfType, tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Node, Tensor } from "@umpire/onnx/model.ts";
import { type Extended, isPlain, type MaskInputs, numbersOf, partsOf, type Side } from "./extended.ts";

/** The largest float32. */
const LARGEST = 3.4028234663852886e38;

interface Described {
	readonly type?: ElementType;
	readonly shape?: readonly number[];
}

/** What rules know of the graph, and how they add nodes beside it. */
export class Surroundings {
	/** Nodes that were added since `take`. */
	#added: Node[] = [];
	readonly #editor: GraphEditor;
	readonly #facts: Facts;
	readonly #settled: Set<string>;
	readonly #shapes = new Map<string, readonly number[]>();
	readonly #types = new Map<string, ElementType>();
	readonly #reaches = new Map<string, number>();
	readonly #constants = new Map<string, Extended | undefined>();
	readonly #values = new Map<string, Extended>();
	readonly #written = new Map<string, string>();
	readonly #aliases = new Map<string, string>();
	readonly #zeros = new Map<ElementType, string>();
	#everywhere: string | undefined;
	#nowhere: string | undefined;

	readonly inputs: MaskInputs;

	/** @param settled values with infinities that are to stay as they are; what is written down here is added */
	constructor(editor: GraphEditor, facts: Facts, settled: Set<string>, inputs: MaskInputs) {
		this.inputs = inputs;
		this.#editor = editor;
		this.#facts = facts;
		this.#settled = settled;
	}

	/** The nodes added since the last time. */
	take(): Node[] {
		const added = this.#added;
		this.#added = [];
		return added;
	}

	get facts(): Facts {
		return this.#facts;
	}

	producer(name: string): Node | undefined {
		return this.#editor.producer(name);
	}

	isSettled(name: string): boolean {
		return this.#settled.has(name);
	}

	shape(name: string): readonly number[] {
		return this.#shapes.get(name) ?? this.#facts.shapes.get(name)!;
	}

	type(name: string): ElementType {
		return this.#types.get(name) ?? this.#facts.types.get(name)!;
	}

	constant(name: string): Tensor | undefined {
		return this.#facts.constants.get(name);
	}

	/** Largest magnitude of the value's numbers, as far as it is known: what was added here has that of its operands. */
	reach(name: string): number {
		const added = this.#reaches.get(name);
		if (added !== undefined) return added;
		const constant = this.constant(name);
		if (constant) return reachOf(rangeOf(constant));
		const range = this.#facts.ranges.get(name);
		return range ? reachOf(range) : 0;
	}

	/** Infinities of a value; of a constant too. */
	extended(name: string): Extended | undefined {
		return this.#values.get(name) ?? this.#ofConstant(name) ?? this.#ofInput(name);
	}

	/**
	 * Operands that are compared with one another, chosen between or added, of which some are no numbers. Large numbers of
	 * a constant are numbers if the other operands come near them: an imputer's mean of incomes is no infinity.
	 *
	 * @param factor how many times smaller than what stands for infinity numbers have to be
	 * @returns undefined if all are numbers, or if what stands for infinity cannot be told from them
	 */
	operands(names: readonly string[], factor: number): Extended[] | undefined {
		const given = names.map((name) => this.extended(name) ?? numbersOf(name));
		const reach = Math.max(...given.map(({ finite }) => this.reach(finite)));
		const told = given.map((one, k) => {
			const isNumber = this.constant(names[k]) && one.least < HUGE && reach * factor >= one.least;
			return isNumber ? numbersOf(names[k]) : one;
		});
		const least = Math.min(...told.map((one) => one.least));
		const isMixed = told.some(({ finite }) => this.reach(finite) * factor >= least);
		return isMixed || told.every(isPlain) ? undefined : told;
	}

	set(name: string, extended: Extended): void {
		this.#values.set(name, extended);
	}

	/** Adds a node; gives its first output. */
	emit(
		opType: string,
		inputs: readonly string[],
		shape: readonly number[],
		type: ElementType,
		attributes: Attributes = {},
	): string {
		const node = this.#editor.node(
			`${inputs.find((name) => name !== "")}/${opType}`,
			opType,
			inputs,
			attributes,
		);
		return this.#add(node, [shape], [type])[0];
	}

	/** Adds the node again with other operands; gives its outputs, of the same shapes and types unless stated. */
	copy(node: Node, inputs: readonly string[], { type, shape }: Described = {}): string[] {
		const { names } = this.#editor;
		const outputs = node.outputs.map((name) => (name === "" ? "" : names.fresh(`${name}/finite`)));
		const copied: Node = { ...node, name: names.fresh(`${node.name}/finite`), inputs, outputs };
		const shapes = node.outputs.map((name) => shape ?? (name === "" ? [] : this.shape(name)));
		const types = node.outputs.map((name) => type ?? this.type(name));
		return this.#add(copied, shapes, types);
	}

	#add(node: Node, shapes: readonly (readonly number[])[], types: readonly ElementType[]): string[] {
		this.#added.push(node);
		const reaches = node.inputs.filter((name) => name !== "").map((name) => this.reach(name));
		const sums = node.opType === "Add" || node.opType === "Sub";
		const reach = sums ? reaches.reduce((a, b) => a + b, 0) : Math.max(...reaches);
		node.outputs.forEach((name, k) => {
			this.#shapes.set(name, shapes[k]);
			this.#types.set(name, types[k]);
			this.#reaches.set(name, reach);
		});
		return [...node.outputs];
	}

	/** States that a value of the graph is what was worked out beside it; infinities in it stay as they are. */
	define(output: string, name: string): void {
		this.#settled.add(name);
		this.#aliases.set(output, name);
		this.#added.push(this.#editor.node(`${output}/Identity`, "Identity", [name], {}, [output]));
	}

	/** Whether two names are known to stand for the same truth values. */
	same(a: string | undefined, b: string | undefined): boolean {
		const known = (name: string): string => this.#aliases.get(name) ?? name;
		return a !== undefined && b !== undefined && known(a) === known(b);
	}

	number(value: number, type: ElementType): string {
		return this.#constant(`number_${value}`, tensorFrom(type, [], [value]));
	}

	whole(values: readonly number[]): string {
		return this.#constant("axes", tensorFrom("int64", [values.length], values));
	}

	#constant(base: string, tensor: Tensor): string {
		const name = this.#editor.constant(base, tensor);
		this.#shapes.set(name, tensor.dims);
		this.#types.set(name, tensor.type);
		this.#reaches.set(name, reachOf(rangeOf(tensor)));
		return name;
	}

	/** Truth that holds everywhere. */
	get everywhere(): string {
		this.#everywhere ??= this.#constant("everywhere", tensorFrom("bool", [], [1]));
		return this.#everywhere;
	}

	zero(type: ElementType): string {
		const zero = this.#zeros.get(type) ?? this.number(0, type);
		this.#zeros.set(type, zero);
		return zero;
	}

	/** Truth that holds nowhere. */
	get nowhere(): string {
		this.#nowhere ??= this.#constant("nowhere", tensorFrom("bool", [], [0]));
		return this.#nowhere;
	}

	isZero(name: string): boolean {
		return [...this.#zeros.values()].includes(name);
	}

	or(a: string | undefined, b: string | undefined): string | undefined {
		if (a === undefined || a === b) return b;
		if (b === undefined) return a;
		if ([a, b].includes(this.everywhere)) return this.everywhere;
		return this.emit("Or", [a, b], this.broadcast([a, b]), "bool");
	}

	and(a: string | undefined, b: string | undefined): string | undefined {
		if (a === undefined || b === undefined) return undefined;
		if (a === b || b === this.everywhere) return a;
		if (a === this.everywhere) return b;
		return this.emit("And", [a, b], this.broadcast([a, b]), "bool");
	}

	/** a, but not where b holds. */
	without(a: string | undefined, b: string | undefined): string | undefined {
		return b === undefined ? a : this.and(a, this.not(b));
	}

	not(a: string): string | undefined {
		return a === this.everywhere ? undefined : this.emit("Not", [a], this.shape(a), "bool");
	}

	/** `a` where the truth holds, elsewhere `b`. */
	choose(truth: string | undefined, a: string, b: string): string {
		if (truth === undefined || a === b) return b;
		if (truth === this.everywhere) return a;
		return this.emit("Where", [truth, a, b], this.broadcast([truth, a, b]), this.type(b));
	}

	broadcast(names: readonly string[]): readonly number[] {
		return names.map((name) => this.shape(name)).reduce((a, b) => broadcastShapes(a, b)!);
	}

	/** The value repeated to a shape. */
	expanded(name: string, shape: readonly number[]): string {
		if (sameShape(this.shape(name), shape)) return name;
		return this.emit("Expand", [name, this.whole(shape)], shape, this.type(name));
	}

	cast(name: string, type: ElementType): string {
		return this.type(name) === type
			? name
			: this.emit("Cast", [name], this.shape(name), type, { to: codeOfType(type) });
	}

	/** The value with infinities in it, as one tensor: for what only asks for order. It stays as it is from now on. */
	written(name: string): string {
		const before = this.#written.get(name);
		if (before !== undefined) return before;
		const extended = this.extended(name)!;
		const made = this.isWritten(name) ? name : this.join(extended, this.shape(name), this.type(name));
		this.#settled.add(made);
		this.#written.set(name, made);
		return made;
	}

	/** Whether the value is numbers and −∞ or ∞ already: a choice between them, or a border of infinities. */
	isWritten(name: string): boolean {
		const node = this.producer(name);
		if (node?.domain !== "") return false;
		const places = node.opType === "Where" ? [1, 2] : node.opType === "Pad" ? [2] : [];
		return places.some((k) => {
			const own = this.#ofConstant(node.inputs[k] ?? "");
			const other = node.inputs[k === 2 && node.opType === "Pad" ? 0 : 3 - k];
			const plain = !this.extended(other) && !this.constant(other);
			return own?.all !== undefined && own.least >= HUGE && plain;
		});
	}

	/** Numbers and infinities, as which `size` is written, as one tensor. */
	join(
		{ finite, low, high, nan, least }: Extended,
		shape: readonly number[],
		type: ElementType,
		// A softmax of what only stands for infinity is even where nothing else is left, and NaN of −∞.
		size = least < Number.POSITIVE_INFINITY ? LARGEST : least,
	): string {
		let joined = finite;
		for (const [truth, value] of [
			[low, -size],
			[high, size],
			[nan, Number.NaN],
		] as const)
			if (truth !== undefined) joined = this.choose(truth, this.number(value, type), joined);
		return this.expanded(joined, shape);
	}

	#ofInput(name: string): Extended | undefined {
		const least = this.inputs.added.get(name);
		if (least === undefined) return undefined;
		const type = this.type(name);
		const low = this.emit("Less", [name, this.number(-least / 2, type)], this.shape(name), "bool");
		const extended = { finite: this.zero(type), low, least };
		this.#values.set(name, extended);
		return extended;
	}

	#ofConstant(name: string): Extended | undefined {
		if (this.#constants.has(name)) return this.#constants.get(name);
		const tensor = name === "" ? undefined : this.constant(name);
		const parts = tensor && partsOf(tensor);
		let extended: Extended | undefined;
		if (tensor && parts) {
			const { dims, type } = tensor;
			const sides = [...parts.sides].map(([side, data]): [Side, string] => [
				side,
				data.every((on) => on === 1)
					? this.everywhere
					: this.#constant(`${name}/${side}`, tensorFrom("bool", dims, data)),
			]);
			const all = sides.find(([, truth]) => truth === this.everywhere)?.[0];
			const none = parts.finite.every((value) => value === 0);
			const finite = none
				? this.zero(type)
				: this.#constant(`${name}/finite`, tensorFrom(type, dims, parts.finite));
			extended = { finite, ...Object.fromEntries(sides), all, least: parts.least };
		}
		this.#constants.set(name, extended);
		return extended;
	}
}
