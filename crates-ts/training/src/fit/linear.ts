import { tensorFrom } from "@umpire/onnx/element-types.ts";
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
	zerosOf,
} from "./fit-program.ts";

export interface Line {
	/** In the units of the data. */
	readonly coefficients: readonly number[];
	readonly intercept: number;
	/** Mean squared error over the rows. */
	readonly mse: number;
	readonly program: FitProgram;
	readonly fitted: Fitted;
}

/** Each makes the error some hundred times smaller. */
const REFINEMENTS = 8;

/**
 * Least squares: the matrix of products is inverted by Gauss–Jordan elimination, one pivot a step, in 32 bits with
 * factors of 24; then the coefficients are refined by residuals, once a step.
 */
export async function linear(features: Columns, target: Columns): Promise<Line> {
	const [xs, ys] = [features, target].map((columns) => wholeColumns(columns, { sums: target.rows.length }));
	const program = lineProgram(xs.values, ys.values);
	const fitted = await runFit(program, "linear");
	const [unit] = ys.factors;
	const weights = fitted.outputs.get("coefficients_next")!;
	const coefficients = xs.factors.map((factor, k) => (weights[k] * factor) / unit);
	return {
		coefficients,
		intercept: coefficients.reduce((sum, own, k) => sum - own * xs.offsets[k], ys.offsets[0]),
		mse: fitted.outputs.get("errors")![0] / target.rows.length / unit ** 2,
		program,
		fitted,
	};
}

function lineProgram(values: readonly number[], targets: readonly number[]): FitProgram {
	const count = targets.length;
	const width = values.length / count;
	const writer = blankWriter("linear");
	const { tape, pin } = writer;
	const rows = writer.input("rows", tensorFrom("int64", [count, width], values));
	const wanted = writer.input("targets", tensorFrom("int64", [count, 1], targets));
	const matrix = writer.wideInput("matrix", zerosOf([width, width]));
	const coefficients = writer.wideInput("coefficients", zerosOf([width, 1]));
	const step = writer.input("step", tensorFrom("int64", [1], [0]));
	tape.name("products");
	const [x, y] = [rows, wanted].map((name) => wholeInput(writer, name));
	// So that the largest product of a column with itself is about 1.
	const share = 2 ** -Math.ceil(Math.log2(largestSquare(values, width)));
	const products = pin(tape.scaled(pin(tape.gemm(x, x, true, false), 32), share), 32);
	const sides = pin(tape.scaled(pin(tape.gemm(x, y, true, false), 32), share), 32);
	const pivots = tape.compare("Less", step, tape.ints([width]));
	const inverse = eliminated(writer, products, matrix, step, width);
	writer.carried(pin(tape.where(pivots, inverse.next, inverse.now), 32), matrix);

	tape.name("refine");
	const w = read24(writer, coefficients);
	const side = pin(tape.gemm(read24(writer, products), w), 32);
	const rest = pin(tape.sub(sides, side), 32);
	const change = pin(tape.gemm(read24(writer, inverse.now), read24(writer, rest)), 32);
	const refined = pin(tape.add(coefficients, change), 32);
	writer.carried(pin(tape.where(pivots, coefficients, refined), 32), coefficients);

	tape.name("judge");
	const residuals = pin(tape.sub(y, pin(tape.gemm(x, w), 32)), 32);
	// Before the coefficients are there, residuals are as large as the targets: as fine as the last ones need no grid
	// could be for both.
	const late = tape.compare("Greater", step, tape.ints([width]));
	const masked = pin(tape.masked(late, residuals), 32);
	const last = pin(tape.emit("Sum", [masked], { shape: [count, 1], type: "float32" }), 32);
	const errors = writer.output(pin(tape.sum(tape.mul(last, last), [0, 1]), 32), "errors");
	writer.carried(tape.add(step, tape.ints([1])), step);
	// One more than refinements: the error is that of what the step before left.
	return fitProgram(writer, [errors], width + REFINEMENTS + 1);
}

/** The matrix of this step, the products in the first one, and what it is after the elimination of this step's pivot. */
function eliminated(
	writer: StepWriter,
	products: string,
	matrix: string,
	step: string,
	width: number,
): { readonly now: string; readonly next: string } {
	const { tape, pin } = writer;
	tape.name("eliminate");
	const first = tape.compare("Equal", step, tape.ints([0]));
	const now = pin(tape.where(first, products, matrix), 32);
	const index = tape.min(step, tape.ints([width - 1]));
	const row = pin(tape.gather(now, index, 0), 32);
	const column = pin(tape.gather(now, index, 1), 32);
	const pivot = pin(tape.gather(row, index, 1), 32);
	const share = pin(tape.div(row, pivot), 32);
	const outer = pin(tape.mul(read24(writer, column), read24(writer, share)), 32);
	const others = pin(tape.sub(now, outer), 32);
	const below = pin(tape.div(pin(tape.scaled(column, -1), 32), pivot), 32);
	const corner = pin(tape.div(tape.scalar("float32", 1), pivot), 32);
	const places = Array.from({ length: width }, (_, k) => k);
	const inRow = tape.compare("Equal", tape.numbers("int64", [width, 1], places), index);
	const inColumn = tape.compare("Equal", tape.numbers("int64", [1, width], places), index);
	const withRow = pin(tape.where(inRow, share, others), 32);
	const withColumn = pin(tape.where(inRow, corner, below), 32);
	return { now, next: pin(tape.where(inColumn, withColumn, withRow), 32) };
}

function largestSquare(values: readonly number[], width: number): number {
	const sums = new Array<number>(width).fill(0);
	values.forEach((value, at) => {
		sums[at % width] += value ** 2;
	});
	return Math.max(...sums);
}
