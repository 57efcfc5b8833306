/**
 * Takes one stage of a decoder and prints what it took as JSON: a process of its own, so that the memory is that of this
 * stage and nothing else.
 * Run: node bench/memory-once.ts write|compile|run|dispute NAME FOLDER [OUTPUT]
 * OUTPUT is the operator whose output is the program's: a claim about a large program states that alone, so that a wrong
 * number anywhere else may be nobody's business.
 */
import { join } from "node:path";
import { compileFile, saveCompiled } from "@umpire/actors/compile-file.ts";
import { rehearse } from "@umpire/actors/rehearse.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { writeModelFile } from "@umpire/onnx/write-file.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { DECODERS, type Stage } from "./memory.ts";

const STEPS = 8;

const [, , stage, name, folder, output] = process.argv;
const { build, decode, carry } = DECODERS.find((decoder) => decoder.name === name)!;
const model = join(folder, "model.onnx");
const program = join(folder, "program.onnx");
const options = {
	bits: 16,
	steps: STEPS,
	progress() {},
	...(decode === undefined ? {} : { decode }),
	...(carry === undefined ? {} : { carry }),
} as const;

/** How the stage ended, besides in time. */
async function take(): Promise<object> {
	switch (stage) {
		case "write":
			writeModelFile(build(), model);
			return {};
		case "compile": {
			const compiled = await compileFile(model, options);
			await saveCompiled(compiled, model, program);
			const { operators, outputs } = compiled.program;
			return { parameters: compiled.parameters, operators: operators.length, output: outputs[0].operator };
		}
		case "run": {
			const loaded = await loadCommittedProgram(program);
			const session = await openSession(loaded.program, { record: "outputs" });
			const inputs = loaded.program.inputs.map(({ width, shape }) =>
				emptyElements(width, elementCount(shape)),
			);
			const started = performance.now();
			await session.run(inputs);
			await session.release();
			return { stepSeconds: (performance.now() - started) / 1000 / STEPS };
		}
		default: {
			const { ok, verdict, rounds, gas } = await rehearse({
				...options,
				...{ model, defect: `${STEPS - 1}/${output}:0`, seed: 1, attack: false },
			});
			if (!ok || verdict !== "rejected") throw new Error(`the dispute about ${name} ended wrongly`);
			return { rounds, gas: gas.dispute };
		}
	}
}

const started = performance.now();
const ended = await take();
const seconds = (performance.now() - started) / 1000;
const stageOf: Stage = { ...ended, seconds, megabytes: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(JSON.stringify(stageOf), () => process.exit(0));
