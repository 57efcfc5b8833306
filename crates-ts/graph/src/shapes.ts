/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
	return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
	const strides = new Array<number>(shape.length).fill(1);
	for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
	return strides;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
	return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

export function identityLayout(rank: number): number[] {
	return Array.from({ length: rank }, (_, axis) => axis);
}

/** NumPy broadcasting; undefined if the shapes do not fit. */
export function broadcastShapes(a: readonly number[], b: readonly number[]): number[] | undefined {
	const rank = Math.max(a.length, b.length);
	const shape: number[] = [];
	for (let axis = 0; axis < rank; axis++) {
		const x = a[axis - rank + a.length] ?? 1;
		const y = b[axis - rank + b.length] ?? 1;
		if (x !== y && x !== 1 && y !== 1) return undefined;
		shape.push(x === 1 ? y : x);
	}
	return shape;
}

/** For every element of `shape` in row-major order, the flat index of the element that NumPy broadcasting reads in `from`. */
export function broadcastIndices(from: readonly number[], shape: readonly number[]): Int32Array {
	const strides = stridesOf(from);
	const steps = shape.map((_, axis) => {
		const own = axis - shape.length + from.length;
		return own < 0 || from[own] === 1 ? 0 : strides[own];
	});
	return walk(shape, steps);
}

/** For every element of `shape` in row-major order, Σ digit·steps[axis]. */
export function walk(shape: readonly number[], steps: readonly number[], start = 0): Int32Array {
	let out = new Int32Array([start]);
	for (let axis = 0; axis < shape.length; axis++) {
		const next = new Int32Array(out.length * shape[axis]);
		for (let i = 0, at = 0; i < out.length; i++) {
			for (let j = 0; j < shape[axis]; j++) next[at++] = out[i] + j * steps[axis];
		}
		out = next;
	}
	return out;
}

/** Axis counted from the end if negative, checked against the rank; undefined if out of range. */
export function normaliseAxis(axis: number, rank: number): number | undefined {
	const positive = axis < 0 ? axis + rank : axis;
	return positive >= 0 && positive < Math.max(rank, 1) ? positive : undefined;
}
