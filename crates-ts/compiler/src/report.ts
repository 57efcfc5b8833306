import type { Certificate } from "@umpire/operators/exactness.ts";
import type { Fidelity } from "./fidelity.ts";
import type { Lowered } from "./lower.ts";

export interface OperatorReport {
	readonly index: number;
	/** ONNX node names and types that the operator computes, as shown in Netron. */
	readonly node: string;
	readonly opType: string;
	readonly kind: string;
	readonly form: string;
	readonly shape: readonly number[];
	readonly scale: number;
	/** The float model's value that this operator computes, if it computes one. */
	readonly value?: string;
	/** Largest absolute error against that value, and relative to its range. */
	readonly maxAbs?: number;
	readonly maxRelRange?: number;
}

export interface CompileReport {
	readonly bits: 8 | 16;
	readonly calibration: { readonly sets: number; readonly synthetic: boolean };
	readonly operators: readonly OperatorReport[];
	readonly certificates: readonly Certificate[];
	/** Present if compile was given a way to run the program. */
	readonly fidelity?: Fidelity;
}

export function reportOf(
	lowered: Lowered,
	bits: 8 | 16,
	calibration: CompileReport["calibration"],
	certificates: readonly Certificate[],
	fidelity: Fidelity | undefined,
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
			scale: operator.scale,
			...(value === undefined ? {} : { value }),
			...(loss ? { maxAbs: loss.maxAbs, maxRelRange: loss.maxRelRange } : {}),
		};
	});
	return { bits, calibration, operators, certificates, ...(fidelity ? { fidelity } : {}) };
}

/** Operators with their losses, the largest first. */
export function worstOperators(report: CompileReport, count = 5): OperatorReport[] {
	return report.operators
		.filter((operator) => operator.maxRelRange !== undefined)
		.sort((a, b) => b.maxRelRange! - a.maxRelRange!)
		.slice(0, count);
}
