/**
 * Prints the root of a program's trace as onnxruntime's WebAssembly computes it, in JSON with the backend's name.
 * Run: node --conditions=browser trace-root.ts PROGRAM INPUTS, the inputs being lists of whole numbers in JSON.
 */
import { readFile } from "node:fs/promises";
import { openSession } from "@umpire/runtime/executable.ts";
import { parseProgram } from "@umpire/runtime/program-bytes.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";

const [, , file, numbers] = process.argv;
const { program, commitment } = await parseProgram(await readFile(file));
const inputs = (JSON.parse(await readFile(numbers, "utf8")) as number[][]).map((list, k) => {
	const { width } = program.inputs[k];
	if (width === 8) return Int8Array.from(list);
	return width === 16 ? Int16Array.from(list) : Int32Array.from(list);
});
const session = await openSession(program, { record: "trace" });
const { traceRoot } = await recordTrace(session, commitment, inputs);
process.stdout.write(JSON.stringify({ level: session.level, traceRoot }));
// Its threads would keep the process.
process.exit(0);
