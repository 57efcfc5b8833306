/** Longest text of one line, in characters; data has a bound of its own. */
export const LONGEST = 2_000;

/**
 * Text from files, chains and nodes as it may reach a terminal: one line, without anything that a terminal or a reader
 * could take for more than text. Control characters (line feeds and the escape of ANSI sequences included), line and
 * paragraph separators, characters that turn the direction of writing or show nothing, and halves of characters become
 * \uXXXX; what is longer than `most` is cut.
 */
export function printable(text: string, most = LONGEST): string {
	const cut = text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
	return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, (character) =>
		[...Array(character.length).keys()]
			.map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`)
			.join(""),
	);
}
