import { stridesOf } from "@umpire/commitment/tensor.ts";
import type { Form, Row } from "@umpire/operators/program.ts";
import { at, broadcastAt, type Case, positions, type TestTensor } from "@umpire/testing/operators/tensors.ts";

/**
 * What the operators of the ONNX specification do, written as loops over logical positions:
 * independent of access maps, layouts and parts.
 */
export function reference({ operator, operands }: Case): number[] {
	const raw = RAW[operator.form.type] as (
		form: Form,
		operands: readonly TestTensor[],
		position: number[],
		width: number,
		range: { readonly low: number; readonly high: number },
	) => bigint | number;
	return positions(operator.shape).map((position) => {
		const value = BigInt(raw(operator.form, operands, position, operator.width, operator));
		if (operator.rescale === undefined) return Number(value);
		const { axes, rows } = operator.rescale;
		const strides = stridesOf(axes.map((axis) => operator.shape[axis]));
		const row = rows[axes.reduce((sum, axis, i) => sum + position[axis] * strides[i], 0)];
		return rescaled(value, row, operator.low, operator.high);
	});
}

/** φ without its inner clip, on unbounded integers. */
function rescaled(raw: bigint, { bias, multiplier, shift }: Row, low: number, high: number): number {
	const scaled = 2n * (raw + bias) * BigInt(multiplier);
	const power = 2n ** BigInt(shift);
	const sum = scaled + power;
	let quotient = sum / (2n * power);
	if (quotient * 2n * power > sum) quotient -= 1n;
	return Number(quotient < BigInt(low) ? BigInt(low) : quotient > BigInt(high) ? BigInt(high) : quotient);
}

type Raw<T extends Form["type"]> = (
	form: Extract<Form, { type: T }>,
	operands: readonly TestTensor[],
	position: readonly number[],
	width: number,
	range: { readonly low: number; readonly high: number },
) => bigint | number;

const RAW: { readonly [T in Form["type"]]: Raw<T> } = {
	conv({ strides, pads, dilations, group }, [x, w], [n, m, ...out]) {
		const perGroup = w.spec.shape[1];
		const first = Math.floor(m / (w.spec.shape[0] / group)) * perGroup;
		return sumOf(
			positions(w.spec.shape.slice(1)).map(([c, ...kernel]) => {
				const place = kernel.map((k, i) => out[i] * strides[i] - pads[i] + k * dilations[i]);
				return (at(x, [n, first + c, ...place]) ?? 0) * at(w, [m, c, ...kernel])!;
			}),
		);
	},
	matmul(_, [a, b], position) {
		const leading = position.slice(0, -2);
		const [row, column] = position.slice(-2);
		const size = a.spec.shape[a.spec.shape.length - 1];
		const pick = (tensor: TestTensor, last: readonly number[]) => {
			const { shape } = tensor.spec;
			const kept = leading.slice(leading.length - (shape.length - 2)).map((p, i) => (shape[i] === 1 ? 0 : p));
			return at(tensor, [...kept, ...last])!;
		};
		return sumOf(Array.from({ length: size }, (_, k) => pick(a, [row, k]) * pick(b, [k, column])));
	},
	sum: ({ axes }, [x], position) => sumOf(reduced(x, axes, position)),
	pool({ kernel, strides, pads, dilations }, [x, ones], [n, c, ...out], width) {
		const values = positions(kernel)
			.map((k) => at(x, [n, c, ...k.map((p, i) => out[i] * strides[i] - pads[i] + p * dilations[i])]))
			.filter((value) => value !== undefined);
		return ones === undefined ? Math.max(-(2 ** (width - 1)), ...values) : sumOf(values);
	},
	linear: ({ coefficients }, operands, position) =>
		sumOf(operands.map((operand, k) => coefficients[k] * broadcastAt(operand, position))),
	product: (_, [a, b], position) => BigInt(broadcastAt(a, position)) * BigInt(broadcastAt(b, position)),
	reduce: ({ axes }, [x], position) => Math.max(...reduced(x, axes, position)),
	elementwise: (_, operands, position) =>
		Math.max(...operands.map((operand) => broadcastAt(operand, position))),
	reshape: () => Number.NaN,
	transpose: ({ permutation }, [x], position) =>
		at(
			x,
			permutation.map((_, axis) => position[permutation.indexOf(axis)]),
		)!,
	slice: ({ starts, steps }, [x], position) =>
		at(
			x,
			position.map((p, axis) => starts[axis] + steps[axis] * p),
		)!,
	pad: ({ begins, value }, [x], position) =>
		at(
			x,
			position.map((p, axis) => p - begins[axis]),
		) ?? value,
	concat({ axis }, operands, position) {
		let start = 0;
		for (const operand of operands) {
			const size = operand.spec.shape[axis];
			if (position[axis] < start + size) return at(operand, position.with(axis, position[axis] - start))!;
			start += size;
		}
		return Number.NaN;
	},
	expand: (_, [x], position) => broadcastAt(x, position),
	tile: (_, [x], position) =>
		at(
			x,
			position.map((p, axis) => p % x.spec.shape[axis]),
		)!,
	dilate: ({ steps }, [x], position) =>
		position.every((p, axis) => p % steps[axis] === 0)
			? at(
					x,
					position.map((p, axis) => p / steps[axis]),
				)!
			: 0,
	lookup({ base }, [x, table], position) {
		const last = table.spec.shape[0] - 1;
		return table.data[Math.min(Math.max(at(x, position)! - base, 0), last)];
	},
	gather({ axis }, [index, data], position) {
		const end = axis + index.spec.shape.length;
		const chosen = clip(at(index, position.slice(axis, end))!, data.spec.shape[axis]);
		return at(data, [...position.slice(0, axis), chosen, ...position.slice(end)])!;
	},
	gatherElements: ({ axis }, [index, data], position) =>
		at(data, position.with(axis, clip(at(index, position)!, data.spec.shape[axis])))!,
	quotient({ numerator, rounding }, [a, b], position, _, { low, high }) {
		const [x, y] = [a, b].map((operand) => BigInt(broadcastAt(operand, position)));
		if (y === 0n) return Math.min(Math.max(0, low), high);
		const up = y < 0n ? -BigInt(numerator) * x : BigInt(numerator) * x;
		const down = y < 0n ? -y : y;
		const floor = (n: bigint, d: bigint): bigint => (n >= 0n ? n / d : -((-n + d - 1n) / d));
		const value = {
			nearest: () => floor(2n * up + down, 2n * down),
			floor: () => floor(up, down),
			zero: () => (up < 0n ? -floor(-up, down) : floor(up, down)),
		}[rounding]();
		return value < BigInt(low) ? low : value > BigInt(high) ? high : value;
	},
	select(_, [condition, a, b], position) {
		return broadcastAt(broadcastAt(condition, position) === 0 ? b : a, position);
	},
	argmax({ axis, selectLast }, [x], position) {
		const values = reduced(x, [axis], position);
		const largest = Math.max(...values);
		return selectLast ? values.lastIndexOf(largest) : values.indexOf(largest);
	},
};

function reduced(x: TestTensor, axes: readonly number[], position: readonly number[]): number[] {
	const shape = x.spec.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
	return positions(shape).map(
		(offset) =>
			at(
				x,
				position.map((p, axis) => p + offset[axis]),
			)!,
	);
}

const clip = (index: number, size: number): number => Math.min(Math.max(index, 0), size - 1);

function sumOf(values: readonly number[]): bigint {
	return values.reduce((sum, value) => sum + BigInt(value), 0n);
}
