import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { commitTensor } from "@umpire/commitment/tensor.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type CompiledFile, compileFile, orderedInputs } from "../src/compile-file.ts";
import { falsify, parseDefect } from "../src/defect.ts";
import { openDefectiveSession } from "../src/defective-session.ts";
import { openInputs, openModel } from "../src/models.ts";
import { seededRandom } from "../src/random.ts";

const path = join(projectRoot, "testdata", "lenet-5.onnx");
let compiled: CompiledFile;
let inputs: Parameters<Awaited<ReturnType<typeof openSession>>["run"]>[0];

beforeAll(async () => {
	const model = openModel(path);
	const floats = openInputs(join(projectRoot, "testdata", "lenet-5-input.json"), model, new Map());
	compiled = await compileFile(path, { bits: 16, progress: () => {} }, [orderedInputs(model, floats)]);
	inputs = compiled.program.inputs.map((spec) => quantiseInput(floats.get(spec.name)!, spec).elements);
});

describe("falsifying", () => {
	it("changes one element and stays within the tensor's range", () => {
		const spec = { shape: [4], layout: [0], width: 16, low: -100, high: 90, scale: 1 } as const;
		const values = fc.array(fc.integer({ min: -100, max: 90 }), { minLength: 4, maxLength: 4 });
		fc.assert(
			fc.property(values, fc.nat({ max: 3 }), (list, element) => {
				const changed = falsify(Int16Array.from(list), spec, element);
				list.forEach((value, i) => {
					if (i === element) expect(changed[i]).not.toBe(value);
					else expect(changed[i]).toBe(value);
				});
				expect(changed[element]).toBeGreaterThanOrEqual(-100);
				expect(changed[element]).toBeLessThanOrEqual(90);
			}),
		);
	});

	it("works where only one value is admissible", () => {
		const spec = { shape: [1], layout: [0], width: 8, low: 127, high: 127, scale: 1 } as const;
		expect(falsify(Int8Array.of(127), spec, 0)[0]).toBe(126);
	});
});

describe("places of defects", () => {
	const parse = (text: string) => parseDefect(text, compiled.program, seededRandom(1));

	it("are read", () => {
		expect(parse("5:38")).toEqual({ step: 0, operator: 5, element: 38 });
		expect(parse("0/5:38")).toEqual(parse("5:38"));
		expect(parse("5").operator).toBe(5);
		expect(parse("random")).toEqual(parse("random"));
	});

	it("are refused outside of the program, saying what there is", () => {
		expect(() => parse("99")).toThrow(/no operator 99; the program has 0 to 7/);
		expect(() => parse("1/5:38")).toThrow(/no step 1; the program has 0 to 0/);
		expect(() => parse("5:120")).toThrow(/has no element 120; it has 0 to 119/);
		expect(() => parse("x")).toThrow(/give OPERATOR, OPERATOR:ELEMENT/);
	});
});

describe("a defective session", () => {
	it("agrees up to the operator, differs there in one element, and computes on from it", async () => {
		const { program } = compiled;
		const honest = await openSession(program, { record: "trace" });
		const { operators: right } = await honest.run(inputs);
		for (const operator of [0, 4, program.operators.length - 1]) {
			const lying = await openDefectiveSession(program, { step: 0, operator, element: 1 });
			const { operators: wrong, outputs } = await lying.run(inputs);
			for (let i = 0; i < operator; i++) expect(wrong![i]).toEqual(right![i]);
			const differing = [...wrong![operator]].filter((value, i) => value !== right![operator][i]);
			expect(differing).toHaveLength(1);
			const output = program.outputs[0].operator;
			expect(outputs[0]).toEqual(wrong![output]);
			const { width } = program.operators[operator];
			expect((await commitTensor(wrong![operator], width)).root).not.toBe(
				(await commitTensor(right![operator], width)).root,
			);
			await lying.release();
		}
		await honest.release();
	});
});
