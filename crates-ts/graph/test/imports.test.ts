import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const CRATES = join(import.meta.dirname, "..", "..");

/** What every file of the two packages imports of them, types included, by paths below crates-ts. */
const IMPORTS: ReadonlyMap<string, readonly string[]> = new Map(
	["graph/src", "compiler/src"].flatMap((folder) =>
		readdirSync(join(CRATES, folder), { recursive: true, encoding: "utf8" })
			.filter((file) => file.endsWith(".ts"))
			.map((file): [string, string[]] => [`${folder}/${file}`, importsOf(`${folder}/${file}`)]),
	),
);

function importsOf(file: string): string[] {
	const found = readFileSync(join(CRATES, file), "utf8").matchAll(/\bfrom\s+"([^"]+\.ts)"/g);
	return [...found].flatMap(([, path]) => {
		if (path.startsWith(".")) return [normalize(join(dirname(file), path))];
		const [, name, rest] = /^@umpire\/(graph|compiler)\/(.+)$/.exec(path) ?? [];
		return name === undefined ? [] : [`${name}/src/${rest}`];
	});
}

/** A path of imports from a file back to itself; undefined if there is none. */
function circleFrom(start: string): string[] | undefined {
	const seen = new Set<string>();
	const visit = (file: string, path: readonly string[]): string[] | undefined => {
		for (const next of IMPORTS.get(file) ?? []) {
			if (next === start) return [...path, file, next];
			if (seen.has(next)) continue;
			seen.add(next);
			const found = visit(next, [...path, file]);
			if (found) return found;
		}
		return undefined;
	};
	return visit(start, []);
}

describe("imports", () => {
	test("are of files that exist", () => {
		expect(IMPORTS.size).toBeGreaterThan(150);
		for (const [file, imports] of IMPORTS)
			for (const one of imports) expect(IMPORTS.has(one), `${file} imports ${one}`).toBe(true);
	});

	test("go round in no circle", () => {
		const circles = [...IMPORTS.keys()].flatMap((file) => circleFrom(file)?.join(" → ") ?? []);
		expect(circles).toEqual([]);
	});

	test("of the graph package are none of the compiler", () => {
		const up = [...IMPORTS].filter(
			([file, imports]) => file.startsWith("graph/") && imports.some((one) => one.startsWith("compiler/")),
		);
		expect(up).toEqual([]);
	});
});
