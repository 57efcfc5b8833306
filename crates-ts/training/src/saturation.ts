import type { Elements, Operator, Program } from "@umpire/operators/program.ts";

/** How many of an operator's elements lay at the end of what its width, or its own bound, holds. */
export interface Saturated {
	readonly operator: number;
	readonly node: string;
	readonly elements: number;
	/** Of so many that were looked at. */
	readonly of: number;
}

/** Kinds that compute numbers; the others hand on what was counted before. */
const COMPUTING = new Set(["Add", "Div", "Dot", "Mul"]);

/** Counts, over many steps, elements that were clipped. */
export class SaturationCount {
	readonly #program: Program;
	readonly #counts: Float64Array;
	readonly #seen: Float64Array;

	constructor(program: Program) {
		this.#program = program;
		this.#counts = new Float64Array(program.operators.length);
		this.#seen = new Float64Array(program.operators.length);
	}

	/** What every operator computed in one step. */
	add(operators: readonly Elements[]): void {
		this.#program.operators.forEach((operator, k) => {
			if (!COMPUTING.has(operator.kind)) return;
			const ends = endsOf(operator);
			for (const value of operators[k]) if (ends.includes(value)) this.#counts[k] += 1;
			this.#seen[k] += operators[k].length;
		});
	}

	/** The operators of which something was clipped, the worst first. */
	get worst(): Saturated[] {
		return this.#program.operators
			.map(({ node }, operator) => ({
				operator,
				node,
				elements: this.#counts[operator],
				of: this.#seen[operator],
			}))
			.filter(({ elements }) => elements > 0)
			.sort((a, b) => b.elements / b.of - a.elements / a.of);
	}
}

/** The ends of a range that follow from its number of bits; one that a clip or a positive value has is none of its grid's. */
function endsOf({ low, high, scale }: Operator): number[] {
	// Whole numbers lie at their ends because they are meant to.
	if (scale === 1) return [];
	return low === -high ? [low, high] : [low, high].filter((end) => FULL.has(Math.abs(end)));
}

const FULL = new Set([2 ** 7 - 1, 2 ** 15 - 1, 2 ** 23 - 1, 2 ** 31 - 1]);
