/** How one axis of a Resize maps output positions to input positions (ONNX Resize-19). */
export interface AxisResize {
	readonly input: number;
	readonly output: number;
	/** The scale as given, or output / input. */
	readonly scale: number;
	readonly roi: readonly [number, number];
}

const f = Math.fround;

/**
 * The input coordinate of output position x, in float32 step by step as onnxruntime computes
 * it: where it falls on a boundary between two elements, the last bit decides.
 */
export function sourceOf(transformation: string, axis: AxisResize, x: number): number {
	const { input, output, scale, roi } = axis;
	switch (transformation) {
		case "half_pixel":
			return f(f((x + 0.5) / f(scale)) - 0.5);
		case "half_pixel_symmetric": {
			const adjustment = f(output / f(f(scale) * input));
			const offset = f((input / 2) * f(1 - adjustment));
			return f(f(offset + f((x + 0.5) / f(scale))) - 0.5);
		}
		case "pytorch_half_pixel":
			return output > 1 ? f(f((x + 0.5) / f(scale)) - 0.5) : 0;
		case "align_corners":
			return output > 1 ? f((x * (input - 1)) / (output - 1)) : 0;
		case "asymmetric":
			return f(x / f(scale));
		case "tf_half_pixel_for_nn":
			return f((x + 0.5) / f(scale));
		case "tf_crop_and_resize":
			return f(
				output > 1
					? roi[0] * (input - 1) + (x * (roi[1] - roi[0]) * (input - 1)) / (output - 1)
					: 0.5 * (roi[0] + roi[1]) * (input - 1),
			);
		default:
			throw new Error(`coordinate_transformation_mode ${transformation} is unknown`);
	}
}

/** The nearest input position. */
export function nearest(mode: string, axis: AxisResize, x: number): number {
	const round: Record<string, () => number> = {
		round_prefer_floor: () => (x === Math.floor(x) + 0.5 ? Math.floor(x) : Math.round(x)),
		round_prefer_ceil: () => Math.round(x),
		floor: () => Math.floor(x),
		ceil: () => Math.ceil(x),
	};
	if (!round[mode]) throw new Error(`nearest_mode ${mode} is unknown`);
	return Math.max(0, Math.min(axis.input - 1, round[mode]()));
}

export interface Interpolation {
	readonly mode: "linear" | "cubic";
	readonly cubicCoefficient: number;
	readonly excludeOutside: boolean;
	readonly antialias: boolean;
}

/** Weights of the input positions for an output at coordinate `source`: input.length numbers that add up to 1. */
export function weightsAt(how: Interpolation, axis: AxisResize, source: number): Float64Array {
	const weights = new Float64Array(axis.input);
	const reach = how.mode === "linear" ? 1 : 2;
	const kernel = how.mode === "linear" ? triangle : cubic(how.cubicCoefficient);
	// Downsampling with antialias stretches the kernel over all inputs that an output stands for.
	const stretch = how.antialias ? Math.min(1, axis.scale) : 1;
	const x = how.mode === "linear" && !how.antialias ? Math.max(0, Math.min(axis.input - 1, source)) : source;
	const first = Math.floor(x - reach / stretch);
	const last = Math.ceil(x + reach / stretch);
	let total = 0;
	for (let at = first; at <= last; at++) {
		const weight = kernel((at - x) * stretch);
		const outside = at < 0 || at >= axis.input;
		if (outside && how.excludeOutside) continue;
		weights[Math.max(0, Math.min(axis.input - 1, at))] += weight;
		total += weight;
	}
	return total === 0 ? weights : weights.map((weight) => weight / total);
}

function triangle(x: number): number {
	return Math.max(0, 1 - Math.abs(x));
}

/** Keys' cubic convolution kernel with coefficient a. */
function cubic(a: number): (x: number) => number {
	return (signed) => {
		const x = Math.abs(signed);
		if (x <= 1) return (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
		return x < 2 ? a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a : 0;
	};
}
