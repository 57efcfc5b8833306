/**
 * Asks cvc5, which decides equations over a prime field, whether gadgets of the circuits have two witnesses for the same
 * inputs. It knows nothing of how circuits/test/determined.ts proves that there is one at most, and confirms it where it
 * manages. Every gadget is asked about a second time, without a constraint: then there have to be two.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { type R1cs, readR1cs } from "../../circuits/test/r1cs.ts";
import { bothWitnesses } from "./field-query.ts";

/** A template, and which of its inputs are bits: that is up to whoever uses it. */
const GADGETS = [
	{ file: "width", template: "Width()", firstBit: 0, bits: 2 },
	{ file: "below", template: "Below(15, 4)", firstBit: 0, bits: 4 },
	{ file: "below", template: "Below(31, 5)", firstBit: 0, bits: 5 },
	{ file: "thermometer", template: "Thermometer(2)", firstBit: 0, bits: 2 },
	{ file: "thermometer", template: "Thermometer(3)", firstBit: 0, bits: 3 },
	{ file: "multiplexer", template: "Multiplexer(5, 3)", firstBit: 5, bits: 3 },
	{ file: "multiplexer", template: "Multiplexer(15, 4)", firstBit: 15, bits: 4 },
] as const;

const folder = join(projectRoot, ".umpire", "symbolic", "gadgets");
/** Runs the commands of a file; the wheel of cvc5 with finite fields has no command of its own. */
const ASK = `
import sys, cvc5
terms = cvc5.TermManager()
solver = cvc5.Solver(terms)
parser = cvc5.InputParser(solver)
parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[1])
while not (command := parser.nextCommand()).isNull():
    print(command.invoke(solver, parser.getSymbolManager()), end="")
`;

mkdirSync(folder, { recursive: true });
let failed = false;
for (const [i, { file, template, firstBit, bits }] of GADGETS.entries()) {
	const r1cs = compiled(`${i}-${file}`, file, template);
	const answer = ask(`${i}`, bothWitnesses(r1cs, { firstBit, bits }));
	const numbers = [...r1cs.constraints.keys()];
	const without = numbers.find(
		(left) => ask(`${i}-less`, bothWitnesses(r1cs, { firstBit, bits, left })) === "sat",
	);
	const isRight = answer === "unsat" && without !== undefined;
	failed ||= !isRight;
	console.log(
		`${template}: ${answer === "unsat" ? "one witness at most" : answer}; ${without === undefined ? "no constraint is missed" : `two without constraint ${without}`}`,
	);
}
process.exitCode = failed ? 1 : 0;

function compiled(name: string, file: string, template: string): R1cs {
	const lines = [
		"pragma circom 2.1.6;",
		`include "circuits/gadgets/${file}.circom";`,
		`component main = ${template};`,
	];
	writeFileSync(join(folder, `${name}.circom`), lines.join("\n"));
	const compiler = createRequire(import.meta.url).resolve("circom2/cli.js");
	const path = join(".umpire", "symbolic", "gadgets");
	const words = [join(path, `${name}.circom`), "--O0", "--r1cs", "-l", ".", "-o", path];
	const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, ...words], {
		cwd: projectRoot,
		encoding: "utf8",
	});
	if (status !== 0) throw new Error(`circom could not compile ${template}:\n${stdout}${stderr}`);
	return readR1cs(join(folder, `${name}.r1cs`));
}

function ask(name: string, query: string): string {
	const path = join(folder, `${name}.smt2`);
	writeFileSync(path, query);
	const { status, stdout, stderr } = spawnSync("python3", ["-c", ASK, path], { encoding: "utf8" });
	if (status === 0) return stdout.trim();
	console.error(`cvc5 with finite fields is missing: pip install cvc5-gpl==1.4.2\n${stderr}`);
	process.exit(1);
}
