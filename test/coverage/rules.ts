import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import type { Share } from "./statements.ts";

/** Packages that say the rules: the game, the markets around it, what is hashed, and what operators compute. */
export const RULES = ["commitment", "game", "markets", "operators"] as const;
/** What plays the rules. */
const TESTS = [
	...RULES.map((name) => `crates-ts/${name}/test`),
	"test/game/agreement.test.ts",
	"test/game/rules.test.ts",
	"test/game/requests.test.ts",
	...["grid", "network", "bounty", "attester"].map((name) => `test/markets/${name}-agreement.test.ts`),
	"test/libraries/cones.test.ts",
];

/** What was run of one package. */
export interface PackageCoverage {
	readonly name: string;
	readonly lines: Share;
	readonly branches: Share;
	readonly functions: Share;
	/** files of which not all branches were run */
	readonly files: readonly { readonly file: string; readonly branches: Share }[];
}

export interface RuleCoverage {
	readonly packages: readonly PackageCoverage[];
	readonly passed: boolean;
}

/** Runs the tests of the packages with the rules under V8's own counters. */
export function ruleCoverage(tests: readonly string[] = TESTS): RuleCoverage {
	const folder = mkdtempSync(join(tmpdir(), "umpire-coverage-"));
	try {
		const words = [
			"--coverage",
			"--coverage.provider=v8",
			`--coverage.include=crates-ts/{${RULES.join(",")}}/src/**/*.ts`,
			"--coverage.reporter=json-summary",
			"--coverage.reportOnFailure",
			`--coverage.reportsDirectory=${folder}`,
		];
		const command = join(projectRoot, "node_modules", "vitest", "vitest.mjs");
		const { status } = spawnSync(process.execPath, [command, "run", ...words, ...tests], {
			cwd: projectRoot,
			// What they print is no result.
			stdio: ["ignore", 2, 2],
		});
		const text = readFileSync(join(folder, "coverage-summary.json"), "utf8");
		return { packages: packagesOf(JSON.parse(text) as Summary, projectRoot), passed: status === 0 };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** A summary of files, as istanbul writes it, by packages. */
export function packagesOf(summary: Summary, root: string): PackageCoverage[] {
	const files = Object.entries(summary)
		.filter(([path]) => path !== "total")
		.map(([path, counts]) => ({ file: relative(root, path).replaceAll("\\", "/"), counts }));
	return RULES.map((name) => {
		const own = files.filter(({ file }) => file.startsWith(`crates-ts/${name}/`));
		const sum = (of: keyof Counts): Share => ({
			run: own.reduce((total, { counts }) => total + counts[of].covered, 0),
			all: own.reduce((total, { counts }) => total + counts[of].total, 0),
		});
		return {
			name,
			lines: sum("lines"),
			branches: sum("branches"),
			functions: sum("functions"),
			files: own
				.map(({ file, counts: { branches } }) => ({
					file,
					branches: { run: branches.covered, all: branches.total },
				}))
				.filter(({ branches: { run, all } }) => run < all),
		};
	});
}

interface Counts {
	readonly lines: Count;
	readonly branches: Count;
	readonly functions: Count;
}

interface Count {
	readonly covered: number;
	readonly total: number;
}

/** By paths, and `total`. */
export type Summary = Readonly<Record<string, Counts>>;
