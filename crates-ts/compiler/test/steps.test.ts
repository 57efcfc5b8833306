import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Model } from "@umpire/onnx/model.ts";
import { compileChecked, expectExact, floats, random } from "@umpire/testing/compiler/check.ts";
import { evaluate } from "@umpire/testing/compiler/evaluate.ts";
import { describe, expect, test } from "vitest";

/** state' = tanh(state · w + x), and a readout of it. */
function recurrent(type: ElementType = "float32"): Model {
	const g = new GraphBuilder("recurrent", { opset: 17 });
	const [x, state] = [g.input("x", type, [2, 4]), g.input("state", type, [2, 4])];
	const next = g.node("Tanh", [
		g.node("Add", [g.node("MatMul", [state, g.constant("w", random([4, 4]))]), x]),
	]);
	g.output(g.node("MatMul", [next, g.constant("v", random([4, 3], 2))]), "float32", [2, 3]);
	g.output(next, type, [2, 4]);
	return g.model();
}
const [readout, next] = recurrent().graph.outputs.map(({ name }) => name);
const carry = [{ output: next, input: "state" }];

/** Two outputs: what a step makes of a whole number, and of another. */
function counting(build: (g: GraphBuilder, a: string, b: string) => [string, string]): Model {
	const g = new GraphBuilder("counting", { opset: 17 });
	const [a, b] = [g.input("a", "int64", [3]), g.input("b", "int64", [3])];
	for (const name of build(g, a, b)) g.output(name, "int64", [3]);
	return g.model();
}
const whole = (...values: number[]) => tensorFrom("int64", [values.length], values);

describe("programs of several steps", () => {
	test("carry an activation and stay near the float model in every step", async () => {
		const { program, report } = await compileChecked(recurrent(), {
			inputs: [[random([2, 4], 5), random([2, 4], 6)]],
			steps: 6,
			carry,
		});
		expect(program.steps).toBe(6);
		expect(program.outputs.map(({ name }) => name)).toEqual([readout, next]);
		for (const output of report.fidelity!.outputs) expect(output.maxRelRange).toBeLessThan(2e-3);
	});

	test("carry whole numbers exactly, crosswise, at any width", async () => {
		const model = counting((g, a, b) => [
			g.node("Add", [a, b]),
			g.node("Sub", [a, g.constant("one", whole(1, 1, 1))]),
		]);
		const [sum, less] = model.graph.outputs.map(({ name }) => name);
		const options = {
			inputs: [[whole(70000, -3, 0), whole(2, 4, -6)]],
			steps: 5,
			carry: [
				{ output: sum, input: "b" },
				{ output: less, input: "a" },
			],
		};
		await expectExact(model, options);
	});

	test("carry an input and a constant", async () => {
		const model = counting((g, _, b) => [
			g.node("Identity", [g.node("Identity", [b])]),
			g.node("Identity", [g.constant("seven", whole(7, 8, 9))]),
		]);
		const [shifted, seven] = model.graph.outputs.map(({ name }) => name);
		for (const steps of [2, 3]) {
			await expectExact(model, {
				inputs: [[whole(1, 2, 3), whole(4, 5, 6)]],
				steps,
				carry: [
					{ output: shifted, input: "a" },
					{ output: seven, input: "b" },
				],
			});
		}
	});

	test("give one output to two inputs, and widen whole numbers to what ArgMax may yield", async () => {
		const g = new GraphBuilder("widened", { opset: 17 });
		const [limit, a, b] = ["limit", "a", "b"].map((name) => g.input(name, "int64", [1]));
		const rest = g.node("Sub", [g.node("Sub", [limit, a]), b]);
		const row = new Array(40000).fill(0).with(3, 1).with(39999, -1);
		const scores = g.node("Mul", [
			g.node("Cast", [rest], { to: 1 }),
			g.constant("row", floats([1, 40000], row)),
		]);
		const best = g.node("ArgMax", [scores], { axis: 1, keepdims: 0 });
		g.output(best, "int64", [1]);
		const { program } = await expectExact(g.model(), {
			inputs: [[whole(50), whole(1), whole(2)]],
			steps: 3,
			carry: [
				{ output: best, input: "a" },
				{ output: best, input: "b" },
			],
		});
		expect(program.inputs.map(({ width }) => width)).toEqual([16, 32, 32]);
		const [of, start] = [Int16Array.of(0), Int32Array.of(1)];
		const tensors = evaluate(program, [of, start, start]).slice(-program.operators.length);
		expect([...tensors[program.outputs[0].operator]]).toEqual([39999]);
	});
});

describe("what cannot be carried is refused", () => {
	const inputs = [[random([2, 4], 5), random([2, 4], 6)]];
	test.each([
		["steps without a carry", { steps: 2 }, /2 steps that hand nothing on.*--carry OUTPUT=INPUT/],
		["a carry without steps", { carry }, /one step only.*--steps/],
		["no steps", { steps: 0, carry }, /0 steps.*at least 1/],
		["half a step", { steps: 1.5, carry }, /1.5 steps/],
		[
			"an unknown output",
			{ steps: 2, carry: [{ output: "y", input: "state" }] },
			new RegExp(`no output "y".*"${readout}"`),
		],
		["an unknown input", { steps: 2, carry: [{ output: next, input: "s" }] }, /no input "s".*"x", "state"/],
		[
			"two outputs for one input",
			{ steps: 2, carry: [...carry, ...carry] },
			/two outputs are carried to input "state"/,
		],
		[
			"another shape",
			{ steps: 2, carry: [{ output: readout, input: "state" }] },
			/is float32 \[2, 3\] and cannot be carried to input "state", which is float32 \[2, 4\]/,
		],
	])("%s", async (_, options, message) => {
		await expect(compileChecked(recurrent(), { inputs, ...options })).rejects.toThrow(message);
	});

	test("inputs from which not all steps can run", async () => {
		const model = counting((g, a, b) => {
			const table = g.constant("table", whole(0, 1, 2, 3));
			return [g.node("Add", [g.node("Gather", [table, a]), b]), g.node("Identity", [b])];
		});
		const carried = [{ output: model.graph.outputs[0].name, input: "a" }];
		const sets = [[whole(1, 1, 1), whole(1, 1, 1)]];
		await expect(compileChecked(model, { inputs: sets, steps: 9, carry: carried })).rejects.toThrow(
			/the float model cannot run step 3: .*that all steps can start from/s,
		);
	});

	test("a cache that grows, with what would help", async () => {
		const g = new GraphBuilder("growing", { opset: 17 });
		const past = g.input("past", "float32", [1, 3, 2]);
		g.output(g.node("Concat", [past, g.input("x", "float32", [1, 1, 2])], { axis: 1 }), "float32", [1, 4, 2]);
		const model = g.model();
		await expect(
			compileChecked(model, { steps: 2, carry: [{ output: model.graph.outputs[0].name, input: "past" }] }),
		).rejects.toThrow(/cache of fixed length/);
	});
});
