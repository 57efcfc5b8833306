import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { hardhat } from "@umpire/chain/hardhat.ts";

/**
 * Writes which statements instrumented contracts run in this process: a set-up file of tests in the copy that
 * `./just coverage` makes. A tag is written when it comes for the first time.
 */
const folder = process.env.UMPIRE_COVERAGE;
if (folder === undefined) throw new Error("UMPIRE_COVERAGE names no folder: run ./just coverage");
const file = join(folder, `${Date.now()}-${process.pid}.txt`);

/** Test files share a process, and this file is read for each of them. */
const shared = globalThis as { umpireCoverage?: { tags: Set<string>; environments: WeakSet<object> } };
shared.umpireCoverage ??= { tags: new Set(), environments: new WeakSet() };
const { tags, environments } = shared.umpireCoverage;

const hre = await hardhat();
if (!environments.has(hre)) {
	environments.add(hre);
	hre.hooks.registerHandlers("network", {
		onCoverageData: async (_context, hit) => {
			const fresh = hit.filter((tag) => !tags.has(tag));
			if (fresh.length === 0) return;
			for (const tag of fresh) tags.add(tag);
			appendFileSync(file, fresh.map((tag) => `${tag}\n`).join(""));
		},
	});
}
