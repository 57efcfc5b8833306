import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileFile } from "@umpire/actors/compile-file.ts";
import { openDefectiveSession } from "@umpire/actors/defective-session.ts";
import type { Evidence } from "@umpire/actors/evidence.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitProgram, type ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import { NetworkBuilder, randomInput, randomSource } from "@umpire/testing/runtime/networks.ts";

/** A program of the campaign, with all that anybody may compute of it. */
export class Played {
	readonly program: Program;
	readonly commitment: ProgramCommitment;
	#session: Promise<ProgramSession> | undefined;
	readonly #traces = new Map<string, Promise<Trace>>();

	constructor(program: Program, commitment: ProgramCommitment) {
		this.program = program;
		this.commitment = commitment;
	}

	/** Inputs that a number stands for. */
	inputs(seed: number): Elements[] {
		return randomInput(this.program, 1 + seed);
	}

	/** What an honest run of the program gives. */
	async right(inputsRoot: Hex, inputs: readonly Elements[]): Promise<Evidence> {
		return this.#evidence(inputsRoot, async () => {
			this.#session ??= openSession(this.program, { record: "trace" });
			return recordTrace(await this.#session, this.commitment, inputs);
		});
	}

	/** The same with one wrong number, at a place that a number stands for, and all that follows from it. */
	async wrong(inputsRoot: Hex, inputs: readonly Elements[], seed: number): Promise<Evidence> {
		const { operators, steps } = this.program;
		const random = randomSource(1 + seed);
		const operator = random() % operators.length;
		const element = random() % elementCount(operators[operator].shape);
		const place = { step: random() % steps, operator, element };
		return this.#evidence(`${inputsRoot} ${Object.values(place).join(" ")}`, async () => {
			const session = await openDefectiveSession(this.program, place);
			const trace = await recordTrace(session, this.commitment, inputs);
			await session.release();
			return trace;
		});
	}

	async #evidence(key: string, record: () => Promise<Trace>): Promise<Evidence> {
		let trace = this.#traces.get(key);
		if (trace === undefined) {
			trace = record();
			this.#traces.set(key, trace);
		}
		return { program: this.program, commitment: this.commitment, trace: await trace };
	}
}

/** An eager and a lazy program, and one of several steps in segments, small enough that a game is short. */
export async function playedPrograms(): Promise<Played[]> {
	const eager = new NetworkBuilder("campaign-eager", [1, 1, 12, 12], 8, 3)
		.conv(4, 3, 1)
		.maxPool()
		.flatten()
		.dense(20, true)
		.dense(10, false)
		.finish();
	const lazy = new NetworkBuilder("campaign-lazy", [1, 200], 16, 5)
		.dense(90, true)
		.dense(160, false)
		.finish();
	const programs: Program[] = [eager, { ...lazy, lazy: true }, await recurrent()];
	return Promise.all(programs.map(async (program) => new Played(program, await commitProgram(program))));
}

/** next = tanh(state · w + x), five times: the state is handed from step to step, in two segments of two and one of one. */
async function recurrent(): Promise<Program> {
	const g = new GraphBuilder("rnn", { opset: 17 });
	const shape = [1, 20];
	const [x, state] = [g.input("x", "float32", shape), g.input("state", "float32", shape)];
	const w = g.constant("w", floats([20, 20], 11));
	g.output(g.node("Tanh", [g.node("Add", [g.node("MatMul", [state, w]), x])], {}, "tanh", ["next"]));
	const folder = await mkdtemp(join(tmpdir(), "umpire-campaign-"));
	try {
		const file = join(folder, "campaign-steps.onnx");
		await writeFile(file, writeModel(g.model()));
		const steps = { steps: 5, carry: ["next=state"], budget: { measure: "natural", most: 0 } } as const;
		const segments = { commitment: "segments", segment: 2 } as const;
		const sample = [floats(shape, 12), floats(shape, 13)];
		const { program } = await compileFile(file, { bits: 16, progress: () => {}, ...steps, ...segments }, [
			sample,
		]);
		return program;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function floats(dims: readonly number[], seed: number): Tensor {
	const random = randomSource(seed);
	const data = Float32Array.from({ length: elementCount(dims) }, () => random() / 2 ** 31 - 1);
	return { type: "float32", dims, data } as Tensor;
}
