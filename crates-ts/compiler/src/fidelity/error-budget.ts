/**
 * What an output's error is measured by:
 *
 * - `natural`: probabilities as they are; anything else relative to the output's range (largest less
 *   least value), or to its magnitude where it hardly varies.
 * - `absolute`: in the output's own units.
 * - `relative`: of every element, relative to itself.
 */
export type Measure = "natural" | "absolute" | "relative";

/** The largest error that outputs may have. */
export interface ErrorBudget {
	readonly measure: Measure;
	/** As a share, or in the output's units. */
	readonly most: number;
}

const PREFIXES: Readonly<Record<string, Measure>> = { abs: "absolute", rel: "relative" };
const FORM = /^(?:(abs|rel):)?(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)(%?)$/i;

/** `1%` and `0.01` (natural), `abs:0.02`, `rel:1%`; undefined for a text that is no budget. */
export function parseBudget(text: string): ErrorBudget | undefined {
	const found = FORM.exec(text.trim());
	if (!found) return undefined;
	const [, prefix = "", digits, percent] = found;
	const measure = PREFIXES[prefix.toLowerCase()] ?? "natural";
	if (measure === "absolute" && percent !== "") return undefined;
	const most = Number(digits) / (percent === "" ? 1 : 100);
	return Number.isFinite(most) ? { measure, most } : undefined;
}

/** A share of the natural measure is given by its number alone. */
export function budgetOf(given: number | ErrorBudget): ErrorBudget {
	return typeof given === "number" ? { measure: "natural", most: given } : given;
}

/** As a user gives it, with what it means. */
export function budgetText({ measure, most }: ErrorBudget): string {
	const percent = `${Number((100 * most).toPrecision(3))} %`;
	if (measure === "absolute") return `${most} in the output's units`;
	if (measure === "relative") return `${percent} of every element`;
	return `${percent} of an output's range, ${Number(most.toPrecision(3))} of a probability`;
}
