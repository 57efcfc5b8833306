import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { relative } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type CircuitName, ROOT } from "./circuits.ts";

const run = promisify(execFile);
const compiler = createRequire(import.meta.url).resolve("circom2/cli.js");

/**
 * Compiles circuits/CIRCUIT.circom (about 3 s) into `folder`, which lies below the repository's root.
 *
 * @param optimisation O2 eliminates linear constraints; O0 keeps what the sources say one to one
 * @returns the constraints and the WebAssembly witness calculator
 */
export async function compileCircuit(
	circuit: CircuitName,
	folder: string,
	optimisation: "--O0" | "--O2" = "--O2",
): Promise<{ r1cs: string; wasm: string }> {
	const output = relative(ROOT, folder);
	const options = [optimisation, "--r1cs", "--wasm", "-o", output];
	try {
		await run(process.execPath, [compiler, `circuits/${circuit}.circom`, ...options], { cwd: ROOT });
	} catch (cause) {
		const said = cause as { stdout?: string; stderr?: string };
		const text = stripVTControlCharacters(`${said.stdout ?? ""}${said.stderr ?? ""}`).trim();
		throw new UmpireError("BUILD", `circom could not compile circuits/${circuit}.circom:\n${text}`, {
			cause,
		});
	}
	return { r1cs: `${folder}/${circuit}.r1cs`, wasm: `${folder}/${circuit}_js/${circuit}.wasm` };
}
