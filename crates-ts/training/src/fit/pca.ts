import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import { uniform } from "../data/labelled.ts";
import type { StepWriter } from "../step-writer.ts";
import { type Columns, wholeColumns } from "./columns.ts";
import {
	blankWriter,
	type FitProgram,
	type Fitted,
	fitProgram,
	read24,
	runFit,
	wholeInput,
} from "./fit-program.ts";

export interface Components {
	/** Unit vectors, one a component, the one of the largest variance first. */
	readonly components: readonly (readonly number[])[];
	readonly means: readonly number[];
	/** Variance along each component (over rows − 1), and as a share of all. */
	readonly variances: readonly number[];
	readonly shares: readonly number[];
	readonly program: FitProgram;
	readonly fitted: Fitted;
}

export interface ComponentOptions {
	readonly components: number;
	readonly steps: number;
	readonly seed: number;
}

/** Principal components by orthogonal iteration, one multiplication with the covariance a step. */
export async function pca(columns: Columns, options: ComponentOptions): Promise<Components> {
	const { rows, names } = columns;
	if (options.components > names.length) {
		throw new InputError(`${options.components} components of ${names.length} columns`, {
			advice: "ask for fewer",
		});
	}
	const whole = wholeColumns(columns, { sums: rows.length * names.length, together: true });
	const program = componentProgram(whole.values, rows.length, options);
	const fitted = await runFit(program, "pca");
	const vectors = fitted.outputs.get("vectors_next")!;
	const [total] = fitted.outputs.get("total")!;
	const along = Array.from(fitted.outputs.get("variances")!);
	const unit = whole.factors[0] ** 2 * (rows.length - 1) * shareOf(whole.values);
	return {
		components: along.map((_, k) => names.map((_name, j) => vectors[j * along.length + k])),
		means: whole.offsets,
		variances: along.map((value) => value / unit),
		shares: along.map((value) => value / total),
		program,
		fitted,
	};
}

/** So that all squares together are about 1. */
const shareOf = (values: readonly number[]): number =>
	2 ** -Math.ceil(Math.log2(values.reduce((sum, value) => sum + value ** 2, 0)));

function componentProgram(values: readonly number[], count: number, options: ComponentOptions): FitProgram {
	const width = values.length / count;
	const { components, steps, seed } = options;
	const writer = blankWriter("pca");
	const { tape, pin } = writer;
	const rows = writer.input("rows", tensorFrom("int64", [count, width], values));
	const draw = uniform(seed);
	const first = Array.from({ length: width * components }, () => 2 * draw() - 1);
	const vectors = writer.wideInput("vectors", tensorFrom("float32", [width, components], first));
	tape.name("covariance");
	const x = wholeInput(writer, rows);
	const share = shareOf(values);
	const covariance = read24(writer, pin(tape.scaled(pin(tape.gemm(x, x, true, false), 32), share), 32));
	const v = read24(writer, vectors);
	const z = pin(tape.gemm(covariance, v), 32);
	tape.name("judge");
	const variances = pin(tape.sum(pin(tape.mul(v, read24(writer, z)), 32), [0], true), 32);
	const total = pin(tape.scaled(pin(tape.sum(tape.mul(x, x), [0, 1]), 32), share), 32);
	const outputs = [writer.output(variances, "variances"), writer.output(tape.reshape(total, [1]), "total")];
	const units: string[] = [];
	for (let k = 0; k < components; k++) {
		tape.name(`component_${k}`);
		const own = pin(tape.slice(z, [1], [k], [k + 1]), 32);
		units.push(unit(writer, apart(writer, apart(writer, own, units), units)));
	}
	writer.carried(pin(tape.concat(units, 1), 32), vectors);
	return fitProgram(writer, outputs, steps);
}

/** What rounding leaves along a vector that was taken out: in the float run there is less. */
const ROUNDED = 2 ** -14;

/** What of a vector is orthogonal to the others (Gram–Schmidt; once leaves too much of them, twice is enough). */
function apart(writer: StepWriter, vector: string, others: readonly string[]): string {
	const { tape, pin } = writer;
	return others.reduce((rest, other) => {
		const q = read24(writer, other);
		const along = pin(tape.gemm(q, read24(writer, rest), true, false), 24, { reach: ROUNDED });
		return pin(tape.sub(rest, pin(tape.mul(q, along), 32, { reach: ROUNDED })), 32);
	}, vector);
}

/**
 * The vector at length 1: divided by its length, of which a table tells a thousandth, and then twice
 * multiplied by (3 − |v|²) / 2, which squares the error each time (Newton's method for 1 / √).
 */
function unit(writer: StepWriter, vector: string): string {
	const { tape, pin } = writer;
	const squared = (value: string): string => pin(tape.sum(tape.mul(value, value), [0, 1]), 32);
	const length = pin(tape.unary("Sqrt", squared(vector)), 32);
	let result = pin(tape.div(vector, length), 32);
	for (let round = 0; round < 2; round++) {
		const half = pin(tape.scaled(squared(result), -0.5), 32);
		const factor = pin(tape.add(half, tape.scalar("float32", 1.5)), 24);
		result = pin(tape.mul(read24(writer, result), factor), 32);
	}
	return result;
}
