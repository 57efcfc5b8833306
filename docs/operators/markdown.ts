/** Text, perhaps with code in backticks, that a table's cell can hold: bars would end it, other signs be markup. */
export function cell(text: string): string {
	const pieces = text.split("`").map((piece, k) => {
		const signs = k % 2 === 0 ? /[|*<>_[\]]/g : /\|/g;
		return piece.replace(signs, (sign) => `\\${sign}`);
	});
	return pieces.join("`");
}

/** A table of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
