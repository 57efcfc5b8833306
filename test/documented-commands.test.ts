import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { expect, it, vi } from "vitest";
import { parse } from "../bin/main.ts";

/** A command that a document gives, without the program's name. */
interface Given {
	readonly where: string;
	readonly words: readonly string[];
}

const DOCUMENTS = [
	...["README.md", "CONTRIBUTING.md"],
	...[
		"operations",
		"dapp",
		"training",
		"grid",
		"bounties",
		"recipes",
		"runbook",
		"storage",
		"farm",
		"deployment",
		"governance",
		"ceremony",
		"releases",
	].map((name) => `docs/${name}.md`),
];

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
		// Names stand for what a reader gives.
		const concrete = words.map((word) => word.replace(/^(N|PORT)$/, "1"));
		const [name] = concrete;
		if (concrete.length === 1 || /^[A-Z`]/.test(name)) continue;
		const failure = await parse(concrete).then(
			() => undefined,
			(error: Error) => error.message,
		);
		if (failure !== undefined) wrong.push(`${where}: umpire ${words.join(" ")}: ${failure}`);
	}
	expect(wrong).toEqual([]);
});
