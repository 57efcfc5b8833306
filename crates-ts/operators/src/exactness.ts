import { certify } from "./certificate/certify.ts";
import type { Program } from "./program.ts";

/**
 * Why one operator never rounds: of all numbers that its body meets, for every admissible input, the one that comes
 * closest to what its type holds exactly is `bound` units large (a unit being what all numbers there are multiples
 * of), below `limit`: 2^24 in float32, 2^53 in float64, 2^52 for what is divided.
 */
export interface Certificate {
	readonly operator: number;
	readonly plan: string;
	readonly bound: number;
	readonly limit: number;
}

/**
 * The exactness certificate, computed from the program alone, by walking the bodies that are run
 * (certificate/walk.ts): program inputs count with the full range of their width, constants with their elements,
 * operators with what they enforce.
 * @throws ExactnessError naming the first operator without an exact plan.
 */
export function exactnessOf(program: Program): Certificate[] {
	return certify(program).map(({ plan, reach }, operator) => ({ operator, plan, ...reach }));
}
