import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Operator } from "./program.ts";

/** Thrown when no exact way is known to compute an operator for every admissible input. */
export class ExactnessError extends UmpireError {
	override readonly name = "ExactnessError";
	readonly operator: number;
	readonly node: string;

	constructor(index: number, operator: Operator, cause: Error) {
		super(
			"EXACTNESS",
			`operator ${index} (${operator.opType}, node "${operator.node}") cannot be computed exactly: ${cause.message}`,
			{
				cause,
			},
		);
		this.operator = index;
		this.node = operator.node;
	}
}
