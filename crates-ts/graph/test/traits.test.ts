import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OPERATORS } from "@umpire/compiler/onnx-ops/operators.ts";
import { describe, expect, test } from "vitest";
import { has, OPERATORS_WITH_TRAITS, traitsOf } from "../src/traits.ts";

const CRATES = join(import.meta.dirname, "..", "..");
const NAMES = new Set([...OPERATORS_WITH_TRAITS, ...OPERATORS.keys()]);

/** The tables of traits and of operands' roles, the records, which are lists of operators, and the activations that FusedConv may name. */
const EXEMPT = /(graph\/src\/(traits|operand-roles)|onnx-ops\/(.*operators|microsoft\/fused))\.ts$/;

/** Every list of three or more words in a source: the keys of a table of data (not of rules), in brackets, in a string that is split, in a choice of a pattern. */
function lists(source: string): string[][] {
	const brackets = [...source.matchAll(/\[\s*("\w+",?\s*){3,}\]/g)].map(([text]) => text.match(/\w+/g)!);
	const keys = [...source.matchAll(/\{(\s*"?\w+"?: ["'{[\dtf-][^\n]*[^>(],\n){3,}\s*\}/g)].map(([text]) =>
		[...text.matchAll(/^\s*"?(\w+)"?:/gm)].map(([, key]) => key),
	);
	const words = [...source.matchAll(/"(\w+(?: \w+){2,})"/g)].map(([, text]) => text.split(" "));
	const choices = [...source.matchAll(/\((\w+(?:\|\w+){2,})\)/g)].map(([, text]) => text.split("|"));
	return [...brackets, ...keys, ...words, ...choices];
}

/** What a file says of one operator may name some twice (the gates of an LSTM): a list names three at least. */
const isOperators = (list: readonly string[]): boolean =>
	new Set(list).size >= 3 && list.every((word) => NAMES.has(word));

describe("traits", () => {
	test("lists of operators are found in all forms", () => {
		const forms = [
			'new Set(["Add", "Sub",\n\t"Mul"])',
			'"Add Sub Mul".split(" ")',
			"/^(Add|Sub|Mul)$/",
			"{\n\tAdd: [1],\n\tSub: [1, 2],\n\tMul: [],\n}",
			'["Add", "Sub"]',
			'["one", "two", "Mul"]',
		];
		expect(forms.map((source) => lists(source).some(isOperators))).toEqual([
			true,
			true,
			true,
			true,
			false,
			false,
		]);
	});

	test("no other file lists operators", () => {
		const files = ["compiler/src", "graph/src"].flatMap((folder) =>
			readdirSync(join(CRATES, folder), { recursive: true, encoding: "utf8" }).map(
				(file) => `${folder}/${file}`,
			),
		);
		const sources = files.filter((file) => file.endsWith(".ts") && !EXEMPT.test(file));
		expect(sources.length).toBeGreaterThan(100);
		const found = sources.flatMap((file) =>
			lists(readFileSync(join(CRATES, file), "utf8"))
				.filter(isOperators)
				.map((list) => `${file}: ${list.join(" ")}`),
		);
		expect(found, "give these operators a trait in graph/src/traits.ts").toEqual([]);
	});

	test("are those of ONNX's own operators only", () => {
		const node = { opType: "Reshape", domain: "" };
		expect(has(node, "moves", "compares")).toBe(true);
		expect(has(node, "compares")).toBe(false);
		expect(has({ ...node, domain: "com.microsoft" }, "moves")).toBe(false);
		expect([...traitsOf("Nothing")]).toEqual([]);
	});

	test("agree with one another", () => {
		for (const name of OPERATORS_WITH_TRAITS) {
			const node = { opType: name, domain: "" };
			if (has(node, "permutes")) expect(has(node, "views"), name).toBe(true);
			if (has(node, "views")) expect(has(node, "moves"), name).toBe(true);
			if (has(node, "moves")) expect(has(node, "keepsDyadic"), name).toBe(true);
			if (has(node, "tellsShape")) expect(has(node, "shapeOnly"), name).toBe(true);
		}
	});
});
