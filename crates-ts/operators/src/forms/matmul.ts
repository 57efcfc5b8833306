import { type Affine, coordinatesOf, Digits } from "../affine.ts";
import { type Body, type FloatType, int, LIMIT } from "../body.ts";
import { type Bounds, hull, largest } from "../bounds.ts";
import type { Context, Plan } from "../context.ts";
import { partialSums, productSums, sumWeights } from "../dot-bounds.ts";
import {
	boundsPerRow,
	canFold,
	fits,
	foldedWeights,
	offsetVector,
	planFor,
	rescaleOf,
	targetOf,
} from "../dot-plan.ts";
import type { FormDefinition } from "../form.ts";
import type { TensorSpec } from "../operator.ts";
import { ensure } from "../program-error.ts";
import { emitFinish, emitRescale } from "../rescale-nodes.ts";
import type { RescalePlan } from "../rescale-plan.ts";
import { broadcastShape, requireSame, shapesText } from "../shape-rules.ts";
import { elementCount } from "../tensors.ts";
import type { MatmulForm } from "./matmul/form.ts";
import { integersPlan } from "./matmul/integers.ts";

export type { MatmulForm } from "./matmul/form.ts";

export const matmul: FormDefinition<MatmulForm> = {
	kinds: ["Dot"],
	operands: [2, 2],
	check({ shape }, [a, b]) {
		ensure(
			a.shape.length >= 2 && b.shape.length >= 2,
			`operands of shapes ${shapesText([a, b])}: less than 2 axes`,
		);
		const inner = [a.shape[a.shape.length - 1], b.shape[b.shape.length - 2]];
		ensure(
			inner[0] === inner[1],
			`operands of shapes ${shapesText([a, b])}: inner sizes ${inner.join(" and ")} differ`,
		);
		const leading = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
		requireSame(shape, [...leading, a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]], "output");
	},
	maps(operator, [a, b]) {
		const rank = operator.shape.length;
		const inner = a.shape.length - 1;
		const digits = new Digits(operator, [{ size: a.shape[inner], along: inner }], a.layout);
		const leading = (spec: TensorSpec): Affine[] =>
			spec.shape
				.slice(0, -2)
				.map((size, axis) =>
					size === 1 ? digits.constant(0) : digits.axis(axis + rank - spec.shape.length),
				);
		return {
			digits,
			operands: [
				{ coordinates: coordinatesOf(a, [...leading(a), digits.axis(rank - 2), digits.reduced(0)]) },
				{ coordinates: coordinatesOf(b, [...leading(b), digits.reduced(0), digits.axis(rank - 1)]) },
			],
		};
	},
	converts: true,
	plan: matmulPlan,
	staysWide: true,
	multiplications: ({ shape }, [a]) => elementCount(shape) * (a.shape.at(-1) ?? 1),
};

/** From this many weights on, float32 pays although the rescaling then needs nodes of its own. */
const LARGE = 1 << 16;

/** Weights of so many elements are converted block by block. */
const HUGE = 1 << 24;
/** Elements of a block, of one column at least. */
const BLOCK = 1 << 22;

/** x of so many axes times the columns of the weights [k, n], some after the others. */
function emitBlocks(
	body: Body,
	x: string,
	rank: number,
	weights: string,
	[k, n]: readonly number[],
	type: FloatType,
): string {
	const columns = Math.max(1, Math.floor(BLOCK / k));
	const sums: string[] = [];
	for (let first = 0; first < n; first += columns) {
		const [start, end, axis] = [first, Math.min(first + columns, n), 1].map((value) => body.list([value]));
		const block = body.op("Slice", [weights, start, end, axis]);
		sums.push(body.op("MatMul", [x, body.cast(block, type)]));
	}
	return body.op("Concat", sums, { axis: int(rank - 1) });
}

/** Products of integers where they fit, otherwise in float32 or float64, whichever holds the sums; constant weights take the rescaling in. */
function matmulPlan(context: Context<MatmulForm>): Plan {
	const integers = integersPlan(context);
	if (integers !== undefined) return integers;
	const { operator, operands } = context;
	const [a, b] = operands;
	const rank = operator.shape.length;
	const rescale = rescaleOf(context);
	const columns = columnBounds(context);
	const rows = boundsPerRow(rescale, columns, rank - 1);
	const all = hull(columns);
	const constant = b.data !== undefined;
	const folds = (type: FloatType): boolean => constant && canFold(rescale, rows, rank - 1, type);

	const small = (b.data?.length ?? LARGE) < LARGE;
	const type: FloatType | undefined = folds("float32")
		? "float32"
		: fits(all, "float32") && !(small && folds("float64"))
			? "float32"
			: fits(all, "float64")
				? "float64"
				: undefined;
	if (type === undefined)
		throw new Error(`sums reach ${largest([all])}, which float64 does not hold exactly`);

	// What is converted in every run is kept small, and not multiplied besides: a vocabulary has the largest matrix.
	if (constant && b.spec.shape.length === 2 && elementCount(b.spec.shape) >= HUGE) {
		const plan = planFor(context, rows);
		const emit = (body: Body, [x, y]: readonly string[]): string =>
			emitRescale(
				body,
				emitBlocks(body, body.cast(x, type), rank, y, b.spec.shape, type),
				plan,
				targetOf(context),
			);
		return {
			name: `${type} MatMul, in blocks of columns`,
			bound: Number(largest([all])),
			limit: LIMIT[type],
			emit,
		};
	}
	if (!constant && a.spec.shape.at(-2) === 1 && b.spec.shape.at(-1) === 1)
		return innerPlan(context, type, all, planFor(context, rows));
	if (!folds(type)) {
		const plan = planFor(context, rows);
		const emit = (body: Body, [x, y]: readonly string[]): string => {
			const sum = body.op("MatMul", [body.cast(x, type), body.cast(y, type)]);
			return emitRescale(body, sum, plan, targetOf(context));
		};
		return { name: `${type} MatMul`, bound: Number(largest([all])), limit: LIMIT[type], emit };
	}
	const plan = planFor(context, rows, type);
	const emit = (body: Body, [x, y]: readonly string[]): string => {
		const weights = foldedWeights(body, y, b.spec.shape.length, b.spec.shape.length - 1, plan);
		const offsets = offsetVector(body, plan, operator.shape[rank - 1]);
		const left = body.cast(x, type);
		const flat = a.spec.shape.length === 2 && b.spec.shape.length === 2;
		let sum: string;
		if (flat && offsets !== undefined) sum = body.op("Gemm", [left, weights, offsets]);
		else {
			sum = body.op("MatMul", [left, weights]);
			if (offsets !== undefined) sum = body.op("Add", [sum, offsets]);
		}
		return emitFinish(body, sum, { ...plan, floor: true }, targetOf(context));
	};
	return { name: `${type} MatMul, rescaled by its weights`, bound: plan.bound, limit: LIMIT[type], emit };
}

/**
 * Rows times single columns, as in a variance, element by element: a matrix product packs each column anew and takes several
 * times as long.
 */
function innerPlan(context: Context<MatmulForm>, type: FloatType, all: Bounds, plan: RescalePlan): Plan {
	const { operator, operands } = context;
	const { shape } = operands[1].spec;
	const row = [...shape.slice(0, -2), 1, shape[shape.length - 2]];
	const emit = (body: Body, [x, y]: readonly string[]): string => {
		const turned = body.op("Reshape", [body.cast(y, type), body.list(row)]);
		const products = body.op("Mul", [body.cast(x, type), turned]);
		const last = body.list([operator.shape.length - 1]);
		const sum = body.op("ReduceSum", [products, last], { keepdims: int(1) });
		return emitRescale(body, sum, plan, targetOf(context));
	};
	const name = `${type} products of rows and columns, summed`;
	return { name, bound: Number(largest([all])), limit: LIMIT[type], emit };
}

/** Bounds of the partial sums per column of the result; one for all if b is no constant. */
function columnBounds(context: Context<MatmulForm>): Bounds[] {
	const [a, b] = context.operands;
	const length = b.spec.shape.at(-2) ?? 1;
	const width = b.spec.shape.at(-1) ?? 1;
	if (b.data !== undefined) {
		// The matrices of a stack share a column's bounds.
		const stack = b.data.length / (length * width);
		const sums = sumWeights(b.data, stack, length, width);
		const bounds = sums.map((weights) => partialSums(weights, a.range));
		return Array.from({ length: width }, (_, j) =>
			hull(Array.from({ length: stack }, (_, q) => bounds[q * width + j])),
		);
	}
	return [productSums(length, a.range, b.range)];
}
