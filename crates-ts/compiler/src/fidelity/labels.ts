import { CompileError } from "@umpire/graph/errors.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ErrorBudget } from "./error-budget.ts";

/** Which class each row of an output is of, for every calibration set. */
export interface Labels {
	/** Name of the output whose rows, along its last axis, hold a score for every class. */
	readonly output: string;
	/** Per calibration set a class, 0 and up, for every row of the output. */
	readonly sets: readonly (readonly number[])[];
}

/**
 * Checks labels against what they are labels of.
 *
 * @throws CompileError if the budget needs labels that are not there, or they do not fit output or sets
 */
export function requireLabels(
	labels: Labels | undefined,
	budget: ErrorBudget | undefined,
	{ outputs, operators }: Program,
	sets: number,
): void {
	if (labels === undefined) {
		if (budget?.measure !== "points") return;
		throw new CompileError("an error budget in points of accuracy needs labels of the samples", {
			hint: "Give --labels FILE, a class for every sample in order",
		});
	}
	const names = outputs.map(({ name }) => `"${name}"`).join(", ");
	const output = outputs.find(({ name }) => name === labels.output);
	if (output === undefined) {
		throw new CompileError(`labels are of output "${labels.output}", which the model does not have`, {
			hint: `Its outputs are ${names}`,
		});
	}
	if (labels.sets.length !== sets) {
		throw new CompileError(`there are labels of ${labels.sets.length} samples, and ${sets} samples`, {
			hint: "Give labels of all samples, in the order of --calibrate",
		});
	}
	const { shape } = operators[output.operator];
	const classes = shape.at(-1) ?? 1;
	const rows = shape.reduce((a, b) => a * b, 1) / classes;
	if (classes < 2) {
		throw new CompileError(`output "${labels.output}" has one number a row: no class is its largest`, {
			hint: `Name an output with a score for every class by --labels-of (there are ${names})`,
		});
	}
	for (const [k, set] of labels.sets.entries()) {
		if (set.length !== rows) {
			throw new CompileError(
				`sample ${k + 1} has ${set.length} labels, and ${rows} rows of output "${labels.output}"`,
				{ hint: "Give a label for each row" },
			);
		}
		const wrong = set.find((label) => !Number.isInteger(label) || label < 0 || label >= classes);
		if (wrong !== undefined) {
			throw new CompileError(`a label of sample ${k + 1} is ${wrong}; classes are 0 … ${classes - 1}`, {
				hint: `Name the output that they are of by --labels-of (there are ${names})`,
			});
		}
	}
}
