import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { expect, it, vi } from "vitest";
import { parse } from "../bin/main.ts";
import { PARTS } from "../docs/site/pages.ts";

/** A command that a document gives, without the program's name. */
interface Given {
	readonly where: string;
	readonly words: readonly string[];
}

/** Documents whose commands are not run as they are written. */
const DOCUMENTS = PARTS.flatMap(({ pages }) => pages).flatMap(({ source, commands }) =>
	commands === "understood" ? [source] : [],
);

/** What lies between the marks of code in a document. */
function codeOf(text: string): string[] {
	const lines = text.split("\n").filter((line) => /^( {4}|\t)|^(\.\/just|umpire) /.test(line));
	return [...lines, ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code)];
}

async function given(): Promise<Given[]> {
	const found: Given[] = [];
	for (const where of DOCUMENTS) {
		for (const code of codeOf(await readFile(join(projectRoot, where), "utf8"))) {
			const command = /^\s*(?:\.\/just )?umpire (.+?)(?: {2,}#.*| # .*)?$/.exec(code)?.[1];
			if (command !== undefined) found.push({ where, words: command.trim().split(/\s+/) });
		}
	}
	const examples = join(projectRoot, "docs", "examples");
	for (const name of await readdir(examples)) {
		const text = await readFile(join(examples, name), "utf8");
		for (const [, words] of text.matchAll(/^ExecStart=.*umpire\.ts (.+)$/gm)) {
			found.push({ where: name, words: words.split(" ") });
		}
		for (const [, list] of text.matchAll(/^ {4}command: (\[.*\])$/gm)) {
			found.push({ where: name, words: JSON.parse(list) as string[] });
		}
	}
	return found;
}

it("every command in the documents and examples is one that is understood", async () => {
	vi.spyOn(console, "log").mockImplementation(() => {});
	const all = await given();
	expect(all.length).toBeGreaterThan(30);
	const wrong: string[] = [];
	for (const { where, words } of all) {
		// Names stand for what a reader gives, brackets for what may be left out, bars for one of several.
		const concrete = words.map((word) =>
			word
				.replace(/^\[|\]$/g, "")
				.replace(/^(N|PORT)$/, "1")
				.replace(/^(?:\u2026|test\|rollup\|mainnet)$/, "test")
				.replace(/^ADDRESS(?==|$)/, `0x${"12".repeat(20)}`)
				.replace(/=LEAST$/, "=1"),
		);
		const [name] = concrete;
		if (concrete.length === 1 || /^[A-Z`]/.test(name)) continue;
		const failure = await parse(concrete).then(
			() => undefined,
			(error: Error) => error.message,
		);
		// A command is named with an option, not given: `umpire submit --most-bonds`.
		if (failure?.startsWith("Not enough non-option arguments") === true) continue;
		if (failure !== undefined) wrong.push(`${where}: umpire ${words.join(" ")}: ${failure}`);
	}
	expect(wrong).toEqual([]);
});

it("every recipe in the documents is one of the justfile", async () => {
	const recipes = [
		...(await readFile(join(projectRoot, "justfile"), "utf8")).matchAll(/^([a-z-]+)(?: [^:\n]*)?:/gm),
	];
	const names = new Set(recipes.map(([, name]) => name));
	expect(names.size).toBeGreaterThan(20);
	const wrong: string[] = [];
	for (const where of DOCUMENTS) {
		for (const code of codeOf(await readFile(join(projectRoot, where), "utf8"))) {
			const name = /^\s*\.\/just ([a-z-]+)/.exec(code)?.[1];
			if (name !== undefined && !names.has(name)) wrong.push(`${where}: ./just ${name}`);
		}
	}
	expect(wrong).toEqual([]);
});
