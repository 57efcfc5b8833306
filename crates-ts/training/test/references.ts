/** Fits in float64, written for the tests alone. */

export type Matrix = readonly (readonly number[])[];

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Solves a·x = b by Gaussian elimination with pivots. */
function solve(a: Matrix, b: readonly number[]): number[] {
	const rows = a.map((row, k) => [...row, b[k]]);
	const n = rows.length;
	for (let k = 0; k < n; k++) {
		const pivot = rows
			.slice(k)
			.reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? k + i : best), k);
		[rows[k], rows[pivot]] = [rows[pivot], rows[k]];
		for (let i = 0; i < n; i++) {
			if (i === k) continue;
			const factor = rows[i][k] / rows[k][k];
			for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
		}
	}
	return rows.map((row, k) => row[n] / row[k]);
}

/** Least squares with an intercept, by the normal equations of centred columns. */
export function leastSquares(
	x: Matrix,
	y: readonly number[],
): { coefficients: number[]; intercept: number; mse: number } {
	const means = x[0].map((_, k) => meanOf(x.map((row) => row[k])));
	const centre = meanOf(y);
	const rows = x.map((row) => row.map((value, k) => value - means[k]));
	const products = means.map((_, i) =>
		means.map((_m, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
	);
	const sides = means.map((_, i) => rows.reduce((sum, row, k) => sum + row[i] * (y[k] - centre), 0));
	const coefficients = solve(products, sides);
	const intercept = coefficients.reduce((sum, own, k) => sum - own * means[k], centre);
	const errors = x.map(
		(row, k) => row.reduce((sum, value, j) => sum + value * coefficients[j], intercept) - y[k],
	);
	return { coefficients, intercept, mse: meanOf(errors.map((error) => error ** 2)) };
}

/** Lloyd's algorithm from given centres. */
export function lloyd(
	x: Matrix,
	start: Matrix,
	steps: number,
): { centres: Matrix; labels: number[]; inertia: number } {
	let centres = start;
	const distance = (a: readonly number[], b: readonly number[]) =>
		a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0);
	const assign = () =>
		x.map((row) =>
			centres.reduce(
				(best, centre, k) => (distance(row, centre) < distance(row, centres[best]) ? k : best),
				0,
			),
		);
	let labels = assign();
	for (let step = 0; step < steps; step++) {
		centres = centres.map((centre, k) => {
			const own = x.filter((_, row) => labels[row] === k);
			return own.length === 0 ? centre : centre.map((_, j) => meanOf(own.map((row) => row[j])));
		});
		labels = assign();
	}
	return { centres, labels, inertia: x.reduce((sum, row, k) => sum + distance(row, centres[labels[k]]), 0) };
}

/** Eigenvalues and vectors of the covariance by cyclic Jacobi rotations, the largest first. */
export function principal(x: Matrix): { variances: number[]; components: number[][] } {
	const n = x[0].length;
	const means = x[0].map((_, k) => meanOf(x.map((row) => row[k])));
	const a = means.map((_, i) =>
		means.map(
			(_m, j) => x.reduce((sum, row) => sum + (row[i] - means[i]) * (row[j] - means[j]), 0) / (x.length - 1),
		),
	);
	const v: number[][] = means.map((_, i) => means.map((_m, j) => (i === j ? 1 : 0)));
	for (let sweep = 0; sweep < 60; sweep++) {
		for (let p = 0; p < n; p++) {
			for (let q = p + 1; q < n; q++) {
				if (Math.abs(a[p][q]) < 1e-300) continue;
				const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
				const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta ** 2 + 1));
				const c = 1 / Math.sqrt(t ** 2 + 1);
				const s = t * c;
				for (let k = 0; k < n; k++) {
					const [x1, x2] = [a[k][p], a[k][q]];
					[a[k][p], a[k][q]] = [c * x1 - s * x2, s * x1 + c * x2];
				}
				for (let k = 0; k < n; k++) {
					const [x1, x2] = [a[p][k], a[q][k]];
					[a[p][k], a[q][k]] = [c * x1 - s * x2, s * x1 + c * x2];
					const [y1, y2] = [v[k][p], v[k][q]];
					[v[k][p], v[k][q]] = [c * y1 - s * y2, s * y1 + c * y2];
				}
			}
		}
	}
	const order = means.map((_, k) => k).sort((i, j) => a[j][j] - a[i][i]);
	return { variances: order.map((k) => a[k][k]), components: order.map((k) => v.map((row) => row[k])) };
}
