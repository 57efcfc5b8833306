import { int, string } from "@umpire/graph/attributes.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf, stridesOf } from "@umpire/graph/shapes.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { finish, intsOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** Arithmetic on float values by name. */
class Numbers {
	private readonly context: DecomposeContext;
	private readonly type: ElementType;

	constructor(context: DecomposeContext, type: ElementType) {
		this.context = context;
		this.type = type;
	}

	of(value: number): string {
		return scalarOf(this.context, this.type, value);
	}

	/** a·x + b */
	line(x: string, a: number, b: number): string {
		const scaled = a === 1 ? x : this.context.emit("Mul", [x, this.of(a)]);
		return b === 0 ? scaled : this.context.emit("Add", [scaled, this.of(b)]);
	}

	clip(x: string, low: number, high: number): string {
		return this.context.emit("Clip", [x, this.of(low), this.of(high)]);
	}

	/** x folded back at low and high, as often as it takes. */
	reflect(x: string, low: number, high: number): string {
		const span = high - low;
		if (span <= 0) return this.line(x, 0, 0);
		const turns = this.line(x, 1 / (2 * span), -low / (2 * span));
		const rest = this.context.emit("Sub", [turns, this.context.emit("Floor", [turns])]);
		const folded = this.context.emit("Abs", [this.line(rest, 2 * span, -span)]);
		return this.line(folded, -1, low + span);
	}

	/** Σ coefficients[k]·x^k */
	polynomial(x: string, coefficients: readonly number[]): string {
		const [first, ...rest] = coefficients.toReversed();
		return rest.reduce<string | undefined>(
			(sum, own) =>
				sum === undefined ? this.line(x, first, own) : this.line(this.context.emit("Mul", [sum, x]), 1, own),
			undefined,
		)!;
	}
}

interface Tap {
	/** Position along the axis, within it; a float. */
	readonly place: string;
	/** undefined for 1. */
	readonly weight: string | undefined;
}

const A = -0.75;
/** Weights of the four neighbours in terms of the fraction t, as polynomials. */
const CUBIC: readonly (readonly number[])[] = [
	[0, A, -2 * A, A],
	[1, 0, -(A + 3), A + 2],
	[0, -A, 2 * A + 3, -(A + 2)],
	[0, 0, A, -A],
];

/** ONNX GridSample with a grid that depends on the inputs: neighbours are looked up where it says. */
export function decomposeDynamicGridSample(node: Node, context: DecomposeContext): void {
	const [x, grid] = node.inputs;
	const [batches, channels, ...spatial] = context.shape(x);
	const output = context.shape(node.outputs[0]);
	const points = sizeOf(output.slice(2));
	const type = context.type(x);
	const mode = string(node, "mode", "linear").replace(/^bi/, "");
	if (mode !== "nearest" && !isFloat(type))
		throw context.error(`it interpolates ${type}`, "Cast to float before");
	const numbers = new Numbers(context, context.type(grid));
	const rank = spatial.length;
	const flatGrid = reshape(context, grid, [batches, 1, points, rank]);
	const taps = spatial.map((size, axis) => {
		const last = rank - 1 - axis;
		const bounds = [last, last + 1, 3].map((value) => intsOf(context, [value]));
		const own = reshape(context, context.emit("Slice", [flatGrid, ...bounds]), [batches, 1, points]);
		return tapsOf(node, context, numbers, own, size, mode);
	});
	const strides = stridesOf(spatial);
	const plane = reshape(context, x, [batches, channels, sizeOf(spatial)]);
	const everywhere = intsOf(context, [batches, channels, points]);
	const terms = combinations(taps).map((chosen) => {
		const place = chosen
			.map((tap, axis) => numbers.line(tap.place, strides[axis], 0))
			.reduce((sum, part) => context.emit("Add", [sum, part]));
		const index = context.emit("Expand", [context.emit("Cast", [place], { to: 7 }), everywhere]);
		const value = context.emit("GatherElements", [plane, index], { axis: 2 });
		const weights = chosen.flatMap(({ weight }) => weight ?? []);
		return weights.length === 0
			? value
			: context.emit("Mul", [value, weights.reduce((product, part) => context.emit("Mul", [product, part]))]);
	});
	const sum = terms.length > 1 ? context.emit("Sum", terms) : terms[0];
	finish(context, node, reshape(context, sum, output));
}

function tapsOf(
	node: Node,
	context: DecomposeContext,
	numbers: Numbers,
	grid: string,
	size: number,
	mode: string,
): Tap[] {
	const aligned = int(node, "align_corners", 0) === 1;
	const padding = string(node, "padding_mode", "zeros");
	const [low, high] = aligned ? [0, size - 1] : [-0.5, size - 0.5];
	let x = aligned
		? numbers.line(grid, (size - 1) / 2, (size - 1) / 2)
		: numbers.line(grid, size / 2, (size - 1) / 2);
	if (mode !== "cubic" && padding === "border") x = numbers.clip(x, 0, size - 1);
	if (mode !== "cubic" && padding === "reflection") x = numbers.reflect(x, low, high);
	const floor = context.emit(mode === "nearest" ? "Round" : "Floor", [x]);
	const fraction = mode === "nearest" ? undefined : context.emit("Sub", [x, floor]);
	const offsets = mode === "nearest" ? [0] : mode === "linear" ? [0, 1] : [-1, 0, 1, 2];
	return offsets.map((offset): Tap => {
		const at = numbers.line(floor, 1, offset);
		const folded = padding === "reflection" ? context.emit("Round", [numbers.reflect(at, low, high)]) : at;
		const place = numbers.clip(folded, 0, size - 1);
		const own =
			mode === "linear"
				? numbers.line(fraction!, offset === 0 ? -1 : 1, 1 - offset)
				: mode === "cubic"
					? numbers.polynomial(fraction!, CUBIC[offset + 1])
					: undefined;
		if (padding !== "zeros") return { place, weight: own };
		// 1 inside, 0 outside: 1 − the distance to the nearest place inside, which is whole.
		const distance = context.emit("Abs", [context.emit("Sub", [at, place])]);
		const inside = numbers.clip(numbers.line(distance, -1, 1), 0, 1);
		return { place, weight: own === undefined ? inside : context.emit("Mul", [own, inside]) };
	});
}

function combinations(lists: readonly (readonly Tap[])[]): Tap[][] {
	return lists.reduce<Tap[][]>(
		(all, taps) => all.flatMap((chosen) => taps.map((tap) => [...chosen, tap])),
		[[]],
	);
}
