import type { Certificate } from "@umpire/operators/exactness.ts";
import type { Built } from "../build.ts";
import type { PassReport } from "../passes/pass.ts";
import type { Reason } from "../quantise/assign.ts";
import type { RangeMethod } from "../quantise/calibration.ts";
import type { WidthReport } from "../widths/choose.ts";
import type { BudgetReport } from "./budget.ts";
import { budgetAllowing, budgetText, type ErrorBudget, type Measure } from "./error-budget.ts";
import { errorBy, misplaces, worstElement } from "./judge.ts";
import type { Fidelity, OutputFidelity } from "./measure.ts";

export interface OperatorReport {
	readonly index: number;
	/** ONNX node names and types that the operator computes, as shown in Netron. */
	readonly node: string;
	readonly opType: string;
	readonly kind: string;
	readonly form: string;
	readonly shape: readonly number[];
	readonly width: number;
	readonly scale: number;
	/** The float model's value that this operator computes, if it computes one. */
	readonly value?: string;
	/**
	 * The largest absolute error against that value, and relative to its range: what this operator
	 * and all before it lost together.
	 */
	readonly maxAbs?: number;
	readonly maxRelRange?: number;
	/** What of maxRelRange its operands had already. */
	readonly inherited?: number;
	/** Share of its elements that would be beyond what its integers reach. */
	readonly saturated?: number;
}

export interface CompileReport {
	readonly bits: 8 | 16;
	readonly calibration: {
		readonly sets: number;
		readonly synthetic: boolean;
		readonly ranges: RangeMethod;
	};
	/** Inputs that decide shapes: constants of the program, with their values in the calibration inputs. */
	readonly fixedInputs: readonly string[];
	readonly operators: readonly OperatorReport[];
	readonly certificates: readonly Certificate[];
	/** Values of the model whose quantisation does not follow from their range alone, and why. */
	readonly grids: readonly { readonly value: string; readonly reasons: readonly Reason[] }[];
	/** What every pass changed, in order. */
	readonly passes: readonly PassReport[];
	/** Present if compile was given a way to run the program. */
	readonly fidelity?: Fidelity;
	/** Present if compile was given an error budget besides. */
	readonly budget?: BudgetReport;
	/** Present if widths were chosen by measured loss. */
	readonly widths?: WidthReport;
}

export function reportOf(
	{ lowered, certificates, fidelity, budget, widths }: Built,
	facts: Pick<CompileReport, "bits" | "calibration" | "fixedInputs" | "passes">,
): CompileReport {
	const { program, origins, assignment } = lowered;
	const operators = program.operators.map((operator, index): OperatorReport => {
		const loss = fidelity?.operators[index];
		const value = origins[index];
		return {
			index,
			node: operator.node,
			opType: operator.opType,
			kind: operator.kind,
			form: operator.form.type,
			shape: operator.shape,
			width: operator.width,
			scale: operator.scale,
			...(value === undefined ? {} : { value }),
			...(loss
				? {
						maxAbs: loss.maxAbs,
						maxRelRange: loss.maxRelRange,
						inherited: loss.inherited,
						saturated: loss.saturated,
					}
				: {}),
		};
	});
	return {
		...facts,
		operators,
		grids: [...assignment].map(([value, { reasons }]) => ({ value, reasons })),
		certificates,
		...(fidelity ? { fidelity } : {}),
		...(budget ? { budget } : {}),
		...(widths ? { widths } : {}),
	};
}

/** What an operator lost itself, beyond what its operands had lost already. */
function ownLoss({ maxRelRange = 0, inherited = 0 }: OperatorReport): number {
	return maxRelRange - inherited;
}

/** The operators that lose most themselves, the largest loss first. */
export function worstOperators(report: CompileReport, count = 5): OperatorReport[] {
	return report.operators
		.filter((operator) => ownLoss(operator) > 0)
		.sort((a, b) => ownLoss(b) - ownLoss(a))
		.slice(0, count);
}

/** An error below this share of a tensor's range is nothing to act on. */
const NEGLIGIBLE_LOSS = 1e-3;

/** What a user can do about an operator's loss; undefined if there is nothing to be done about it. */
export function adviceFor(operator: OperatorReport, report: CompileReport): string | undefined {
	const { bits, budget, calibration } = report;
	if (ownLoss(operator) < NEGLIGIBLE_LOSS) return undefined;
	if (operator.saturated && calibration.ranges !== "min-max") return "values are clipped: --ranges min-max";
	if (operator.width !== bits) return undefined;
	if (bits === 8) return "8 bits are coarse: --bits 16";
	if (budget?.met === false) return undefined;
	return budget === undefined ? "a --budget gives it more bits" : "a smaller --budget gives it more bits";
}

/** Why a program misses its error budget, in one line: the output, by how much, and what limits it; undefined if it does not. */
export function missedBudget({ budget, fidelity, operators, bits }: CompileReport): string | undefined {
	if (!budget || budget.met || !fidelity) return undefined;
	const errorOf = (one: OutputFidelity): number =>
		misplaces(one, budget.budget) ? Number.POSITIVE_INFINITY : errorBy(one, budget.budget);
	const [worst] = fidelity.outputs.toSorted((a, b) => errorOf(b) - errorOf(a));
	const element = worstElement(worst, budget.budget);
	const { labelled } = worst;
	const what =
		budget.budget.measure === "points" && labelled !== undefined
			? `${labelled.found} of ${labelled.rows} labelled samples are right, ${labelled.expected} in float`
			: misplaces(worst, budget.budget)
				? `the largest element of output "${worst.name}" is another in ${(100 * (1 - worst.argmaxAgrees)).toPrecision(2)} % of its rows, which are classes: ${worst.rows.why}`
				: `output "${worst.name}" is off by up to ${element ? Number(element.absolute.toPrecision(3)) : 0}`;
	const [limit] = budget.limits;
	const node = operators.find(({ value }) => value === limit?.value)?.node;
	const where = node ? `${limit?.value} (node ${node})` : `${limit?.value}`;
	const why = limit
		? `; most of it arises at ${where}, ${(100 * limit.loss).toPrecision(2)} % of its range: ${limit.reason}`
		: "";
	const help =
		bits === 8
			? "--bits 16 is finer"
			: `more calibration inputs may help, ${loosened(fidelity.outputs, budget.budget)}`;
	return `the error budget (${budgetText(budget.budget)}) is missed: ${what}${why}; ${help}`;
}

/** The option with which the program is within its budget. */
function loosened(outputs: readonly OutputFidelity[], { measure }: ErrorBudget): string {
	const largest = (by: Measure): number => Math.max(...outputs.map((one) => errorBy(one, { measure: by })));
	const mean = budgetAllowing("mean", largest("mean"));
	if (outputs.some((one) => misplaces(one, { measure })))
		return `--budget ${mean} does not ask which element is the largest`;
	const error = largest(measure);
	// Of what should be 0 any error is too large.
	if (error === Number.POSITIVE_INFINITY) return `--budget ${mean} allows it`;
	return `--budget ${budgetAllowing(measure, error)} allows it`;
}
