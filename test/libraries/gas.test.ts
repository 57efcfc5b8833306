import { rangeOf } from "@umpire/commitment/elements.ts";
import { descriptorOf, encodeDescriptor } from "@umpire/operators/descriptor.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { Form, Kind, Operator, TensorSpec } from "@umpire/operators/program.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
	harness = await openHarness();
});
afterAll(() => harness.close());

const spec = (shape: readonly number[], layout = shape.map((_, axis) => axis)): TensorSpec => {
	return { shape, layout, width: 8, ...rangeOf(8), scale: 1 };
};
const channelsLast = [0, 2, 3, 1];

function descriptorFor(kind: Kind, form: Form, output: TensorSpec, operands: readonly TensorSpec[]) {
	const rescale = { rows: [{ bias: 0n, multiplier: 1, shift: 1 }], axes: [] };
	const operator: Operator = {
		...output,
		kind,
		form,
		operands: operands.map((_, index) => ({ source: "input", index })),
		...(kind === "Dot" ? { rescale } : {}),
		node: "gas",
		opType: form.type,
	};
	const inputs = operands.map((operand, index) => ({ ...operand, name: `x${index}` }));
	return descriptorOf(
		{ name: "gas", steps: 1, inputs, constants: [], operators: [operator], outputs: [] },
		0,
	);
}

const conv = (pad: number): Form => {
	return { type: "conv", strides: [1, 1], pads: [pad, pad, pad, pad], dilations: [1, 1], group: 1 };
};
const pool: Form = { type: "pool", kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] };

const OPERATORS = {
	"conv 5×5×6, channels first": descriptorFor("Dot", conv(0), spec([1, 16, 10, 10]), [
		spec([1, 6, 14, 14]),
		spec([16, 6, 5, 5]),
	]),
	"conv 5×5×6, channels last": descriptorFor("Dot", conv(0), spec([1, 16, 10, 10], channelsLast), [
		spec([1, 6, 14, 14], channelsLast),
		spec([16, 6, 5, 5], channelsLast),
	]),
	"conv 3×3×64 padded, channels last": descriptorFor("Dot", conv(1), spec([1, 64, 56, 56], channelsLast), [
		spec([1, 64, 56, 56], channelsLast),
		spec([64, 64, 3, 3], channelsLast),
	]),
	"dense 784": descriptorFor("Dot", { type: "matmul" }, spec([1, 128]), [
		spec([1, 784]),
		spec([784, 128], [1, 0]),
	]),
	"dense 25088": descriptorFor("Dot", { type: "matmul" }, spec([1, 4096]), [
		spec([1, 25088]),
		spec([25088, 4096], [1, 0]),
	]),
	"maximum 2×2": descriptorFor("Max", pool, spec([1, 16, 5, 5]), [spec([1, 16, 10, 10])]),
};

/** What decoding the descriptor and finding the last part may cost, a tenth above what was measured. */
const MOST: Readonly<Record<keyof typeof OPERATORS, number>> = {
	"conv 5×5×6, channels first": 196_000,
	"conv 5×5×6, channels last": 58_000,
	"conv 3×3×64 padded, channels last": 64_000,
	"dense 784": 56_000,
	"dense 25088": 584_000,
	"maximum 2×2": 29_000,
};

test.each(Object.keys(OPERATORS) as (keyof typeof OPERATORS)[])("%s", async (name) => {
	const descriptor = OPERATORS[name];
	const element = Math.floor(descriptor.elements / 2) + 1;
	const last = partCount(descriptor, element) - 1;
	const encoded = encodeDescriptor(descriptor);
	const measure = descriptor.kind === 0 ? "gasOfDotPart" : "gasOfElementsPart";
	const part = Number(await harness.call(measure, [encoded, element, last]));
	expect(part).toBeLessThan(MOST[name]);
	const count = Number(await harness.call("gasOfCount", [encoded, element]));
	expect(count).toBeLessThan(MOST[name]);
});
