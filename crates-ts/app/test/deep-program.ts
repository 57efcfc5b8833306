import { compile } from "@umpire/compiler/compile.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Program } from "@umpire/operators/program.ts";

const MIX = [0.9, 0.1, 0, 0, 0, 0.9, 0.1, 0, 0, 0, 0.9, 0.1, 0.1, 0, 0, 0.9];
const LAYERS = 7;

/** A chain of so many small products, named as a network of blocks names them. */
export async function deepProgram(operators: number): Promise<Program> {
	const g = new GraphBuilder("deep");
	const mix = g.constant("mix", tensorFrom("float32", [4, 4], MIX));
	let at = g.input("x", "float32", [1, 4]);
	for (let i = 0; i < operators; i++) {
		at = g.node("MatMul", [at, mix], {}, `/block${Math.floor(i / LAYERS)}/layer${i % LAYERS}/MatMul`);
	}
	g.output(at, "float32", [1, 4]);
	const { program } = await compile(g.model(), {
		name: "deep",
		inputs: [[tensorFrom("float32", [1, 4], [1, 0.5, 0.2, 0.1])]],
	});
	return program;
}
