/**
 * Prints how much of contracts, rules and circuits tests reach.
 *
 * --part PART    contracts, rules or circuits; may be given several times, all of them if it is not
 * --json         prints JSON
 * --go-on        counts what earlier runs reached of the same contracts as well
 * PATH...        tests of contracts that are run instead of all
 */
import { parseArgs } from "node:util";
import { circuitCoverage } from "./circuits.ts";
import { contractCoverage } from "./contracts.ts";
import { type Coverage, reportOf } from "./report.ts";
import { ruleCoverage } from "./rules.ts";

const PARTS = ["contracts", "rules", "circuits"];

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		part: { type: "string", multiple: true, default: PARTS },
		json: { type: "boolean", default: false },
		"go-on": { type: "boolean", default: false },
	},
});
const unknown = values.part.find((part) => !PARTS.includes(part));
if (unknown !== undefined) {
	console.error(`There is no part ${unknown}: --part takes ${PARTS.join(", ")}.`);
	process.exit(2);
}
const has = (part: string): boolean => values.part.includes(part);
const tell = (line: string): void => console.error(line);
const choice = { tests: positionals, goesOn: values["go-on"] };
const coverage: Coverage = {
	...(has("circuits") ? { circuits: await circuitCoverage() } : {}),
	...(has("rules") ? { rules: ruleCoverage() } : {}),
	...(has("contracts") ? { contracts: await contractCoverage(choice, tell) } : {}),
};
console.log(values.json ? JSON.stringify(coverage, undefined, "\t") : reportOf(coverage));
process.exitCode = coverage.contracts?.passed === false || coverage.rules?.passed === false ? 1 : 0;
