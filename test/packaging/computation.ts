import { compile } from "@umpire/compiler/compile.ts";
import { decodeModel } from "@umpire/onnx/decode.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { parseProgram, programFileModel } from "@umpire/runtime/program-bytes.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";

/** What is computed of a model in Node.js and in a browser alike. */
export interface Computation {
	readonly program: string;
	readonly inputs: string;
	readonly trace: string;
	readonly outputs: readonly number[];
}

/**
 * Compiles a model of one input, writes its program as a file, reads that, and runs it.
 *
 * @param sample the input, which the ranges are also measured from
 */
export async function compute(bytes: Uint8Array, sample: readonly number[]): Promise<Computation> {
	const model = decodeModel(bytes);
	const [{ dims }] = model.graph.inputs;
	const input = tensorFrom("float32", dims as number[], sample);
	const compiled = await compile(model, { inputs: [[input]], bits: 8 });
	const known = await commitProgram(compiled.program);
	const { program, commitment } = await parseProgram(writeModel(programFileModel(compiled.program, known)));
	const session = await openSession(program, { record: "trace" });
	const trace = await recordTrace(session, commitment, [quantiseInput(input, program.inputs[0]).elements]);
	await session.release();
	return {
		program: commitment.root,
		inputs: trace.inputsRoot,
		trace: trace.traceRoot,
		outputs: [...trace.outputs[0]],
	};
}
