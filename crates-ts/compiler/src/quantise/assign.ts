import type { Facts } from "@umpire/graph/facts.ts";
import type { Range } from "@umpire/graph/ranges.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import type { Needs } from "../powers/needs.ts";
import { comparedQuantisations } from "./compared.ts";
import { valuesOnDyadicGrids } from "./dyadic-grids.ts";
import { joinedOutputs } from "./joined-outputs.ts";
import type { Pin } from "./pin.ts";
import { pinnedQuantisation, pinnedValues, pinsBefore } from "./pins.ts";
import {
	boundsFor,
	dyadicQuantisation,
	type Precision,
	type Quantisation,
	quantisationOf,
	wideQuantisationOf,
} from "./scales.ts";
import { wideInputs } from "./wide-inputs.ts";
import { wideValues } from "./wide-values.ts";

/** ONNX values with a precision other than the program's. */
export type PrecisionOverrides = ReadonlyMap<string, Precision>;

/** Why a value does not simply have its range on the program's bits. */
export type Reason = keyof typeof REASONS;

/** What each reason means. */
export const REASONS = {
	compared: "rounded, or compared with constants or other inputs, with which it shares a grid",
	moved: "moved to outputs that lie close together, or compared: 32 bits of its range",
	wide: "its small numbers matter as much as its large ones, or a reader needs finer steps: 32 bits",
	joined: "joined of pieces of unlike size and moved to outputs: 32 bits",
	budget: "more bits, to meet the error budget",
	fast: "bytes, for integer kernels: the error budget allows it",
	pinned: "carried from step to step, or on the way there: as many bits as the caller says",
	dyadic: "may lie exactly between two results: the step of its grid is a power of two",
} as const;

/** How a value is quantised, as far as that is decided before its operator is lowered. */
export interface Assigned {
	readonly reasons: readonly Reason[];
	/** The whole grid, of inputs and of constants that are compared. */
	readonly fixed?: Quantisation;
	/** Its own precision instead of the program's. */
	readonly precision?: Precision;
	readonly wide: boolean;
	/** Bits that the caller demands. */
	readonly pinned?: Pin;
	readonly dyadic: boolean;
}

/** The values whose quantisation does not follow from range and precision alone. */
export type Assignment = ReadonlyMap<string, Assigned>;

const PLAIN: Assigned = { reasons: [], wide: false, dyadic: false };

export interface AssignOptions {
	readonly precision: Precision;
	readonly overrides: PrecisionOverrides;
	/** How fine values have to be. */
	readonly needs: Needs;
}

/** The same with values that are bytes (widths/). */
export function withBytes(assignment: Assignment, bytes: PrecisionOverrides): Assignment {
	const added = [...bytes].map(([name, precision]): [string, Assigned] => {
		const known = assignment.get(name) ?? PLAIN;
		return [name, { ...known, precision, reasons: [...known.reasons, "fast"] }];
	});
	return new Map([...assignment, ...added]);
}

/**
 * The same where measured loss decides: without 32 bits for the sake of finer steps, which make products slow. What
 * is never negative keeps them: it is divided by, and its small numbers matter as much as its large ones.
 */
export function withoutFinerSteps(assignment: Assignment, { ranges }: Facts): Assignment {
	const isFiner = ([name, { reasons }]: readonly [string, Assigned]): boolean =>
		reasons.every((reason) => reason === "wide") && (ranges.get(name)?.low ?? 0) < 0;
	return new Map([...assignment].filter((entry) => !isFiner(entry)));
}

/** Decides for every value of a graph how it is quantised, with the reasons; what is not in the map has none. */
export function assign(
	graph: Graph,
	fusedOps: readonly FusedOp[],
	facts: Facts,
	{ precision, overrides, needs }: AssignOptions,
): Assignment {
	const assignment = new Map<string, Assigned>();
	const add = (name: string, reason: Reason, how: Partial<Assigned>): void => {
		const known = assignment.get(name) ?? PLAIN;
		assignment.set(name, { ...known, ...how, reasons: [...known.reasons, reason] });
	};
	const compared = comparedQuantisations(graph, facts, precision, overrides);
	for (const [name, fixed] of compared) add(name, "compared", { fixed });
	for (const [name, fixed] of wideInputs(graph, fusedOps, facts, precision))
		if (!compared.has(name)) add(name, "moved", { fixed });
	for (const name of wideValues(graph, fusedOps, facts, { precision, needs }))
		add(name, "wide", { wide: true });
	for (const name of joinedOutputs(graph, facts, precision)) add(name, "joined", { wide: true });
	for (const [name, finer] of overrides) add(name, "budget", { precision: finer });
	const pins = pinsBefore(graph, facts, precision.pins ?? new Map());
	for (const [name, pinned] of pins) add(name, "pinned", { pinned });
	for (const name of precision.pins ? pinnedValues(facts) : valuesOnDyadicGrids(graph.nodes, facts))
		add(name, "dyadic", { dyadic: true });
	return assignment;
}

/**
 * Quantisation of a float value with the calibrated `range`; `bounds` and `natural` as in
 * quantisationOf. What is wide has 32 bits, whatever a budget says.
 */
export function assignedQuantisation(
	{ precision, wide, dyadic, pinned }: Assigned = PLAIN,
	range: Range,
	program: Precision,
	bounds: Range,
	natural: number,
): Quantisation {
	const off = dyadic && !Number.isInteger(Math.log2(natural));
	const below = program.pins && natural > 0 ? 2 ** Math.floor(Math.log2(natural)) : 0;
	const finest = off ? below : natural;
	const own = pinned
		? pinnedQuantisation(pinned, range, program, bounds, finest)
		: wide
			? wideQuantisationOf(range, precision ?? program, bounds, finest)
			: quantisationOf(range, precision ?? program, boundsFor(precision ?? program, bounds), finest);
	return dyadic ? dyadicQuantisation(own, bounds) : own;
}
