import { CompileError } from "@umpire/graph/errors.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { subgraphsOf } from "@umpire/graph/subgraphs.ts";
import { has } from "@umpire/graph/traits.ts";
import { qualifiedName, readsOf } from "@umpire/graph/uses.ts";
import type { Graph, Model, Tensor } from "@umpire/onnx/model.ts";

/**
 * Operands that say what an operator does (axes, sizes, how often) rather than what it does it
 * to. A program has them as part of its structure.
 */
const STRUCTURAL: Readonly<Record<string, readonly number[]>> = {
	AffineGrid: [1],
	BlackmanWindow: [0],
	CenterCropPad: [1],
	Col2Im: [1, 2],
	Compress: [1],
	ConstantOfShape: [0],
	CumProd: [1],
	CumSum: [1],
	DFT: [1, 2],
	Dropout: [1, 2],
	Expand: [1],
	HammingWindow: [0],
	HannWindow: [0],
	Loop: [0, 1],
	MaxUnpool: [2],
	MelWeightMatrix: [0, 1, 2, 3, 4],
	NonMaxSuppression: [2, 3, 4],
	OneHot: [1],
	Pad: [1, 2, 3],
	Range: [0, 1, 2],
	ReduceL1: [1],
	ReduceL2: [1],
	ReduceLogSum: [1],
	ReduceLogSumExp: [1],
	ReduceMax: [1],
	ReduceMean: [1],
	ReduceMin: [1],
	ReduceProd: [1],
	ReduceSum: [1],
	ReduceSumSquare: [1],
	Reshape: [1],
	Resize: [1, 2, 3],
	STFT: [1, 3],
	SequenceAt: [1],
	SequenceErase: [1],
	SequenceInsert: [2],
	Slice: [1, 2, 3, 4],
	Split: [1],
	SplitToSequence: [1],
	Squeeze: [1],
	Tile: [1, 2],
	TopK: [1],
	Trilu: [1],
	Unsqueeze: [1],
	Upsample: [1],
	"com.microsoft.ConvTransposeWithDynamicPads": [2],
	"com.microsoft.ExpandDims": [1],
	"com.microsoft.GroupQueryAttention": [6],
	"com.microsoft.Pad": [1, 2],
};

/** Scales and zero points, which belong to the structure where they are inputs themselves. */
const GRIDS: Readonly<Record<string, readonly number[]>> = {
	DequantizeLinear: [1, 2],
	QLinearConv: [1, 2, 4, 5, 6, 7],
	QLinearMatMul: [1, 2, 4, 5, 6, 7],
	QuantizeLinear: [1, 2],
};

export interface FixedInputs {
	readonly model: Model;
	readonly sets: readonly (readonly Tensor[])[];
	/** The inputs that became constants. */
	readonly fixed: ReadonlyMap<string, Tensor>;
}

/**
 * Makes constants of the inputs that decide the program's structure (axes, sizes, trip counts:
 * at most one axis), say which branch is taken (a number and nothing else, in all sets the same: the
 * other branches need not suit the inputs' sizes) or have no elements, with their values in the
 * calibration inputs `sets`, as fixShapes does with open dimensions. Without calibration inputs the model stays as it is.
 * @throws CompileError if the calibration inputs disagree about one
 */
export function fixInputs(model: Model, sets: readonly (readonly Tensor[])[]): FixedInputs {
	const { graph } = model;
	const fixed = new Map<string, Tensor>();
	if (sets.length === 0) return { model, sets, fixed };
	const structural = upstreamOf(graph, operandsIn(graph, STRUCTURAL));
	const direct = new Set([...operandsIn(graph, STRUCTURAL), ...operandsIn(graph, GRIDS)]);
	const grids = new Set(operandsIn(graph, GRIDS));
	for (const [k, { name }] of graph.inputs.entries()) {
		const first = sets[0][k];
		// What a float decides through other operators, it decides as a number among others.
		const reaches = isFloat(first.type) ? direct.has(name) : structural.has(name) || direct.has(name);
		const decides = reaches && (first.dims.length <= 1 || grids.has(name));
		const differs = sets.some((set) => !sameTensor(set[k], first));
		const branches = !differs && isNumber(first) && onlyBranches(graph, name);
		if (first.type === "string" || !(decides || branches || sizeOf(first.dims) === 0)) continue;
		if (differs) {
			throw new CompileError(`input "${name}" decides shapes, and differs between the calibration inputs`, {
				hint: "Compile one program for each of its values",
			});
		}
		fixed.set(name, first);
	}
	if (fixed.size === 0) return { model, sets, fixed };
	const stays = graph.inputs.map(({ name }) => !fixed.has(name));
	return {
		model: {
			...model,
			graph: {
				...graph,
				inputs: graph.inputs.filter((_, k) => stays[k]),
				initializers: new Map([...graph.initializers, ...fixed]),
			},
		},
		sets: sets.map((set) => set.filter((_, k) => stays[k])),
		fixed,
	};
}

function operandsIn(graph: Graph, table: Readonly<Record<string, readonly number[]>>): string[] {
	return graph.nodes.flatMap((node) => {
		const name = qualifiedName(node);
		const positions = Object.hasOwn(table, name) ? table[name] : [];
		return [
			...positions.map((k) => node.inputs[k] ?? ""),
			...subgraphsOf(node).flatMap((inner) => operandsIn(inner, table)),
		];
	});
}

/** The named values and all that they are computed from. */
function upstreamOf(graph: Graph, names: readonly string[]): Set<string> {
	const found = new Set(names);
	for (const node of graph.nodes.toReversed()) {
		// A shape is fixed, whatever the elements of its operand are.
		if (has(node, "tellsShape")) continue;
		if (node.outputs.some((name) => name !== "" && found.has(name)))
			for (const name of readsOf(node)) found.add(name);
	}
	return found;
}

/** One whole number: a sample rate, a mode. */
function isNumber({ type, dims }: Tensor): boolean {
	return /^u?int/.test(type) && sizeOf(dims) === 1;
}

/** Whether nothing is done with a value but to choose between branches of Ifs. */
function onlyBranches(graph: Graph, name: string): boolean {
	const derived = new Set([name]);
	let chooses = false;
	for (const node of graph.nodes) {
		const reads = readsOf(node).filter((one) => derived.has(one));
		if (reads.length === 0) continue;
		if (node.domain === "" && node.opType === "If") {
			if (reads.length > 1 || reads[0] !== node.inputs[0]) return false;
			chooses = true;
		} else for (const output of node.outputs) derived.add(output);
	}
	return chooses && !graph.outputs.some((output) => derived.has(output.name));
}

function sameTensor(a: Tensor, b: Tensor): boolean {
	return a.type === b.type && String(a.dims) === String(b.dims) && String(a.data) === String(b.data);
}
