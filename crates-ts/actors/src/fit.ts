import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import { writeTensorProto } from "@umpire/onnx/tensor-file.ts";
import { isGivenAgain } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { saveProgram } from "@umpire/runtime/program-file.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import { replaceAtomically } from "@umpire/store/atomic-file.ts";
import { scatterChart } from "@umpire/training/chart.ts";
import { parted, readColumns } from "@umpire/training/data/columns-of-table.ts";
import type { Columns } from "@umpire/training/fit/columns.ts";
import type { FitProgram, Fitted } from "@umpire/training/fit/fit-program.ts";
import { kmeans } from "@umpire/training/fit/kmeans.ts";
import { linear } from "@umpire/training/fit/linear.ts";
import { pca } from "@umpire/training/fit/pca.ts";
import { inputsOf } from "@umpire/training/training-program.ts";

export type FitMethod = "linear" | "kmeans" | "pca";

export interface FitOptions {
	readonly method: FitMethod;
	readonly data: string;
	/** The column that a line is fitted to; the last one by default. */
	readonly target?: string | undefined;
	readonly drop: readonly string[];
	readonly clusters: number;
	readonly components: number;
	/** Iterations; by default as many as the method mostly needs. */
	readonly steps?: number | undefined;
	readonly seed: number;
	readonly out: string;
	readonly plot?: string | undefined;
	readonly progress: (line: string) => void;
}

/** What was fitted, by the names of its columns. */
export type Result =
	| {
			readonly method: "linear";
			readonly target: string;
			readonly coefficients: Readonly<Record<string, number>>;
			readonly intercept: number;
			readonly mse: number;
	  }
	| {
			readonly method: "kmeans";
			readonly centres: readonly Readonly<Record<string, number>>[];
			readonly labels: readonly number[];
			readonly inertia: number;
	  }
	| {
			readonly method: "pca";
			readonly components: readonly Readonly<Record<string, number>>[];
			readonly variances: readonly number[];
			readonly shares: readonly number[];
	  };

export interface Fit {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly steps: number;
	readonly operators: number;
	readonly rows: number;
	readonly result: Result;
	readonly files: Readonly<Record<"program" | "inputs" | "table", string>> & { readonly plot?: string };
}

/** Iterations that are enough mostly. */
const STEPS = { kmeans: 50, pca: 200 };
const COLOURS = ["#1b4f9c", "#d95f02", "#1b9e77", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d"];

/** What a method leaves: its result, the rows of its table, and the dots of its picture. */
interface Outcome {
	readonly result: Result;
	readonly program: FitProgram;
	readonly fitted: Fitted;
	readonly table: readonly (readonly (string | number)[])[];
	readonly picture: () => string;
}

/**
 * Fits a table of numbers by an exact program of many steps, and writes the program with its inputs, so that the
 * result can be claimed and disputed at every number.
 *
 * @throws InputError if the table does not allow it
 */
export async function fitTable(options: FitOptions): Promise<Fit> {
	const { method, data, drop, clusters, components, steps, out, plot, progress } = options;
	for (const [name, value] of Object.entries({ clusters, components, steps: steps ?? 1 })) {
		if (!(Number.isInteger(value) && value >= 1)) {
			throw new UmpireError("OPTION", `--${name} is ${value}`, {
				advice: "give a whole number, at least 1",
			});
		}
	}
	const columns = readColumns(data, drop);
	progress(`Fitting ${columns.rows.length} rows of ${columns.names.length} columns...`);
	const outcome = await OUTCOMES[method](columns, options);
	const { program } = outcome.fitted.compiled;
	progress("Committing to the program...");
	const commitment = await commitProgram(program);
	const inputsRoot = inputTreeOf(await commitInputs(program, inputsOf(program, outcome.program.feed))).root;
	await makeFolder(out);
	const files = {
		program: join(out, `${method}.umpire.onnx`),
		inputs: join(out, `${method}.inputs`),
		table: join(out, `${method}.csv`),
	};
	await replaceAtomically(files.program, async (temporary) => {
		await saveProgram(program, temporary, commitment);
	});
	await makeFolder(files.inputs);
	const given = program.inputs.filter((_, k) => !isGivenAgain(program.inputs, k));
	for (const [k, { name }] of given.entries()) {
		await writeFile(
			join(files.inputs, `input_${k}.pb`),
			writeTensorProto(outcome.program.feed.get(name)!, name),
		);
	}
	await writeFile(files.table, `${outcome.table.map((row) => row.map(cell).join()).join("\n")}\n`);
	if (plot !== undefined) await writeFile(plot, outcome.picture());
	return {
		program: commitment.root,
		inputsRoot,
		steps: program.steps,
		operators: program.operators.length,
		rows: columns.rows.length,
		result: outcome.result,
		files: plot === undefined ? files : { ...files, plot },
	};
}

const OUTCOMES: Readonly<Record<FitMethod, (columns: Columns, options: FitOptions) => Promise<Outcome>>> = {
	linear: fitLine,
	kmeans: fitClusters,
	pca: fitComponents,
};

const cell = (value: string | number): string =>
	typeof value === "number" || !/[",\n]/.test(value) ? String(value) : `"${value.replaceAll('"', '""')}"`;

const named = (names: readonly string[], values: readonly number[]): Record<string, number> =>
	Object.fromEntries(names.map((name, k) => [name, values[k]]));

async function fitLine(columns: Columns, { target, data }: FitOptions): Promise<Outcome> {
	const wanted = target ?? columns.names[columns.names.length - 1];
	const { one, others } = parted(columns, wanted, data);
	if (others.names.length === 0)
		throw new InputError(`${data} has no column besides "${wanted}" to fit it by`);
	const { coefficients, intercept, mse, program, fitted } = await linear(others, one);
	const predicted = others.rows.map((row) =>
		row.reduce((sum, value, k) => sum + value * coefficients[k], intercept),
	);
	return {
		result: {
			method: "linear",
			target: wanted,
			coefficients: named(others.names, coefficients),
			intercept,
			mse,
		},
		program,
		fitted,
		table: [
			["column", "coefficient"],
			...others.names.map((name, k) => [name, coefficients[k]]),
			["(intercept)", intercept],
		],
		picture: () => {
			const points = one.rows.map(([value], k) => [value, predicted[k]] as const);
			return scatterChart(`${wanted}, as it is and as it is fitted`, [
				{ points, colour: COLOURS[0], radius: 2.5 },
			]);
		},
	};
}

async function fitClusters(
	columns: Columns,
	{ clusters, steps = STEPS.kmeans, seed }: FitOptions,
): Promise<Outcome> {
	const { centres, labels, inertia, program, fitted } = await kmeans(columns, { clusters, steps, seed });
	const { names, rows } = columns;
	return {
		result: { method: "kmeans", centres: centres.map((centre) => named(names, centre)), labels, inertia },
		program,
		fitted,
		table: [[...names, "cluster"], ...rows.map((row, k) => [...row, labels[k]])],
		picture: () => {
			const flat = (row: readonly number[]) => [row[0], row[1] ?? 0] as const;
			const groups = centres.map((_, k) => ({
				points: rows.filter((_row, at) => labels[at] === k).map(flat),
				colour: COLOURS[k % COLOURS.length],
				radius: 2.5,
			}));
			const middles = { points: centres.map(flat), colour: "#000", radius: 5 };
			return scatterChart(`Clusters, by ${names.slice(0, 2).join(" and ")}`, [...groups, middles]);
		},
	};
}

async function fitComponents(
	columns: Columns,
	{ components, steps = STEPS.pca, seed }: FitOptions,
): Promise<Outcome> {
	const found = await pca(columns, { components, steps, seed });
	const { names, rows } = columns;
	const along = (row: readonly number[], component: readonly number[] | undefined): number =>
		component?.reduce((sum, value, k) => sum + value * (row[k] - found.means[k]), 0) ?? 0;
	return {
		result: {
			method: "pca",
			components: found.components.map((component) => named(names, component)),
			variances: found.variances,
			shares: found.shares,
		},
		program: found.program,
		fitted: found.fitted,
		table: [
			[...names, "variance", "share"],
			...found.components.map((component, k) => [...component, found.variances[k], found.shares[k]]),
		],
		picture: () => {
			const points = rows.map(
				(row) => [along(row, found.components[0]), along(row, found.components[1])] as const,
			);
			return scatterChart("Rows along the first two components", [
				{ points, colour: COLOURS[0], radius: 2.5 },
			]);
		},
	};
}
