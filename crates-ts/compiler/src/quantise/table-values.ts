import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Graph, ValueInfo } from "@umpire/onnx/model.ts";
import { finerThan, type Precision } from "./scales.ts";

/** A row of more columns is a picture or a sound more likely than a row of a table. */
const MOST_COLUMNS = 256;
/** With more weights or values than this, wider numbers would cost time that somebody notices. */
const MOST_NUMBERS = 2 ** 20;
/** Other rows of a table may reach so many times further than those of calibration. */
const ROOM = 8;

/**
 * Values of a model that reads rows of a table: all that is computed from columns, and from the bins and
 * truth values that they are put into. What is picked by comparisons (the leaves of trees) reaches no further than
 * calibration can tell, and finer steps would show how its weights are rounded. The columns of tables have heavy tails: of ten
 * incomes the eleventh may be several times the largest, and where it was clipped the answer is another
 * one. There is little to compute, so that 32 bits cost little, and leave bits for more room than others have.
 */
export function tableValues(graph: Graph, { ranges, types, shapes, constants }: Facts): string[] {
	if (!graph.inputs.every(isColumns) || !graph.inputs.some(({ type }) => isFloat(type))) return [];
	const sizes = [...[...ranges.keys()].map((name) => shapes.get(name) ?? []), ...shapesOf(constants)];
	if (sizes.reduce((sum, shape) => sum + sizeOf(shape), 0) > MOST_NUMBERS) return [];
	const isNumber = (name: string): boolean => ranges.has(name) && isFloat(types.get(name) ?? "undefined");
	const columns = new Set(graph.inputs.map(({ name }) => name).filter(isNumber));
	/** Truth values and numbers of bins, which become columns again where they become floats. */
	const chosen = new Set<string>();
	for (const { opType, inputs, outputs } of graph.nodes) {
		const picks = opType === "Gather" || opType === "GatherElements" || opType === "GatherND";
		const read = picks ? inputs.slice(0, 1) : inputs;
		if (!read.some((name) => columns.has(name) || chosen.has(name))) continue;
		for (const name of outputs)
			if (isNumber(name)) columns.add(name);
			else chosen.add(name);
	}
	return [...columns];
}

/** Rows of several columns, or single columns of anything: several whole numbers in a row are tokens. */
function isColumns({ dims, type }: ValueInfo): boolean {
	const columns = sizeOf((dims ?? []).slice(1).map(Number));
	return (dims ?? []).length <= 2 && columns <= (isFloat(type) ? MOST_COLUMNS : 1);
}

const shapesOf = (constants: Facts["constants"]): (readonly number[])[] =>
	[...constants.values()].map(({ dims }) => dims);

/** The precision of what a table's model computes. */
export function tablePrecision(precision: Precision, sets: number): Precision {
	const finer = finerThan(precision, sets);
	return { ...finer, margin: finer.margin * ROOM };
}
