import type { Elements, Program } from "@umpire/operators/program.ts";
import type { ProgramSession } from "./executable.ts";

/** How many elements of an operator were clipped. */
export interface Clipped {
	readonly operator: number;
	readonly elements: number;
	/** Of so many, in all steps. */
	readonly of: number;
}

/** Counts what lies at the ends of grids that calibration set: nothing else says that a number within a program was clipped. */
export class ClipCount {
	readonly #program: Program;
	readonly #counts: Float64Array;
	readonly #seen: Float64Array;

	constructor(program: Program) {
		this.#program = program;
		this.#counts = new Float64Array(program.operators.length);
		this.#seen = new Float64Array(program.operators.length);
	}

	/** What every operator computed in one step, or in several, one after the other. */
	add(recorded: readonly Elements[]): void {
		const { operators } = this.#program;
		for (const [place, elements] of recorded.entries()) {
			const index = place % operators.length;
			const { open, low, high } = operators[index];
			if (open === undefined) continue;
			const least = open === "high" ? Number.NEGATIVE_INFINITY : low;
			const most = open === "low" ? Number.POSITIVE_INFINITY : high;
			let count = 0;
			for (let i = 0; i < elements.length; i++) if (elements[i] <= least || elements[i] >= most) count += 1;
			this.#counts[index] += count;
			this.#seen[index] += elements.length;
		}
	}

	/** The operators of which something was clipped, in the order in which they are computed. */
	get found(): Clipped[] {
		return [...this.#counts.entries()]
			.filter(([, elements]) => elements > 0)
			.map(([operator, elements]) => ({ operator, elements, of: this.#seen[operator] }));
	}
}

/** The session, whose traces are counted too. */
export function counting(session: ProgramSession, count: ClipCount): ProgramSession {
	return {
		...session,
		async *steps(inputs, from) {
			for await (const result of session.steps(inputs, from)) {
				if (result.operators) count.add(result.operators);
				yield result;
			}
		},
		async run(inputs) {
			const result = await session.run(inputs);
			if (result.operators) count.add(result.operators);
			return result;
		},
	};
}
