import type { CompileReport } from "@umpire/compiler/fidelity/report.ts";

/** On what ranges were measured, and how. */
export function calibrationText({ sets, synthetic, ranges }: CompileReport["calibration"]): string {
	return `on ${sets} ${synthetic ? "synthetic " : ""}input${sets === 1 ? "" : "s"}, ranges by ${ranges}`;
}
