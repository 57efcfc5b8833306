import { float, int } from "@umpire/graph/attributes.ts";
import { GraphEditor } from "@umpire/graph/edit.ts";
import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import { isFloat, type Real, toReal } from "@umpire/graph/real.ts";
import { normaliseAxis, sizeOf } from "@umpire/graph/shapes.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** More differences than this would cost time that somebody notices. */
const MOST_DIFFERENCES = 2 ** 16;

/** Whether the graph may hold expanded squares, as far as it can be told without shapes. */
export function expandsSquares(graph: Graph): boolean {
	return graph.nodes.some(isProduct);
}

/**
 * Σ a·x² + Σ b·x + c, as distances to the centres of clusters and mixtures are exported, becomes
 * Σ a·(x + b / 2a)² + c'. The two sums cancel but for the distance: of a column around 2,000 that varies by 1, a
 * grid for the squares leaves nothing.
 */
export function completeSquares(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	const done = new Set<Node>();
	for (const node of graph.nodes.toReversed()) {
		if (done.has(node) || !isSum(node) || !isFloat(facts.types.get(node.outputs[0]) ?? "undefined")) continue;
		const sum = new Quadratic(editor, facts, node);
		const nodes = sum.completed();
		if (!nodes) continue;
		for (const inner of sum.inner) done.add(inner);
		editor.replace(node, nodes);
	}
	return editor.graph();
}

const isSum = ({ domain, opType }: Node): boolean => domain === "" && (opType === "Add" || opType === "Sub");
const isProduct = ({ domain, opType }: Node): boolean =>
	domain === "" && (opType === "MatMul" || opType === "Gemm");

/** A matrix [features, results], or [1, results] for all features alike. */
interface Matrix {
	readonly rows: number;
	readonly columns: number;
	readonly data: Float64Array;
}

/** A sum taken apart: of squares of one value, of the value, of constants, and of the rest. */
class Quadratic {
	readonly inner: Node[] = [];
	readonly #editor: GraphEditor;
	readonly #facts: Facts;
	readonly #root: Node;
	readonly #squares: { readonly x: string; readonly factors: Matrix }[] = [];
	readonly #linear: { readonly x: string; readonly factors: Matrix }[] = [];
	readonly #constants: { readonly real: Real; readonly factor: number }[] = [];
	readonly #rest: { readonly name: string; readonly factor: number }[] = [];

	constructor(editor: GraphEditor, facts: Facts, root: Node) {
		this.#editor = editor;
		this.#facts = facts;
		this.#root = root;
		this.#take(root, 1);
	}

	/** What computes the same by differences; undefined where there is nothing to complete. */
	completed(): Node[] | undefined {
		const [first] = this.#squares;
		const shape = this.#facts.shapes.get(this.#root.outputs[0]);
		const features = first && this.#facts.shapes.get(first.x)?.at(-1);
		const linear = this.#linear.filter(({ x }) => x === first?.x);
		if (!first || !features || shape?.length !== 2 || linear.length === 0) return undefined;
		if (this.#squares.some(({ x }) => x !== first.x) || this.#facts.shapes.get(first.x)?.length !== 2)
			return undefined;
		const [rows, results] = shape;
		if (rows * results * features > MOST_DIFFERENCES) return undefined;
		const total = (parts: readonly { readonly factors: Matrix }[]): Float64Array =>
			Float64Array.from({ length: features * results }, (_, i) => {
				const [f, k] = [Math.floor(i / results), i % results];
				return parts.reduce((sum, { factors: { rows, columns, data } }) => {
					return sum + data[(rows === 1 ? 0 : f) * columns + (columns === 1 ? 0 : k)];
				}, 0);
			});
		const [a, b] = [total(this.#squares), total(linear)];
		const sign = a.some((value) => value > 0) ? 1 : -1;
		// Without a square there is none to complete.
		if (a.some((value, i) => value * sign < 0 || (value === 0 && b[i] !== 0))) return undefined;
		const shift = this.#constantSum(results);
		if (!shift) return undefined;
		for (const [i, value] of a.entries()) if (value !== 0) shift[i % results] -= b[i] ** 2 / (4 * value);
		const others = this.#linear.filter(({ x }) => x !== first.x);
		if (others.length > 0) return undefined;
		return this.#written(first.x, { rows, results, features }, a, b, sign, shift);
	}

	#written(
		x: string,
		{
			rows,
			results,
			features,
		}: { readonly rows: number; readonly results: number; readonly features: number },
		a: Float64Array,
		b: Float64Array,
		sign: number,
		shift: Float64Array,
	): Node[] {
		const editor = this.#editor;
		const type = this.#facts.types.get(x)!;
		const { name, outputs } = this.#root;
		const nodes: Node[] = [];
		const emit = (opType: string, inputs: readonly string[], attributes = {}): string => {
			const node = editor.node(`${name}/${opType}`, opType, inputs, attributes);
			nodes.push(node);
			return node.outputs[0];
		};
		const constant = (base: string, dims: readonly number[], values: ArrayLike<number>): string =>
			editor.constant(`${outputs[0]}_${base}`, tensorFrom(type, dims, Array.from(values)));
		const whole = (base: string, values: readonly number[]): string =>
			editor.constant(`${outputs[0]}_${base}`, tensorFrom("int64", [values.length], values));
		// [results, features], as rows of differences are.
		const turned = (values: (i: number) => number): Float64Array =>
			Float64Array.from({ length: results * features }, (_, i) =>
				values((i % features) * results + Math.floor(i / features)),
			);
		const dims = [1, results, features];
		const centres = turned((i) => (a[i] === 0 ? 0 : -b[i] / (2 * a[i])));
		const roots = turned((i) => Math.sqrt(Math.abs(a[i])));
		const wide = emit("Reshape", [x, whole("wide", [rows, 1, features])]);
		let difference = emit("Sub", [wide, constant("centres", dims, centres)]);
		if (roots.some((root) => root !== 1))
			difference = emit("Mul", [difference, constant("roots", dims, roots)]);
		let sum = emit("ReduceSumSquare", [difference, whole("axes", [2])], { keepdims: 0 });
		for (const { name: other, factor } of this.#rest) {
			const unit = sign * factor;
			const part =
				Math.abs(unit) === 1 ? other : emit("Mul", [other, constant("factor", [], [Math.abs(unit)])]);
			sum = emit(unit > 0 ? "Add" : "Sub", [sum, part]);
		}
		const bias = constant("shift", [1, results], shift);
		nodes.push(
			sign > 0
				? editor.node(name, "Add", [sum, bias], {}, outputs)
				: editor.node(name, "Sub", [bias, sum], {}, outputs),
		);
		return nodes;
	}

	/** The constants of the sum together, one a result; undefined where rows differ. */
	#constantSum(results: number): Float64Array | undefined {
		const sum = new Float64Array(results);
		for (const { real, factor } of this.#constants) {
			const size = sizeOf(real.shape);
			if (size !== 1 && !(size === results && (real.shape.at(-1) ?? 1) === results)) return undefined;
			for (let k = 0; k < results; k++) sum[k] += factor * real.data[size === 1 ? 0 : k];
		}
		return sum;
	}

	#take(node: Node, factor: number): void {
		this.inner.push(node);
		const [a, b] = node.inputs;
		this.#add(a, factor);
		this.#add(b, node.opType === "Sub" ? -factor : factor);
	}

	#add(name: string, factor: number): void {
		const node = this.#editor.producer(name);
		const real = this.#real(name);
		if (real) this.#constants.push({ real, factor });
		else if (node && isSum(node) && this.#editor.reads(name) === 1 && !this.#editor.replacement(node))
			this.#take(node, factor);
		else if (!node || !this.#known(node, factor)) this.#rest.push({ name, factor });
	}

	/** Takes a product with constants, or a sum of squares. */
	#known(node: Node, factor: number): boolean {
		if (node.domain !== "" || this.#editor.replacement(node)) return false;
		const [a, b, c] = node.inputs;
		const scalar = node.opType === "Mul" ? this.#scaled(a, b) : undefined;
		if (scalar) {
			if (scalar.factor !== 0) this.#add(scalar.value, factor * scalar.factor);
			return true;
		}
		const root = this.#rootOf(node);
		if (root !== undefined) {
			this.#squares.push({ x: root, factors: { rows: 1, columns: 1, data: Float64Array.of(factor) } });
			return true;
		}
		if (!isProduct(node) || int(node, "transA", 0) !== 0) return false;
		const factors = this.#matrix(node, factor);
		if (!factors) return false;
		const of = this.#editor.producer(a);
		const square = of && this.#squareOf(of);
		const sum = of && this.#rootOf(of);
		if (square !== undefined || (sum !== undefined && factors.rows === 1))
			this.#squares.push({ x: square ?? sum!, factors });
		else this.#linear.push({ x: a, factors });
		const beta = node.opType === "Gemm" ? float(node, "beta", 1) : 0;
		if (c && beta !== 0) this.#add(c, factor * beta);
		return true;
	}

	/** The weights of a product, times a factor. */
	#matrix(node: Node, factor: number): Matrix | undefined {
		const real = this.#real(node.inputs[1]);
		if (real?.shape.length !== 2) return undefined;
		const by = factor * (node.opType === "Gemm" ? float(node, "alpha", 1) : 1);
		const turned = int(node, "transB", 0) !== 0;
		const [height, width] = real.shape;
		const [rows, columns] = turned ? [width, height] : [height, width];
		const at = (i: number): number => (turned ? (i % columns) * width + Math.floor(i / columns) : i);
		return { rows, columns, data: Float64Array.from(real.data, (_, i) => by * real.data[at(i)]) };
	}

	/** x where the node is x² element by element. */
	#squareOf({ domain, opType, inputs }: Node): string | undefined {
		if (domain !== "") return undefined;
		const isSquare =
			(opType === "Mul" && inputs[0] === inputs[1]) ||
			(opType === "Pow" && constantScalar(inputs[1], this.#facts) === 2);
		return isSquare ? inputs[0] : undefined;
	}

	/** x where the node is Σ x² over the last of two axes, which stays. */
	#rootOf(node: Node): string | undefined {
		if (node.domain !== "" || int(node, "keepdims", 1) === 0) return undefined;
		const axes = node.inputs[1] ? this.#real(node.inputs[1])?.data : undefined;
		const rank = this.#facts.shapes.get(node.inputs[0])?.length;
		if (rank !== 2 || axes?.length !== 1 || normaliseAxis(axes[0], rank) !== 1) return undefined;
		if (node.opType === "ReduceSumSquare") return node.inputs[0];
		const inner = this.#editor.producer(node.inputs[0]);
		return node.opType === "ReduceSum" && inner ? this.#squareOf(inner) : undefined;
	}

	#scaled(a: string, b: string): { readonly value: string; readonly factor: number } | undefined {
		const [left, right] = [a, b].map((name) => constantScalar(name, this.#facts));
		if (right !== undefined) return { value: a, factor: right };
		return left === undefined ? undefined : { value: b, factor: left };
	}

	#real(name: string | undefined): Real | undefined {
		const tensor = name ? this.#facts.constants.get(name) : undefined;
		return tensor && toReal(tensor);
	}
}
