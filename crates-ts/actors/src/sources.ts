import { UmpireError } from "@umpire/errors/umpire-error.ts";

/**
 * The addresses of `--fetch`, else of the environment.
 *
 * @throws UmpireError if one is none
 */
export function sourcesOf(given: readonly string[] = (process.env.UMPIRE_FETCH ?? "").split(",")): string[] {
	const list = given.flatMap((text) => text.split(",")).map((text) => text.trim());
	return list
		.filter((text) => text !== "")
		.map((text) => {
			if (URL.canParse(text) && /^https?:/.test(text)) return text;
			throw new UmpireError("OPTION", `--fetch ${text} is no address`, {
				advice: "give one such as https://example.org/umpire, which serves programs/ and inputs/.",
			});
		});
}
