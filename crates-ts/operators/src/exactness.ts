import { planOf } from "./plans.ts";
import type { Program } from "./program.ts";

/**
 * Why one operator never rounds: every integer that its arithmetic meets stays at or below `bound`,
 * which is below `limit` (2^24 in float32, 2^53 in float64), for every admissible input.
 */
export interface Certificate {
	readonly operator: number;
	readonly plan: string;
	readonly bound: number;
	readonly limit: number;
}

/**
 * The exactness certificate, computed from the program alone: program inputs count with the full
 * range of their width, constants with their elements, operators with what they enforce.
 * @throws ExactnessError naming the first operator without an exact plan.
 */
export function exactnessOf(program: Program): Certificate[] {
	return program.operators.map((_, operator) => {
		const { name, bound, limit } = planOf(program, operator).plan;
		return { operator, plan: name, bound, limit };
	});
}
