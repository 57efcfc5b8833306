import { type Attributes, Names, nodeOf } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { toReal } from "@umpire/graph/real.ts";
import { broadcastShapes, sameShape, sizeOf } from "@umpire/graph/shapes.ts";
import { codeOfType, tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Graph, Node, Tensor } from "@umpire/onnx/model.ts";

/** Shape and type of a value. */
export interface ValueFacts {
	readonly shape: readonly number[];
	readonly type: ElementType;
}

/**
 * Writes nodes behind those of a graph, one by one, and knows shape and type of every value, its own
 * among them. Names of what it writes begin with the node that it was written for (`enter`).
 */
export class Tape {
	readonly nodes: Node[] = [];
	readonly initializers: Map<string, Tensor>;
	readonly #names: Names;
	readonly #known = new Map<string, ValueFacts>();
	readonly #constants: ReadonlyMap<string, Tensor>;
	readonly #made = new Map<string, string>();
	#base = "training";
	#node: Node | undefined;

	constructor(graph: Graph, facts: Facts) {
		this.#names = new Names(graph, facts.shapes.keys());
		this.initializers = new Map(graph.initializers);
		this.#constants = facts.constants;
		for (const [name, shape] of facts.shapes) {
			const type = facts.types.get(name);
			if (type) this.#known.set(name, { shape, type });
		}
	}

	/** What follows is written for this node. */
	enter(node: Node, what: string): void {
		this.#node = node;
		this.#base = `${node.name}/${what}`;
	}

	/** What follows is no single node's. */
	name(base: string): void {
		this.#node = undefined;
		this.#base = base;
	}

	error(reason: string, hint?: string): CompileError {
		return new CompileError(reason, {
			...(this.#node ? { node: this.#node } : {}),
			...(hint ? { hint } : {}),
		});
	}

	#facts(name: string): ValueFacts {
		const known = this.#known.get(name);
		if (!known) throw this.error(`value "${name}" has no known shape`);
		return known;
	}

	shape(name: string): readonly number[] {
		return this.#facts(name).shape;
	}

	type(name: string): ElementType {
		return this.#facts(name).type;
	}

	/** A value that depends on no input; undefined also for an omitted operand. */
	constant(name: string | undefined): Tensor | undefined {
		return name ? (this.#constants.get(name) ?? this.initializers.get(name)) : undefined;
	}

	/** Whole numbers of a constant operand; undefined if it is omitted. */
	integers(name: string | undefined, role: string): number[] | undefined {
		if (!name) return undefined;
		const tensor = this.constant(name);
		if (!tensor) throw this.error(`its ${role} depend on the inputs`, `Make the ${role} constant`);
		return Array.from(toReal(tensor).data);
	}

	tensor(value: Tensor): string {
		const key = `${value.type} ${value.dims.join()} ${Array.from(value.data as ArrayLike<unknown>, String).join()}`;
		const known = value.data.length <= 64 ? this.#made.get(key) : undefined;
		if (known) return known;
		const name = this.#names.fresh(`${this.#base}/constant`);
		this.initializers.set(name, value);
		this.#known.set(name, { shape: value.dims, type: value.type });
		this.#made.set(key, name);
		return name;
	}

	numbers(type: ElementType, dims: readonly number[], values: ArrayLike<number>): string {
		return this.tensor(tensorFrom(type, dims, Array.from(values)));
	}

	scalar(type: ElementType, value: number): string {
		return this.numbers(type, [], [value]);
	}

	ints(values: readonly number[]): string {
		return this.numbers("int64", [values.length], values);
	}

	/** A node with one output, whose shape and type the caller knows. */
	emit(
		opType: string,
		inputs: readonly string[],
		{ shape, type }: ValueFacts,
		attributes: Attributes = {},
		output?: string,
	): string {
		const name = this.#names.fresh(`${this.#base}/${opType}`);
		const made = output ?? this.#names.fresh(`${name}_output_0`);
		this.nodes.push(nodeOf(name, opType, inputs, [made], attributes));
		this.#known.set(made, { shape, type });
		return made;
	}

	unary(opType: string, x: string): string {
		return this.emit(opType, [x], this.#facts(x));
	}

	#binary(opType: string, a: string, b: string, type = this.type(a)): string {
		const shape = broadcastShapes(this.shape(a), this.shape(b));
		if (!shape) throw this.error(`shapes of "${a}" and "${b}" do not broadcast`);
		return this.emit(opType, [a, b], { shape, type });
	}

	add = (a: string, b: string): string => this.#binary("Add", a, b);
	sub = (a: string, b: string): string => this.#binary("Sub", a, b);
	mul = (a: string, b: string): string => this.#binary("Mul", a, b);
	div = (a: string, b: string): string => this.#binary("Div", a, b);
	max = (a: string, b: string): string => this.#binary("Max", a, b);
	min = (a: string, b: string): string => this.#binary("Min", a, b);

	/** Less, Greater, Equal, And, Or, …: truth values. */
	compare(opType: string, a: string, b: string): string {
		return this.#binary(opType, a, b, "bool");
	}

	/** x·factor; x itself if that is 1. */
	scaled(x: string, factor: number): string {
		if (factor === 1) return x;
		if (factor === -1) return this.unary("Neg", x);
		return this.mul(x, this.scalar(this.type(x), factor));
	}

	/** factor·x + shift. */
	affine(x: string, factor: number, shift: number): string {
		const type = this.type(x);
		if (factor === -1) return this.sub(this.scalar(type, shift), x);
		return this.add(this.scaled(x, factor), this.scalar(type, shift));
	}

	where(condition: string, a: string, b: string): string {
		const inner = broadcastShapes(this.shape(a), this.shape(b));
		const shape = inner && broadcastShapes(this.shape(condition), inner);
		if (!shape) throw this.error("the shapes of a choice do not broadcast");
		return this.emit("Where", [condition, a, b], { shape, type: this.type(a) });
	}

	/** x where the condition holds, else 0. */
	masked(condition: string, x: string): string {
		return this.where(condition, x, this.scalar(this.type(x), 0));
	}

	cast(x: string, type: ElementType): string {
		if (this.type(x) === type) return x;
		return this.emit("Cast", [x], { shape: this.shape(x), type }, { to: codeOfType(type) });
	}

	reshape(x: string, shape: readonly number[]): string {
		if (sameShape(this.shape(x), shape)) return x;
		return this.emit("Reshape", [x, this.ints(shape)], { shape, type: this.type(x) });
	}

	expand(x: string, shape: readonly number[]): string {
		if (sameShape(this.shape(x), shape)) return x;
		return this.emit("Expand", [x, this.ints(shape)], { shape, type: this.type(x) });
	}

	transpose(x: string, perm: readonly number[]): string {
		if (perm.every((axis, k) => axis === k)) return x;
		const shape = perm.map((axis) => this.shape(x)[axis]);
		return this.emit("Transpose", [x], { shape, type: this.type(x) }, { perm });
	}

	/** Sum or mean over axes, which stay with size 1 unless `drop`. */
	#reduce(opType: string, x: string, axes: readonly number[], drop: boolean): string {
		if (axes.length === 0) return x;
		const shape = this.shape(x);
		const kept = drop
			? shape.filter((_, axis) => !axes.includes(axis))
			: shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
		const facts = { shape: kept, type: this.type(x) };
		return this.emit(opType, [x, this.ints(axes)], facts, { keepdims: drop ? 0 : 1 });
	}

	sum(x: string, axes: readonly number[], drop = false): string {
		return this.#reduce("ReduceSum", x, axes, drop);
	}

	mean(x: string, axes: readonly number[], drop = false): string {
		return this.#reduce("ReduceMean", x, axes, drop);
	}

	/** What broadcasting from `shape` is undone by: the sum over everything that was repeated. */
	sumTo(x: string, shape: readonly number[]): string {
		const own = this.shape(x);
		if (sameShape(own, shape)) return x;
		const lead = own.length - shape.length;
		const axes = own.flatMap((size, axis) =>
			axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
		);
		return this.reshape(this.sum(x, axes), shape);
	}

	/** A matrix product; `ta` and `tb` say which factor is transposed. Matrices of two axes only. */
	gemm(a: string, b: string, ta = false, tb = false): string {
		const [p, q] = [this.shape(a), this.shape(b)];
		const facts = { shape: [ta ? p[1] : p[0], tb ? q[0] : q[1]], type: this.type(a) };
		if (!ta && !tb) return this.emit("MatMul", [a, b], facts);
		return this.emit("Gemm", [a, b], facts, { transA: ta ? 1 : 0, transB: tb ? 1 : 0 });
	}

	/** Products of the last two axes, with NumPy broadcasting of those before. */
	matmul(a: string, b: string): string {
		const [p, q] = [this.shape(a), this.shape(b)];
		const batch = broadcastShapes(p.slice(0, -2), q.slice(0, -2));
		if (!batch) throw this.error("the shapes of a product do not broadcast");
		const shape = [...batch, p[p.length - 2], q[q.length - 1]];
		return this.emit("MatMul", [a, b], { shape, type: this.type(a) });
	}

	/** The last two axes exchanged. */
	turned(x: string): string {
		const rank = this.shape(x).length;
		const perm = this.shape(x).map((_, axis) => axis);
		[perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
		return this.transpose(x, perm);
	}

	/** Elements from `starts` to `ends` along axes. */
	slice(
		x: string,
		axes: readonly number[],
		starts: readonly number[],
		ends: readonly number[],
		steps: readonly number[] = axes.map(() => 1),
	): string {
		const shape = [...this.shape(x)];
		axes.forEach((axis, k) => {
			shape[axis] = Math.ceil((ends[k] - starts[k]) / steps[k]);
		});
		if (sameShape(shape, this.shape(x))) return x;
		const operands = [starts, ends, axes, steps].map((one) => this.ints(one));
		return this.emit("Slice", [x, ...operands], { shape, type: this.type(x) });
	}

	/** Zeros around x. */
	pad(x: string, before: readonly number[], after: readonly number[]): string {
		if ([...before, ...after].every((one) => one === 0)) return x;
		const shape = this.shape(x).map((size, axis) => size + before[axis] + after[axis]);
		const type = this.type(x);
		return this.emit("Pad", [x, this.ints([...before, ...after]), this.scalar(type, 0)], { shape, type });
	}

	gather(x: string, indices: string, axis: number): string {
		const own = this.shape(x);
		const shape = [...own.slice(0, axis), ...this.shape(indices), ...own.slice(axis + 1)];
		return this.emit("Gather", [x, indices], { shape, type: this.type(x) }, { axis });
	}

	concat(pieces: readonly string[], axis: number): string {
		if (pieces.length === 1) return pieces[0];
		const shape = [...this.shape(pieces[0])];
		shape[axis] = pieces.reduce((sum, piece) => sum + this.shape(piece)[axis], 0);
		return this.emit("Concat", pieces, { shape, type: this.type(pieces[0]) }, { axis });
	}

	argMax(x: string, axis: number, drop = false): string {
		const shape = this.shape(x)
			.map((size, one) => (one === axis ? 1 : size))
			.filter((_, one) => !drop || one !== axis);
		const facts = { shape, type: "int64" as const };
		return this.emit("ArgMax", [x], facts, { axis, keepdims: drop ? 0 : 1 });
	}

	zeros(shape: readonly number[], type: ElementType): string {
		return this.numbers(type, shape, new Array<number>(sizeOf(shape)).fill(0));
	}

	/** A name that nothing has yet. */
	fresh(base: string): string {
		return this.#names.fresh(base);
	}

	/** Nodes that are there already, whose values are known. */
	append(nodes: readonly Node[]): void {
		this.nodes.push(...nodes);
	}

	/** Whether a node that was written computes the value. */
	computes(name: string): boolean {
		return this.nodes.some(({ outputs }) => outputs.includes(name));
	}

	/** States a value that comes from elsewhere: an input of the graph, or a renamed one. */
	know(name: string, facts: ValueFacts): string {
		this.#known.set(name, facts);
		return name;
	}
}
