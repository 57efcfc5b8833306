import { commitTensor, toPhysical } from "@umpire/commitment/tensor.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { programFileModel } from "@umpire/runtime/program-bytes.ts";
import { decodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { lenet } from "@umpire/testing/runtime/networks.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { prepareInputs } from "../src/inputs.ts";
import { decodeWords } from "../src/output.ts";
import { type LoadedProgram, loadProgram } from "../src/program.ts";
import { simulate } from "../src/simulate.ts";

let file: Uint8Array;
let program: LoadedProgram;
const classes = Array.from({ length: 10 }, (_, i) => `class ${i}`);

beforeAll(async () => {
	const made = lenet(8);
	file = writeModel(programFileModel(made, await commitProgram(made)));
	program = await loadProgram(file, { classes });
});

const valuesOf = (count: number) => Float64Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 100);
const sizeOf = ({ inputs: [{ shape }] }: LoadedProgram) => shape.reduce((a, b) => a * b, 1);

describe("the SDK", () => {
	test("refuses a program of another root, and classes that are not one an element", async () => {
		const root = `0x${"1".repeat(64)}` as const;
		await expect(loadProgram(file, { root })).rejects.toThrow(`has root ${program.root}, not ${root}`);
		await expect(loadProgram(file, { classes: ["one"] })).rejects.toThrow("1 classes name 10 elements");
	});

	test("says which input is missing, unknown or of another size", async () => {
		const { name } = program.inputs[0];
		await expect(prepareInputs(program, {})).rejects.toThrow(`The input "${name}" is missing`);
		await expect(prepareInputs(program, { other: [1] })).rejects.toThrow('There is no input "other"');
		await expect(prepareInputs(program, { [name]: [1] })).rejects.toThrow("has 1 elements");
	});

	test("decodes the words of a claim to what it computed itself, the best class first", async () => {
		const inputs = await prepareInputs(program, { [program.inputs[0].name]: valuesOf(sizeOf(program)) });
		expect(decodeTensors(inputs.file)).toEqual(inputs.elements);
		const { output, elements } = await simulate(program, inputs);
		const { shape, layout, width } = program.output;
		const claimed = await commitTensor(toPhysical(elements, shape, layout), width);
		expect(decodeWords(program, claimed.words(0))).toEqual(output);
		const best = output.values.indexOf(Math.max(...output.values));
		expect(output.ranking?.[0]).toEqual({ name: classes[best], value: output.values[best] });
		expect(output.values[best]).toBe(elements[best] * program.output.scale);
	});
});
