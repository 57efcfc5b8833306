import { isFloat } from "@umpire/graph/real.ts";
import { FINER_LIMIT, limitOf, type Quantisation } from "../quantise/scales.ts";
import type { Context, Value } from "./context.ts";
import { rescaled } from "./emit.ts";

/**
 * Brings inputs to the coarsest of their scales, with 32 bits to the finest that holds all of them;
 * constants are quantised to it directly.
 *
 * @param wide whether to use 32 bits though no input has them
 */
export function alignScales(context: Context, names: readonly string[], wide = false): Value[] {
	// Zeros lie on every grid and decide none.
	const telling = names.filter((name) => !context.real(name)?.data.every((value) => value === 0));
	const specs = (telling.length > 0 ? telling : names).map((name) => context.value(name).spec);
	const coarsest = specs.reduce((a, b) => (b.scale > a.scale ? b : a));
	const width = wide ? 32 : specs.reduce((a, b) => (b.width > a.width ? b : a)).width;
	const widest = specs.filter((spec) => spec.width === width).map(limitOf);
	const isOwn = isFloat(context.type(names[0])) && widest.length > 0;
	// One that holds few integers, a truth value times a power of two, says nothing of the others' grids.
	const limit = isOwn ? Math.max(width === 32 ? FINER_LIMIT : 0, ...widest) : 2 ** (width - 1) - 1;
	const finest = Math.min(...specs.map(({ scale }) => scale));
	const reach = Math.max(...specs.map((spec) => spec.scale * limitOf(spec)));
	const isWide = width === 32 && isFloat(context.type(names[0]));
	// Where all grids are powers of two, this one is too.
	const least = context.precision.pins ? 2 ** Math.ceil(Math.log2(reach / limit)) : reach / limit;
	const scale = isWide ? Math.max(finest, least) : coarsest.scale;
	const target: Quantisation = { scale, width, low: -limit, high: limit };
	return names.map((name) => {
		const value = context.value(name);
		if (value.spec.scale === target.scale && value.spec.width === target.width) return value;
		const real = context.real(name);
		if (real) return context.quantised(name, real, target);
		return rescaled(context, value, shrink(value, target));
	});
}

/** The target's scale with the operand's own sign: what was non-negative stays so. */
function shrink(value: Value, target: Quantisation): Quantisation {
	return {
		...target,
		low: value.spec.low >= 0 ? 0 : target.low,
		high: value.spec.high <= 0 ? 0 : target.high,
	};
}
