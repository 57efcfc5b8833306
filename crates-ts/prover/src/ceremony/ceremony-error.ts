import { type ErrorDetails, UmpireError } from "@umpire/errors/umpire-error.ts";

/** A ceremony's transcript is wrong, or does not allow what is asked. */
export class CeremonyError extends UmpireError {
	override readonly name = "CeremonyError";
	/** who contributed what is wrong; undefined if it is nobody's contribution */
	readonly contributor: string | undefined;

	constructor(found: string, details: ErrorDetails & { readonly contributor?: string } = {}) {
		super("CEREMONY", found, details);
		this.contributor = details.contributor;
	}
}
