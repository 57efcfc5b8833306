/** What is added to variances, of their mean: factors that calibration saw little of keep their weights. */
const DAMPING = 0.01;

/** The upper triangular root R of a covariance matrix RᵀR, whose upper half is given: Cholesky's, row by row, in its place. */
export function rootOf(block: Float64Array): Float64Array {
	const size = Math.sqrt(block.length);
	let trace = 0;
	for (let i = 0; i < size; i++) trace += block[i * size + i];
	// Factors that never varied have no say: any weight is as good as another.
	const damping = trace > 0 ? (DAMPING * trace) / size : 1;
	for (let i = 0; i < size; i++) block[i * size + i] += damping;
	for (let k = 0; k < size; k++) {
		const pivot = Math.sqrt(Math.max(block[k * size + k], damping));
		for (let j = k; j < size; j++) block[k * size + j] /= pivot;
		block[k * size + k] = pivot;
		for (let i = k + 1; i < size; i++) {
			const factor = block[k * size + i];
			if (factor === 0) continue;
			for (let j = i; j < size; j++) block[i * size + j] -= factor * block[k * size + j];
		}
	}
	return block;
}
