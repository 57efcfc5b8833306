interface Size {
	readonly width: number;
	readonly height: number;
}

/** One channel of an image in another size: bilinear, averaging over what a pixel covers where it becomes smaller. */
export function resizePlane(plane: Float64Array, from: Size, to: Size): Float64Array {
	if (from.width === to.width && from.height === to.height) return plane;
	const columns = weightsOf(from.width, to.width);
	const rows = weightsOf(from.height, to.height);
	const narrow = new Float64Array(from.height * to.width);
	for (let y = 0; y < from.height; y++) {
		for (let x = 0; x < to.width; x++) {
			const { first, weights } = columns[x];
			let sum = 0;
			for (let i = 0; i < weights.length; i++) sum += weights[i] * plane[y * from.width + first + i];
			narrow[y * to.width + x] = sum;
		}
	}
	const result = new Float64Array(to.height * to.width);
	for (let y = 0; y < to.height; y++) {
		const { first, weights } = rows[y];
		for (let x = 0; x < to.width; x++) {
			let sum = 0;
			for (let i = 0; i < weights.length; i++) sum += weights[i] * narrow[(first + i) * to.width + x];
			// Pixels are bytes, whatever their size.
			result[y * to.width + x] = Math.min(255, Math.max(0, Math.round(sum)));
		}
	}
	return result;
}

/** Which old pixels a new one is made of, and how much of each: a triangle that covers at least two. */
function weightsOf(from: number, to: number): { first: number; weights: number[] }[] {
	const scale = from / to;
	const reach = Math.max(1, scale);
	return Array.from({ length: to }, (_, at) => {
		const centre = (at + 0.5) * scale;
		const first = Math.max(0, Math.floor(centre - reach + 0.5));
		const end = Math.min(from, Math.floor(centre + reach + 0.5));
		const raw = Array.from({ length: end - first }, (_unused, i) =>
			Math.max(0, 1 - Math.abs((first + i + 0.5 - centre) / reach)),
		);
		const sum = raw.reduce((a, b) => a + b, 0);
		return { first, weights: raw.map((weight) => weight / sum) };
	});
}
