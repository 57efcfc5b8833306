import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { buildChecks } from "./build.ts";

// Proves the checks of this folder with halmos, which runs contracts on numbers that it knows nothing of. Names of
// contracts choose some of them (JobChecks); the rest of the command line goes to halmos, as in --function NAME.
const folder = join(projectRoot, ".umpire", "symbolic");
if (spawnSync("halmos", ["--version"]).status !== 0) {
	console.error(
		"halmos is missing: pip install halmos==0.3.3 (Python 3.11 or later), in an environment of its own.",
	);
	process.exit(1);
}
console.error("Compiling the checks...");
const named = process.argv.slice(2).filter((word) => /^[A-Z]\w*Checks$/.test(word));
const contracts = buildChecks(join(folder, "out"), named);
// halmos has forge build first; everything is built.
const bin = join(folder, "bin");
mkdirSync(bin, { recursive: true });
writeFileSync(join(bin, "forge"), "#!/bin/sh\nexit 0\n");
chmodSync(join(bin, "forge"), 0o755);
const words = ["--root", folder, "--match-contract", `^(${contracts.join("|")})$`, "--loop", "50"];
const { status } = spawnSync(
	"halmos",
	[...words, ...process.argv.slice(2).filter((word) => !named.includes(word))],
	{
		stdio: "inherit",
		env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
	},
);
process.exit(status ?? 1);
