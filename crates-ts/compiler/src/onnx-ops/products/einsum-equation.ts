/** Labels of the axes of every operand and of the result; an ellipsis has become labels of its own. */
export interface Equation {
	readonly operands: readonly (readonly string[])[];
	readonly output: readonly string[];
}

/**
 * Reads an einsum equation for operands of the given ranks. The axes of an ellipsis are labelled
 * by their distance from its end, because that is how they broadcast.
 * @throws Error saying what is wrong with the equation
 */
export function parseEquation(equation: string, ranks: readonly number[]): Equation {
	const [left, right, ...rest] = equation.replace(/\s/g, "").split("->");
	const terms = left.split(",");
	if (rest.length > 0) throw new Error("it has more than one arrow");
	if (terms.length !== ranks.length) {
		throw new Error(`it has ${terms.length} terms for ${ranks.length} operands`);
	}
	const operands = terms.map((term, k) => {
		const labels = labelsOf(term, ranks[k] - lettersOf(term).length);
		if (labels.length === ranks[k]) return labels;
		throw new Error(`"${term}" has ${labels.length} labels for an operand of rank ${ranks[k]}`);
	});
	const dots = operands.flat().filter((label) => label.startsWith("."));
	const widest = dots.reduce((most, label) => Math.max(most, Number(label.slice(1)) + 1), 0);
	const output = right === undefined ? implicitOutput(operands, widest) : labelsOf(right, widest);
	for (const [k, label] of output.entries()) {
		if (output.indexOf(label) !== k) throw new Error(`its result has "${label}" twice`);
		if (!operands.some((labels) => labels.includes(label))) throw new Error(`no operand has "${label}"`);
	}
	return { operands, output };
}

function lettersOf(term: string): string[] {
	const letters = [...term.replace("...", "")];
	const wrong = letters.find((letter) => !/[A-Za-z]/.test(letter));
	if (wrong !== undefined) throw new Error(`"${wrong}" is no label`);
	return letters;
}

function labelsOf(term: string, rest: number): string[] {
	const [before, after] = term.split("...");
	if (after === undefined) return lettersOf(term);
	if (rest < 0) throw new Error(`"${term}" has more labels than its operand has axes`);
	const dots = Array.from({ length: rest }, (_, i) => `.${rest - 1 - i}`);
	return [...lettersOf(before), ...dots, ...lettersOf(after)];
}

/** Without an arrow: the ellipsis, then the labels that occur once, in alphabetical order. */
function implicitOutput(operands: readonly (readonly string[])[], widest: number): string[] {
	const all = operands.flat();
	const once = all.filter((label) => !label.startsWith(".") && all.filter((l) => l === label).length === 1);
	return [...Array.from({ length: widest }, (_, i) => `.${widest - 1 - i}`), ...once.sort()];
}
