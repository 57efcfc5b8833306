import { validateProgram } from "@umpire/operators/validate.ts";
import { describe, expect, test } from "vitest";
import type { Columns } from "../src/fit/columns.ts";
import { kmeans } from "../src/fit/kmeans.ts";
import { linear } from "../src/fit/linear.ts";
import { pca } from "../src/fit/pca.ts";
import { numbersFrom } from "./central-differences.ts";
import { leastSquares, lloyd, principal } from "./references.ts";

const normal = (random: () => number): number => {
	let sum = -6;
	for (let k = 0; k < 12; k++) sum += random();
	return sum;
};

/** Clouds in five columns of unlike sizes and offsets, two of which go together. */
function clouds(count: number, seed: number): Columns {
	const random = numbersFrom(seed);
	const rows = Array.from({ length: count }, (_, k) => {
		const [a, b, c] = [normal(random), normal(random), normal(random)];
		return [
			6 * (k % 3) + a,
			(k % 3 === 1 ? 5 : 0) + b,
			100 + a / 2 + b / 3 + c / 5,
			3 * c,
			20 + normal(random),
		];
	});
	return { names: ["a", "b", "c", "d", "e"], rows };
}

const cosine = (a: readonly number[], b: readonly number[]): number => {
	const dot = (x: readonly number[], y: readonly number[]) =>
		x.reduce((sum, value, k) => sum + value * y[k], 0);
	return Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b));
};

describe("linear regression", () => {
	const features = clouds(160, 1);
	const random = numbersFrom(2);
	const target = features.rows.map(
		(row) => 3 * row[0] - 2 * row[1] + row[2] / 2 + row[3] / 100 + 7 + normal(random),
	);

	test("has the mean squared error of least squares to six digits, and their coefficients", async () => {
		const found = await linear(features, { names: ["y"], rows: target.map((value) => [value]) });
		const expected = leastSquares(features.rows, target);
		validateProgram(found.fitted.compiled.program);
		expect(Math.abs(found.mse / expected.mse - 1)).toBeLessThan(1e-6);
		const largest = Math.max(...expected.coefficients.map(Math.abs));
		found.coefficients.forEach((value, k) => {
			expect(Math.abs(value - expected.coefficients[k]) / largest, `coefficient ${k}`).toBeLessThan(3e-4);
		});
		expect(Math.abs(found.intercept - expected.intercept)).toBeLessThan(0.02);
	});

	test("refuses a column that says nothing", async () => {
		const rows = features.rows.map((row) => [row[0], 4]);
		const fit = linear({ names: ["a", "b"], rows }, { names: ["y"], rows: target.map((value) => [value]) });
		await expect(fit).rejects.toThrow(/column "b" has one value only/);
	});
});

describe("k-means", () => {
	test("has the labels of Lloyd's algorithm in float64, its centres and its inertia", async () => {
		const columns = clouds(180, 3);
		const found = await kmeans(columns, { clusters: 4, steps: 15, seed: 5 });
		validateProgram(found.fitted.compiled.program);
		const start = Array.from(found.program.feed.get("centres")!.data as Float32Array);
		const places = Array.from({ length: 4 }, (_, k) => start.slice(5 * k, 5 * k + 5));
		// The rows that the program begins with, as they were before they became whole numbers.
		const whole = Array.from(found.program.feed.get("rows")!.data as BigInt64Array, Number);
		const rowOf = (place: readonly number[]) =>
			columns.rows[
				columns.rows.findIndex((_, row) => place.every((value, k) => whole[5 * row + k] === value))
			];
		const expected = lloyd(columns.rows, places.map(rowOf), 14);
		expect(found.labels).toEqual(expected.labels);
		expect(Math.abs(found.inertia / expected.inertia - 1)).toBeLessThan(1e-4);
		found.centres.forEach((centre, k) => {
			centre.forEach((value, j) => {
				expect(Math.abs(value - expected.centres[k][j]), `centre ${k}`).toBeLessThan(1e-3);
			});
		});
	});

	test("stays where it has converged", async () => {
		const columns = clouds(60, 4);
		const short = await kmeans(columns, { clusters: 3, steps: 12, seed: 1 });
		const long = await kmeans(columns, { clusters: 3, steps: 20, seed: 1 });
		expect(long.labels).toEqual(short.labels);
		expect(long.centres).toEqual(short.centres);
	});

	test("keeps the centre of a cluster without rows", async () => {
		const rows = [...Array.from({ length: 6 }, () => [0, 0]), ...Array.from({ length: 6 }, () => [1, 1])];
		const { centres } = await kmeans({ names: ["x", "y"], rows }, { clusters: 3, steps: 3, seed: 1 });
		for (const centre of centres)
			expect([0, 1].some((value) => Math.abs(centre[0] - value) < 1e-4)).toBe(true);
	});
});

describe("principal components", () => {
	test("are those of Jacobi's method in float64, with their shares of the variance", async () => {
		const columns = clouds(150, 6);
		const found = await pca(columns, { components: 3, steps: 80, seed: 1 });
		validateProgram(found.fitted.compiled.program);
		const expected = principal(columns.rows);
		const total = expected.variances.reduce((a, b) => a + b, 0);
		found.components.forEach((component, k) => {
			expect(1 - cosine(component, expected.components[k]), `component ${k}`).toBeLessThan(1e-6);
			expect(Math.abs(found.shares[k] - expected.variances[k] / total), `share ${k}`).toBeLessThan(1e-4);
			expect(Math.abs(found.variances[k] / expected.variances[k] - 1), `variance ${k}`).toBeLessThan(1e-3);
		});
	});
});
