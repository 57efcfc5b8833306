import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import { uniform } from "../data/labelled.ts";
import { type Columns, type WholeColumns, wholeColumns } from "./columns.ts";
import {
	blankWriter,
	type FitProgram,
	type Fitted,
	fitProgram,
	read24,
	runFit,
	wholeInput,
} from "./fit-program.ts";

export interface Clusters {
	/** In the units of the data. */
	readonly centres: readonly (readonly number[])[];
	/** Of every row, the number of its centre. */
	readonly labels: readonly number[];
	/** Σ of the squared distances of the rows from their centres. */
	readonly inertia: number;
	readonly program: FitProgram;
	readonly fitted: Fitted;
}

export interface ClusterOptions {
	readonly clusters: number;
	readonly steps: number;
	readonly seed: number;
}

/**
 * Lloyd's algorithm, one iteration a step: what has converged stays. A cluster without rows keeps its centre; of
 * equal distances the first counts. Centres have 32 bits and are read with 24.
 */
export async function kmeans(columns: Columns, options: ClusterOptions): Promise<Clusters> {
	const { rows, names } = columns;
	if (options.clusters > rows.length) {
		throw new InputError(`${options.clusters} clusters of ${rows.length} rows`, { advice: "ask for fewer" });
	}
	const whole = wholeColumns(columns, { sums: rows.length * names.length, together: true });
	const program = clusterProgram(whole, rows.length, options);
	const fitted = await runFit(program, "kmeans");
	const [factor] = whole.factors;
	const centres = fitted.outputs.get("centres_next")!;
	const width = names.length;
	return {
		centres: Array.from({ length: options.clusters }, (_, k) =>
			whole.offsets.map((offset, j) => centres[k * width + j] / factor + offset),
		),
		labels: Array.from(fitted.outputs.get("clusters")!),
		inertia: fitted.outputs.get("inertia")![0] / factor ** 2,
		program,
		fitted,
	};
}

function clusterProgram({ values }: WholeColumns, count: number, options: ClusterOptions): FitProgram {
	const width = values.length / count;
	const { clusters, steps, seed } = options;
	const writer = blankWriter("kmeans");
	const { tape, pin } = writer;
	const rows = writer.input("rows", tensorFrom("int64", [count, width], values));
	const start = firstCentres(values, width, clusters, seed).flatMap((row) =>
		values.slice(row * width, (row + 1) * width),
	);
	const centres = writer.wideInput("centres", tensorFrom("float32", [clusters, width], start));
	tape.name("assign");
	const x = wholeInput(writer, rows);
	const c = read24(writer, centres);
	// The nearest centre has the largest x·c − |c|² / 2.
	const products = pin(tape.gemm(x, c, false, true), 32);
	const squares = pin(tape.sum(tape.mul(c, c), [1]), 32);
	const halves = pin(tape.reshape(pin(tape.scaled(squares, 0.5), 32), [1, clusters]), 32);
	const scores = pin(tape.sub(products, halves), 32);
	const labels = tape.argMax(scores, 1);
	const places = tape.numbers(
		"int64",
		[clusters],
		Array.from({ length: clusters }, (_, k) => k),
	);
	const hot = tape.cast(tape.compare("Equal", labels, places), "float32");
	tape.name("move");
	const sums = pin(tape.gemm(hot, x, true, false), 32);
	const counts = tape.reshape(tape.sum(hot, [0]), [clusters, 1]);
	const means = pin(tape.div(sums, tape.max(counts, tape.scalar("float32", 1))), 32);
	const filled = tape.compare("Greater", counts, tape.scalar("float32", 0.5));
	const next = pin(tape.where(filled, means, centres), 32);
	tape.name("judge");
	const best = pin(
		tape.emit("ReduceMax", [scores, tape.ints([1])], { shape: [count, 1], type: "float32" }),
		32,
	);
	const near = pin(tape.scaled(pin(tape.sum(best, [0]), 32), 2), 32);
	const all = pin(tape.reshape(pin(tape.sum(tape.mul(x, x), [0, 1]), 32), [1, 1]), 32);
	const inertia = writer.output(pin(tape.sub(all, near), 32), "inertia");
	const found = writer.output(tape.reshape(labels, [count]), "clusters");
	writer.carried(next, centres);
	return fitProgram(writer, [inertia, found], steps);
}

/** Rows far from one another (k-means++: Arthur and Vassilvitskii 2007), drawn by a seed. */
function firstCentres(values: readonly number[], width: number, clusters: number, seed: number): number[] {
	const count = values.length / width;
	const draw = uniform(seed);
	const first = Math.floor(draw() * count);
	const chosen = [first];
	const distance = (a: number, b: number): number => {
		let sum = 0;
		for (let k = 0; k < width; k++) sum += (values[a * width + k] - values[b * width + k]) ** 2;
		return sum;
	};
	const nearest = Array.from({ length: count }, (_, row) => distance(row, first));
	while (chosen.length < clusters) {
		let left = draw() * nearest.reduce((a, b) => a + b, 0);
		let row = nearest.findIndex((own) => {
			left -= own;
			return left < 0 && own > 0;
		});
		// Rows that are all alike lie on one centre.
		if (row < 0) row = nearest.findIndex((_, one) => !chosen.includes(one));
		chosen.push(row);
		for (let other = 0; other < count; other++)
			nearest[other] = Math.min(nearest[other], distance(other, row));
	}
	return chosen;
}
