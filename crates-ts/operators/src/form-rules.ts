import type { OperatorOf } from "./map.ts";
import { type Form, type Kind, ROUNDING, type TensorSpec } from "./program.ts";
import { ensure } from "./program-error.ts";
import { elementCount } from "./tensors.ts";
import { axisOf, isPermutation } from "./validate-tensor.ts";
import { validateWindow } from "./window-rules.ts";

interface FormRule<T extends Form["type"]> {
	readonly kinds: readonly Kind[];
	/** Least and greatest number of operands. */
	readonly operands: readonly [number, number];
	/** Throws ProgramError unless attributes and shapes fit each other. */
	readonly check: (operator: OperatorOf<T>, operands: readonly TensorSpec[]) => void;
}

const ANY = Number.POSITIVE_INFINITY;

/** What every form asks of its kind, its operands and the shape of its output. */
export const FORM_RULES: { readonly [T in Form["type"]]: FormRule<T> } = {
	conv: {
		kinds: ["Dot"],
		operands: [2, 2],
		check({ form, shape }, [x, w]) {
			ensure(
				x.shape.length >= 3 && w.shape.length === x.shape.length,
				`operands of shapes ${shapes([x, w])}`,
			);
			const { group } = form;
			ensure(Number.isInteger(group) && group >= 1, `group ${group} is not a positive integer`);
			ensure(w.shape[0] % group === 0, `${w.shape[0]} output channels do not divide into ${group} groups`);
			ensure(
				w.shape[1] * group === x.shape[1],
				`${x.shape[1]} input channels; the weights have ${w.shape[1]}·${group}`,
			);
			same(shape.slice(0, 2), [x.shape[0], w.shape[0]], "batch and channels");
			validateWindow({ ...form, kernel: w.shape.slice(2) }, x.shape.slice(2), shape.slice(2), "floor");
		},
	},
	matmul: {
		kinds: ["Dot"],
		operands: [2, 2],
		check({ shape }, [a, b]) {
			ensure(
				a.shape.length >= 2 && b.shape.length >= 2,
				`operands of shapes ${shapes([a, b])}: less than 2 axes`,
			);
			const inner = [a.shape[a.shape.length - 1], b.shape[b.shape.length - 2]];
			ensure(
				inner[0] === inner[1],
				`operands of shapes ${shapes([a, b])}: inner sizes ${inner.join(" and ")} differ`,
			);
			const leading = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
			same(shape, [...leading, a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]], "output");
		},
	},
	sum: {
		kinds: ["Dot"],
		operands: [2, 2],
		check({ form, shape }, [x, ones]) {
			reduced(form.axes, x, shape);
			same(ones.shape, [x.shape[Math.max(...form.axes)]], "ones");
		},
	},
	pool: {
		kinds: ["Dot", "Max"],
		operands: [1, 2],
		check({ form, shape, kind }, [x, ones]) {
			ensure(
				(ones !== undefined) === (kind === "Dot"),
				"an average has ones as operand 1, a maximum has not",
			);
			if (ones !== undefined) same(ones.shape, form.kernel.slice(-1), "ones");
			ensure(x.shape.length >= 3, `operand of shape ${shapes([x])}: no spatial axes`);
			same(shape.slice(0, 2), x.shape.slice(0, 2), "batch and channels");
			validateWindow(form, x.shape.slice(2), shape.slice(2), "ceil");
		},
	},
	linear: {
		kinds: ["Add"],
		operands: [1, 2],
		check({ form, shape }, operands) {
			const { coefficients } = form;
			ensure(
				coefficients.length === operands.length,
				`${coefficients.length} coefficients, ${operands.length} operands`,
			);
			for (const c of coefficients) ensure(bounded(c), `coefficient ${c} is not an integer within ±2^31`);
			elementwise(shape, operands);
		},
	},
	product: { kinds: ["Mul"], operands: [2, 2], check: ({ shape }, operands) => elementwise(shape, operands) },
	reduce: { kinds: ["Max"], operands: [1, 1], check: ({ form, shape }, [x]) => reduced(form.axes, x, shape) },
	elementwise: {
		kinds: ["Max"],
		operands: [1, ANY],
		check: ({ shape }, operands) => elementwise(shape, operands),
	},
	reshape: {
		kinds: ["View"],
		operands: [1, 1],
		check({ shape }, [x]) {
			ensure(elementCount(shape) === elementCount(x.shape), `[${x.shape}] and [${shape}] differ in elements`);
		},
	},
	transpose: {
		kinds: ["View"],
		operands: [1, 1],
		check({ form, shape }, [x]) {
			ensure(
				isPermutation(form.permutation, x.shape.length),
				`[${form.permutation}] does not permute [${x.shape}]`,
			);
			same(
				shape,
				form.permutation.map((axis) => x.shape[axis]),
				"output",
			);
		},
	},
	slice: {
		kinds: ["View"],
		operands: [1, 1],
		check({ form, shape }, [x]) {
			perAxis(x.shape, { starts: form.starts, steps: form.steps, output: shape });
			x.shape.forEach((size, axis) => {
				const start = form.starts[axis];
				const step = form.steps[axis];
				const last = start + step * (shape[axis] - 1);
				const inside = [start, last].every((position) => position >= 0 && position < size);
				ensure(
					step !== 0 && inside,
					`axis ${axis} reads ${start} … ${last} in steps of ${step}; its size is ${size}`,
				);
			});
		},
	},
	pad: {
		kinds: ["View"],
		operands: [1, 1],
		check({ form, shape, low, high }, [x]) {
			perAxis(x.shape, { begins: form.begins, output: shape });
			const { value } = form;
			ensure(
				Number.isInteger(value) && value >= low && value <= high,
				`value ${value} is outside of ${low} … ${high}`,
			);
		},
	},
	concat: {
		kinds: ["View"],
		operands: [1, ANY],
		check({ form, shape }, operands) {
			const { axis } = form;
			ensure(axisOf(axis, shape.length), `[${shape}] has no axis ${axis}`);
			let total = 0;
			for (const operand of operands) {
				same(operand.shape.with(axis, 0), shape.with(axis, 0), `operand (but for axis ${axis})`);
				total += operand.shape[axis];
			}
			ensure(total === shape[axis], `axis ${axis} has size ${shape[axis]}; the operands have ${total}`);
		},
	},
	expand: {
		kinds: ["View"],
		operands: [1, 1],
		check: ({ shape }, operands) => broadcasts(shape, operands[0]),
	},
	tile: {
		kinds: ["View"],
		operands: [1, 1],
		check({ shape }, [x]) {
			perAxis(x.shape, { output: shape });
			const whole = shape.every((size, axis) => size % x.shape[axis] === 0);
			ensure(whole, `[${shape}] does not repeat [${x.shape}] whole times`);
		},
	},
	dilate: {
		kinds: ["View"],
		operands: [1, 1],
		check({ form, shape }, [x]) {
			perAxis(x.shape, { steps: form.steps, output: shape });
			for (const step of form.steps) ensure(step >= 1, `step ${step} is not positive`);
			same(
				shape,
				x.shape.map((size, axis) => (size - 1) * form.steps[axis] + 1),
				"output",
			);
		},
	},
	lookup: {
		kinds: ["Gather"],
		operands: [2, 2],
		check({ form, shape }, [x, table]) {
			ensure(bounded(form.base), `base ${form.base} is not an integer within ±2^31`);
			ensure(table.shape.length === 1, `table of shape [${table.shape}] has not one axis`);
			same(shape, x.shape, "output");
		},
	},
	gather: {
		kinds: ["Gather"],
		operands: [2, 2],
		check({ form: { axis }, shape }, [index, data]) {
			ensure(axisOf(axis, data.shape.length), `[${data.shape}] has no axis ${axis}`);
			same(shape, data.shape.toSpliced(axis, 1, ...index.shape), "output");
		},
	},
	gatherElements: {
		kinds: ["Gather"],
		operands: [2, 2],
		check({ form: { axis }, shape }, [index, data]) {
			ensure(axisOf(axis, data.shape.length), `[${data.shape}] has no axis ${axis}`);
			same(shape, index.shape, "output");
			const inside =
				shape.length === data.shape.length && shape.every((n, i) => i === axis || n <= data.shape[i]);
			ensure(inside, `the index [${shape}] reaches beyond the data [${data.shape}]`);
		},
	},
	quotient: {
		kinds: ["Div"],
		operands: [2, 2],
		check({ form: { numerator, rounding }, shape }, operands) {
			const valid = Number.isInteger(numerator) && numerator >= 1 && numerator <= MAX_NUMERATOR;
			ensure(valid, `numerator ${numerator} is not in 1 … 2^48`);
			ensure(Object.hasOwn(ROUNDING, rounding), `unknown rounding ${rounding}`);
			elementwise(shape, operands);
		},
	},
	select: {
		kinds: ["Select"],
		operands: [3, 3],
		check: ({ shape }, operands) => elementwise(shape, operands),
	},
	argmax: {
		kinds: ["ArgMax"],
		operands: [1, 1],
		check({ form: { axis, selectLast }, shape }, [x]) {
			ensure(typeof selectLast === "boolean", `selectLast ${selectLast} is not true or false`);
			reduced([axis], x, shape);
		},
	},
};

const MAX_NUMERATOR = 2 ** 48;

const shapes = (specs: readonly TensorSpec[]): string => specs.map(({ shape }) => `[${shape}]`).join(" and ");

const bounded = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= 2 ** 31;

function same(actual: readonly number[], expected: readonly number[], what: string): void {
	const equal = actual.length === expected.length && actual.every((size, i) => size === expected[i]);
	ensure(equal, `${what}: found [${actual}], expected [${expected}]`);
}

function perAxis(shape: readonly number[], lists: Readonly<Record<string, readonly number[]>>): void {
	for (const [name, list] of Object.entries(lists)) {
		const fits = list.length === shape.length && list.every(Number.isSafeInteger);
		ensure(fits, `${name} [${list}] does not have one integer per axis of [${shape}]`);
	}
}

function reduced(axes: readonly number[], x: TensorSpec, shape: readonly number[]): void {
	const distinct = axes.length > 0 && new Set(axes).size === axes.length;
	ensure(
		distinct && axes.every((axis) => axisOf(axis, x.shape.length)),
		`axes [${axes}] are not some of [${x.shape}]`,
	);
	same(
		shape,
		x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
		"output",
	);
}

function elementwise(shape: readonly number[], operands: readonly TensorSpec[]): void {
	same(shape, broadcastShape(operands.map((operand) => operand.shape)), "output");
}

function broadcasts(shape: readonly number[], operand: TensorSpec): void {
	same(broadcastShape([operand.shape, shape]), shape, "broadcast");
}

function broadcastShape(all: readonly (readonly number[])[]): number[] {
	const rank = Math.max(...all.map((shape) => shape.length));
	return Array.from({ length: rank }, (_, axis) => {
		const sizes = all.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((size) => size !== 1);
		ensure(
			new Set(sizes).size <= 1,
			`shapes ${all.map((shape) => `[${shape}]`).join(" and ")} do not broadcast`,
		);
		return sizes[0] ?? 1;
	});
}
