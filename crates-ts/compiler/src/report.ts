import type { Certificate } from "@umpire/operators/exactness.ts";
import type { BudgetReport } from "./budget.ts";
import type { Built } from "./build.ts";
import type { RangeMethod } from "./calibration.ts";
import type { Fidelity } from "./fidelity.ts";

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
	/** Present if compile was given a way to run the program. */
	readonly fidelity?: Fidelity;
	/** Present if compile was given an error budget besides. */
	readonly budget?: BudgetReport;
}

export function reportOf(
	{ lowered, certificates, fidelity, budget }: Built,
	facts: Pick<CompileReport, "bits" | "calibration" | "fixedInputs">,
): CompileReport {
	const { program, origins } = lowered;
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
			...(loss ? { maxAbs: loss.maxAbs, maxRelRange: loss.maxRelRange, saturated: loss.saturated } : {}),
		};
	});
	return {
		...facts,
		operators,
		certificates,
		...(fidelity ? { fidelity } : {}),
		...(budget ? { budget } : {}),
	};
}

/** Operators with their losses, the largest first; of several that compute one value only the first. */
export function worstOperators(report: CompileReport, count = 5): OperatorReport[] {
	const seen = new Set<string>();
	return report.operators
		.filter(({ maxRelRange }) => maxRelRange !== undefined && maxRelRange > 0)
		.sort((a, b) => b.maxRelRange! - a.maxRelRange!)
		.filter(({ value, node }) => {
			const key = value ?? node;
			if (seen.has(key)) return false;
			seen.add(key);
			return true;
		})
		.slice(0, count);
}
