import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { drawSeed } from "@umpire/actors/random.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { soakReport, soakRows } from "./report.ts";
import { soak } from "./soak.ts";

const { values } = parseArgs({
	options: {
		hours: { type: "string", default: "24" },
		seed: { type: "string" },
		out: { type: "string" },
		json: { type: "boolean", default: false },
	},
});
const hours = Number(values.hours);
const seed = values.seed === undefined ? drawSeed() : Number(values.seed);
if (!(hours > 0) || !Number.isInteger(seed)) {
	console.error("Usage: ./just soak [--hours 24] [--seed N] [--json] [--out FILE]");
	process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
await setUp((line) => console.error(line));
const soaked = await soak({ hours, seed, say: (line) => console.error(line) });
const { honest, adversary } = soaked.figures;
const { broken } = soaked;
const report = values.json
	? JSON.stringify({ seed, figures: soakRows(soaked), honest, adversary, broken })
	: soakReport(soaked, seed);
console.log(report);
if (values.out !== undefined) await writeFile(values.out, `${report}\n`);
process.exit(broken.length === 0 ? 0 : 1);
