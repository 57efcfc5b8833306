/** A process that has a model tried whose products take minutes: what becomes of the trial when it is killed. */
import type { Node, Tensor } from "@umpire/onnx/model.ts";
import { tryModels } from "../src/trial.ts";

const SIZE = 2048;
const PRODUCTS = 500;
const weights: Tensor = { type: "float32", dims: [SIZE, SIZE], data: new Float32Array(SIZE ** 2) };
const nodes = Array.from(
	{ length: PRODUCTS },
	(_, i): Node => ({
		name: `n${i}`,
		opType: "MatMul",
		domain: "",
		inputs: [i === 0 ? "x" : `t${i - 1}`, "w"],
		outputs: [`t${i}`],
		attributes: new Map(),
	}),
);
const tensor = (name: string) => ({ name, type: "float32", dims: [SIZE, SIZE] }) as const;
await tryModels(
	[
		{
			irVersion: 8,
			producer: "test",
			graph: {
				name: "g",
				inputs: [tensor("x")],
				outputs: [tensor(`t${PRODUCTS - 1}`)],
				valueInfo: [],
				initializers: new Map([["w", weights]]),
				nodes,
			},
			opsets: new Map([["", 17]]),
			functions: [],
			metadata: new Map(),
		},
	],
	1,
);
