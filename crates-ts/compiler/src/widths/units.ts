import { int, ints } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import { countReads } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { payDigits } from "@umpire/operators/weight-digits.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import type { Assignment } from "../quantise/assign.ts";
import { isSmallProduct } from "../quantise/weights.ts";
import { isPointwise } from "./factors.ts";

/** How a unit's products read it, and with weights of how many bits: A activations, W weights. */
export type OptionName = "A16W14" | "A16W7" | "A8W14" | "A8W7" | "A8W7 for all";

/** A product as its time depends on widths. */
export interface Product {
	/** The multiplications of a float32 product, where those of a depthwise convolution count several times. */
	readonly work: number;
	readonly type: "matmul" | "pointwise" | "conv" | "depthwise" | "values";
	/** Whether it keeps its weights, as an integer kernel would not be quicker. */
	readonly isSmall: boolean;
	/** Whether integer kernels take its fine weights, in two digits. */
	readonly hasDigits: boolean;
	/** How many products a sum has. */
	readonly length: number;
	/** Units of its operands; −1 for what belongs to none. */
	readonly reads: readonly number[];
	/** The unit of its result. */
	readonly gives: number;
}

/** A value that products read, with all that has its numbers, or that a convolution gives. */
export interface Unit {
	readonly name: string;
	/** What of it is computed: moving it elsewhere keeps its grid. */
	readonly roots: readonly string[];
	/** Names by which products read it. */
	readonly factors: readonly string[];
	/** Elements of it, and how often operators that are no products read them. */
	readonly elements: number;
	readonly others: number;
	/** Whether an integer kernel gives it in bytes alone: what a convolution over several positions computes. */
	readonly wantsBytes: boolean;
	/** The most products that sums with another value have, where nothing else reads it as a factor; 0 otherwise. */
	readonly sums: number;
	/** Besides A16W14, which comes first. */
	readonly options: readonly OptionName[];
}

/** What widths can be chosen for. */
export interface Units {
	readonly units: readonly Unit[];
	readonly products: readonly Product[];
	/** Products of two values that are only divided. */
	readonly dividends: ReadonlySet<string>;
}

/** Measured: a multiplication of a depthwise convolution takes this many times that of a dense one. */
const DEPTHWISE = 4.4;

const isProduct = ({ opType, domain }: Node): boolean =>
	domain === "" && (opType === "Conv" || opType === "MatMul" || opType === "Gemm");

/** Operators whose result has the grid of their first operand. */
const keepsGrid = ({ nodes: [node], table }: FusedOp): boolean =>
	!table && has(node, "moves", "largest", "least", "clips");

interface Draft {
	readonly roots: Set<string>;
	readonly factors: Set<string>;
	readonly types: Set<Product["type"]>;
	/** Of the longest sum of products with another value. */
	length: number;
	/** Whether it is multiplied by itself, as in a variance: a coarse copy serves for that, but not for what it is divided by. */
	isSquare: boolean;
	others: number;
	ofConv: boolean;
	wantsBytes: boolean;
}

/** The units of a graph, in its order. What has a grid for another reason, or in `fixed`, keeps it, but copies of it may be bytes. */
export function unitsOf(
	graph: Graph,
	fusedOps: readonly FusedOp[],
	facts: Facts,
	{
		assignment,
		sharedRanges,
		fixed,
	}: {
		readonly assignment: Assignment;
		readonly sharedRanges: readonly (readonly string[])[];
		readonly fixed: ReadonlySet<string>;
	},
): Units {
	const producers = new Map(fusedOps.flatMap((fused) => fused.nodes.at(-1)!.outputs.map((o) => [o, fused])));
	const rootOf = (name: string): string => {
		let root = name;
		for (let from = producers.get(root); from && keepsGrid(from); from = producers.get(root))
			root = from.nodes[0].inputs[0];
		return root;
	};
	const shared = new Map(sharedRanges.flatMap((names) => names.map((name) => [name, rootOf(names[0])])));
	const drafts = new Map<string, Draft>();
	const isValue = (name: string): boolean =>
		name !== "" && !facts.constants.has(name) && isFloat(facts.types.get(name) ?? "undefined");
	const draftOf = (name: string): Draft => {
		const root = rootOf(name);
		const key = shared.get(root) ?? root;
		const draft = drafts.get(key) ?? {
			roots: new Set<string>(),
			factors: new Set<string>(),
			types: new Set<Product["type"]>(),
			length: 0,
			isSquare: false,
			others: 0,
			ofConv: false,
			wantsBytes: false,
		};
		drafts.set(key, draft);
		draft.roots.add(root);
		return draft;
	};
	const found: (Timed & { reads: Draft[]; gives: Draft | undefined })[] = [];
	for (const fused of fusedOps) {
		const [node] = fused.nodes;
		const values = (fused.table ? [fused.table.input] : node.inputs).filter(isValue);
		if (fused.table || !isProduct(node)) {
			if (!keepsGrid(fused)) for (const name of values) draftOf(name).others += 1;
			continue;
		}
		const factors = node.inputs.slice(0, 2).filter(isValue);
		const timed = productOf(node, facts);
		for (const name of factors) {
			const draft = draftOf(name);
			draft.factors.add(name);
			draft.types.add(timed.type);
			draft.length = Math.max(draft.length, timed.length);
			draft.isSquare ||= factors.length === 2 && draftOf(factors[0]) === draftOf(factors[1]);
		}
		for (const name of node.inputs.slice(2).filter(isValue)) draftOf(name).others += 1;
		const gives = isValue(fused.output) ? draftOf(fused.output) : undefined;
		if (gives && node.opType === "Conv") {
			gives.ofConv = true;
			gives.wantsBytes ||= timed.type !== "pointwise";
		}
		found.push({ ...timed, reads: factors.map(draftOf), gives });
	}
	for (const { name } of graph.outputs) if (isValue(name)) draftOf(name).others += 1;
	const outputs = new Set(graph.outputs.map(({ name }) => rootOf(name)));
	const kept = (root: string): boolean => assignment.has(root) || fixed.has(root) || outputs.has(root);
	const chosen = [...drafts].filter(
		([, { factors, ofConv, roots }]) => factors.size > 0 || (ofConv && ![...roots].some(kept)),
	);
	const reads = countReads(graph);
	const divided = new Set(
		graph.nodes
			.filter(({ opType, domain }) => opType === "Div" && domain === "")
			.map(({ inputs }) => inputs[0]),
	);
	const dividends = fusedOps.filter(
		({ nodes: [node], output }) =>
			node.opType === "MatMul" &&
			node.inputs.every(isValue) &&
			divided.has(output) &&
			reads.get(output) === 1,
	);
	const indices = new Map(chosen.map(([, draft], k) => [draft, k]));
	return {
		dividends: new Set(dividends.map(({ output }) => output)),
		units: chosen.map(([name, draft]) => unitOf(name, draft, facts, [...draft.roots].some(kept))),
		products: found.map(({ reads, gives, ...timed }) => ({
			...timed,
			reads: reads.map((draft) => indices.get(draft) ?? -1),
			gives: (gives && indices.get(gives)) ?? -1,
		})),
	};
}

function unitOf(name: string, draft: Draft, facts: Facts, isKept: boolean): Unit {
	const { roots, factors, types, length, isSquare, others, wantsBytes } = draft;
	const options: OptionName[] = ["A16W14"];
	const onlyValues = types.size === 1 && types.has("values") && !draft.ofConv;
	const isVariance = isSquare && onlyValues;
	if (types.has("matmul") || types.has("pointwise")) options.push("A16W7");
	if (types.has("conv") || types.has("depthwise") || types.has("pointwise")) options.push("A8W14");
	if (factors.size > 0 && !isVariance) options.push("A8W7");
	if (!isKept && !isVariance && (others > 0 || factors.size === 0)) options.push("A8W7 for all");
	return {
		name,
		roots: isKept ? [] : [...roots],
		factors: [...factors],
		elements: sizeOf(facts.shapes.get(name) ?? [0]),
		others,
		wantsBytes,
		sums: onlyValues ? length : 0,
		options,
	};
}

type Timed = Pick<Product, "work" | "type" | "length" | "isSmall" | "hasDigits">;

function productOf(node: Node, { shapes, constants }: Facts): Timed {
	const [x, w] = node.inputs;
	const results = sizeOf(shapes.get(node.outputs[0]) ?? [0]);
	const weights = shapes.get(w) ?? constants.get(w)?.dims.map(Number) ?? [1];
	if (node.opType === "Conv") {
		const perResult = sizeOf(weights.slice(1));
		const depthwise = weights[1] === 1 && weights[0] > 1;
		const isSmall = isSmallProduct(results * perResult, true);
		const timed = { isSmall, length: perResult, hasDigits: false };
		if (depthwise) return { work: results * perResult * DEPTHWISE, type: "depthwise", ...timed };
		const isMatrix = isPointwise(weights, { group: int(node, "group", 1), pads: ints(node, "pads") ?? [] });
		const type = constants.has(w) ? (isMatrix ? "pointwise" : "conv") : "values";
		return { work: results * perResult, type, ...timed };
	}
	const inner = (shapes.get(x) ?? constants.get(x)?.dims.map(Number) ?? [1]).at(-1) ?? 1;
	const constant = constants.has(w) || constants.has(x);
	const work = results * inner;
	const hasDigits = constants.has(w) && weights.length === 2 && payDigits([inner, sizeOf(weights) / inner]);
	const isSmall = isSmallProduct(work, false);
	return { work, type: constant ? "matmul" : "values", length: inner, isSmall, hasDigits };
}
