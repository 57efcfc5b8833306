/**
 * Prints the root of a program's trace as onnxruntime's WebAssembly computes it, in JSON with the backend's name.
 * Run: node --conditions=browser trace-root.ts PROGRAM INPUTS, the inputs being lists of whole numbers in JSON.
 */
import { readFile } from "node:fs/promises";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { parseProgram } from "@umpire/runtime/program-bytes.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";

const [, , file, numbers] = process.argv;
const { program, commitment } = await parseProgram(await readFile(file));
const inputs = (JSON.parse(await readFile(numbers, "utf8")) as number[][]).map((list, k) => {
	const elements = emptyElements(program.inputs[k].width, list.length);
	elements.set(list);
	return elements;
});
const session = await openSession(program, { record: "trace" });
const { traceRoot } = await recordTrace(session, commitment, inputs);
process.stdout.write(JSON.stringify({ level: session.level, traceRoot }));
// Its threads would keep the process.
process.exit(0);
