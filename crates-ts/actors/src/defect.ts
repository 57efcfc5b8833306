import { type Elements, rangeOf } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { describeOperator, elementCount } from "@umpire/operators/tensors.ts";
import { type Random, randomBelow } from "./random.ts";

/** The one number that a dishonest submitter falsifies; `element` in logical (row-major) order. */
export interface Place {
	readonly step: number;
	readonly operator: number;
	readonly element: number;
}

/** A place as people are told of it. */
export function placeText({ step, operator, element }: Place, steps: number): string {
	return `${steps === 1 ? "" : `step ${step}, `}operator ${operator}, element ${element}`;
}

/**
 * Reads `--defect`: OPERATOR:ELEMENT or OPERATOR (an element is drawn) of the first step, or of the
 * step in front of a slash, as in 2/OPERATOR; or "random".
 *
 * @throws UmpireError if there is no such place
 */
export function parseDefect(text: string, program: Program, random: Random): Place {
	const count = program.operators.length;
	if (text === "random") {
		const step = randomBelow(random, program.steps);
		const operator = randomBelow(random, count);
		return { step, operator, element: randomBelow(random, elementCount(program.operators[operator].shape)) };
	}
	const found = /^(?:(\d+)\/)?(\d+)(?::(\d+))?$/.exec(text);
	if (found === null) {
		throw new UmpireError("OPTION", `--defect ${text} is not a place`, {
			advice: "give OPERATOR, OPERATOR:ELEMENT, STEP/OPERATOR:ELEMENT, random or none.",
		});
	}
	const step = Number(found[1] ?? 0);
	if (step >= program.steps) {
		throw new UmpireError(
			"OPTION",
			`--defect: there is no step ${step}; the program has 0 to ${program.steps - 1}.`,
		);
	}
	const operator = Number(found[2]);
	if (operator >= count) {
		throw new UmpireError(
			"OPTION",
			`--defect: there is no operator ${operator}; the program has 0 to ${count - 1}.`,
		);
	}
	const elements = elementCount(program.operators[operator].shape);
	const element = found[3] === undefined ? randomBelow(random, elements) : Number(found[3]);
	if (element >= elements) {
		throw new UmpireError(
			"OPTION",
			`--defect: ${describeOperator(program.operators[operator], operator)} has no element ${element}; it has 0 to ${elements - 1}.`,
		);
	}
	return { step, operator, element };
}

/**
 * The tensor with one element changed by a visible amount: an eighth of the tensor's own range
 * (at least 1), staying inside of what the width holds.
 */
export function falsify(tensor: Elements, spec: TensorSpec, element: number): Elements {
	const bounds = rangeOf(spec.width);
	const low = Math.max(spec.low, bounds.low);
	const high = Math.min(spec.high, bounds.high);
	const step = Math.max(1, Math.round((high - low) / 8));
	const honest = tensor[element];
	const above = Math.min(honest + step, high);
	const below = Math.max(honest - step, low);
	let wrong = above !== honest ? above : below;
	// A tensor of a single admissible value: go out of its range, the width allows it.
	if (wrong === honest) wrong = honest === bounds.high ? honest - 1 : honest + 1;
	const changed = tensor.slice();
	changed[element] = wrong;
	return changed;
}
