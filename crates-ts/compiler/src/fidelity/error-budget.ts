/**
 * What an output's error is measured by:
 *
 * - `natural`: probabilities as they are; anything else relative to the output's range (largest less
 *   least value), or to its magnitude where it hardly varies.
 * - `absolute`: in the output's own units.
 * - `relative`: of every element, relative to itself.
 * - `mean`: as natural, of the mean error instead of the largest.
 * - `points`: what is lost in accuracy on labelled samples.
 */
export type Measure = "natural" | "absolute" | "relative" | "mean" | "points";

/** The largest error that outputs may have. */
export interface ErrorBudget {
	readonly measure: Measure;
	/** As a share, or in the output's units. */
	readonly most: number;
}

const PREFIXES: Readonly<Record<string, Measure>> = {
	abs: "absolute",
	rel: "relative",
	mean: "mean",
	points: "points",
};
const FORM = /^(?:(abs|rel|mean|points):)?(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)(%?)$/i;

/** Whether another largest element of a row is an error by itself: not where many are judged together. */
export const keepsArgmax = ({ measure }: Pick<ErrorBudget, "measure">): boolean =>
	measure !== "mean" && measure !== "points";

/** `1%` and `0.01` (natural), `abs:0.02`, `rel:1%`, `mean:0.1%`, `points:0.5` (of 100); undefined for a text that is no budget. */
export function parseBudget(text: string): ErrorBudget | undefined {
	const found = FORM.exec(text.trim());
	if (!found) return undefined;
	const [, prefix = "", digits, percent] = found;
	const measure = PREFIXES[prefix.toLowerCase()] ?? "natural";
	if (measure === "absolute" && percent !== "") return undefined;
	// No budget at all is 0 by the other measures; by this one it would be one that is always met.
	if (measure === "points" && (percent !== "" || Number(digits) === 0)) return undefined;
	const most = Number(digits) / (percent === "" && measure !== "points" ? 1 : 100);
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
	if (measure === "mean") return `${percent} of an output's range in the mean, of a probability as it is`;
	if (measure === "points") {
		const points = Number((100 * most).toPrecision(3));
		return `${points} ${points === 1 ? "point" : "points"} of accuracy`;
	}
	return `${percent} of an output's range, ${Number(most.toPrecision(3))} of a probability`;
}

/** The smallest budget of two digits that allows an error, as --budget takes it: `2.2%`, `abs:0.03`, `points:1.5`. */
export function budgetAllowing(measure: Measure, error: number): string {
	const number = (value: number): string => {
		const digit = 10 ** (Math.floor(Math.log10(value || 1e-9)) - 1);
		// One more than the digits that are cut off: the error itself was rounded.
		return String(Number(((Math.floor(value / digit) + 1) * digit).toPrecision(2)));
	};
	if (measure === "absolute") return `abs:${number(error)}`;
	if (measure === "points") return `points:${number(100 * error)}`;
	const prefix = { natural: "", relative: "rel:", mean: "mean:" }[measure];
	return `${prefix}${number(100 * error)}%`;
}
