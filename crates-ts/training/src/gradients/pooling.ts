import { type Windows, windowsOf } from "@umpire/compiler/onnx-ops/pooling/windows.ts";
import { int, ints } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";
import type { Gradient, Gradients } from "./gradient.ts";

function poolOf(node: Node, tape: Tape): Windows {
	const kernel = ints(node, "kernel_shape");
	if (!kernel) throw tape.error("it has no kernel_shape");
	const [x, y] = [node.inputs[0], node.outputs[0]].map((name) => tape.shape(name).slice(2));
	return windowsOf({ node, error: tape.error.bind(tape) }, kernel, x, y);
}

/** Windows side by side, which cover what they cover once. */
const isTiling = ({ kernel, strides, dilations, pads }: Windows): boolean =>
	kernel.every((size, i) => size === strides[i] && dilations[i] === 1) && pads.every((pad) => pad === 0);

/** [N, C, H, W] as [N, C, OH, OW, kh·kw]. */
function tiles(tape: Tape, x: string, kernel: readonly number[], out: readonly number[]): string {
	const [batch, channels] = tape.shape(x);
	const spread = tape.reshape(x, [batch, channels, ...out.flatMap((size, i) => [size, kernel[i]])]);
	const spatial = out.map((_, i) => i);
	const perm = [0, 1, ...spatial.map((i) => 2 + 2 * i), ...spatial.map((i) => 3 + 2 * i)];
	const area = kernel.reduce((a, b) => a * b, 1);
	return tape.reshape(tape.transpose(spread, perm), [batch, channels, ...out, area]);
}

/** Back from tiles. */
function untiled(tape: Tape, x: string, kernel: readonly number[], out: readonly number[]): string {
	const rank = kernel.length;
	const [batch, channels] = tape.shape(x);
	const spread = tape.reshape(x, [batch, channels, ...out, ...kernel]);
	const perm = [0, 1, ...out.flatMap((_, i) => [2 + i, 2 + rank + i])];
	return tape.reshape(tape.transpose(spread, perm), [batch, channels, ...out.map((n, i) => n * kernel[i])]);
}

/** The first largest element of each window gains. */
function maxOfTiles(tape: Tape, x: string, gain: string, { kernel }: Windows): string {
	const [batch, channels, ...out] = tape.shape(gain);
	const size = tape.shape(x).slice(2);
	const covered = out.map((n, i) => n * kernel[i]);
	const axes = out.map((_, i) => i + 2);
	const cut = tape.slice(
		x,
		axes,
		axes.map(() => 0),
		covered,
	);
	const rows = tiles(tape, cut, kernel, out);
	const last = out.length + 2;
	const area = tape.shape(rows)[last];
	const places = tape.numbers(
		"int64",
		[area],
		Array.from({ length: area }, (_, k) => k),
	);
	const hit = tape.compare("Equal", tape.argMax(rows, last), places);
	const back = untiled(tape, tape.masked(hit, tape.reshape(gain, [batch, channels, ...out, 1])), kernel, out);
	return tape.pad(back, [0, 0, ...axes.map(() => 0)], [0, 0, ...size.map((n, i) => n - covered[i])]);
}

/** Windows that overlap, are padded or dilated: element by element of the kernel, each put back where it is from. */
function maxOfWindows(tape: Tape, x: string, y: string, gain: string, windows: Windows): string {
	const { kernel, strides, dilations, pads } = windows;
	const rank = kernel.length;
	const [batch, channels, ...out] = tape.shape(gain);
	const size = tape.shape(x).slice(2);
	const ends = out.map((n, i) => (n - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1);
	const behind = ends.map((end, i) => Math.max(0, end - size[i] - pads[i]));
	const padded = tape.pad(x, [0, 0, ...pads.slice(0, rank)], [0, 0, ...behind]);
	const axes = out.map((_, i) => i + 2);
	const pieces: string[] = [];
	let taken: string | undefined;
	for (const place of placesOf(kernel)) {
		const starts = place.map((k, i) => k * dilations[i]);
		const stops = starts.map((start, i) => start + (out[i] - 1) * strides[i] + 1);
		const seen = tape.slice(padded, axes, starts, stops, strides);
		const equal = tape.compare("Equal", seen, y);
		const inside = insideOf(tape, place, windows, size, out);
		const open = inside ? tape.compare("And", equal, inside) : equal;
		const hit = taken ? tape.compare("And", open, tape.unary("Not", taken)) : open;
		taken = taken ? tape.compare("Or", taken, open) : open;
		pieces.push(tape.reshape(tape.masked(hit, gain), [batch, channels, 1, ...out]));
	}
	const area = pieces.length;
	const stacked = tape.reshape(tape.concat(pieces, 2), [batch, channels * area, ...out]);
	const one = Array.from({ length: area * area }, (_, k) => (k % area === Math.floor(k / area) ? 1 : 0));
	const own = tape.type(x);
	const kernels = tape.numbers(
		own,
		[channels * area, 1, ...kernel],
		Array.from({ length: channels }, () => one).flat(),
	);
	return putBack(tape, stacked, kernels, windows, [batch, channels, ...size]);
}

/** Which positions of a window lie inside of the tensor; undefined if all do. */
function insideOf(
	tape: Tape,
	place: readonly number[],
	{ strides, dilations, pads }: Windows,
	size: readonly number[],
	out: readonly number[],
): string | undefined {
	const flags = placesOf(out).map((at) =>
		at.every((position, i) => {
			const index = position * strides[i] + place[i] * dilations[i] - pads[i];
			return index >= 0 && index < size[i];
		}),
	);
	if (flags.every((flag) => flag)) return undefined;
	return tape.numbers("bool", [1, 1, ...out], flags.map(Number));
}

/** All positions of a box in row-major order. */
function placesOf(box: readonly number[]): number[][] {
	let places: number[][] = [[]];
	for (const size of box) {
		places = places.flatMap((place) => Array.from({ length: size }, (_, k) => [...place, k]));
	}
	return places;
}

/** A transposed convolution channel by channel, cut or padded to `shape`. */
function putBack(
	tape: Tape,
	x: string,
	kernels: string,
	{ kernel, strides, dilations, pads }: Windows,
	shape: readonly number[],
): string {
	const rank = kernel.length;
	const [batch, channels, ...size] = shape;
	const out = tape.shape(x).slice(2);
	const full = out.map((n, i) => (n - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1);
	const attributes = { strides, dilations, group: channels, kernel_shape: kernel };
	const facts = { shape: [batch, channels, ...full], type: tape.type(x) };
	const whole = tape.emit("ConvTranspose", [x, kernels], facts, attributes);
	const axes = size.map((_, i) => i + 2);
	const stops = size.map((n, i) => Math.min(full[i], n + pads[i]));
	const cut = tape.slice(whole, axes, pads.slice(0, rank), stops);
	const rest = size.map((n, i) => n - (stops[i] - pads[i]));
	return tape.pad(cut, [0, 0, ...rest.map(() => 0)], [0, 0, ...rest]);
}

const maxPool: Gradient = (node, tape, [gain]) => {
	const [x, y] = [node.inputs[0], node.outputs[0]];
	const windows = poolOf(node, tape);
	if (node.outputs[1]) throw tape.error("its positions are used too", "Pool without Indices");
	return [isTiling(windows) ? maxOfTiles(tape, x, gain, windows) : maxOfWindows(tape, x, y, gain, windows)];
};

const averagePool: Gradient = (node, tape, [gain]) => {
	const windows = poolOf(node, tape);
	const { kernel, strides, dilations, pads } = windows;
	const [batch, channels, ...size] = tape.shape(node.inputs[0]);
	const out = tape.shape(gain).slice(2);
	const type = tape.type(gain);
	const padded = int(node, "count_include_pad", 0) === 1;
	const rank = kernel.length;
	const counts = placesOf(out).map((at) =>
		kernel
			.map((taps, i) => {
				const first = at[i] * strides[i] - pads[i];
				const [low, high] = padded ? [-pads[i], size[i] + pads[rank + i]] : [0, size[i]];
				return Array.from({ length: taps }, (_, k) => first + k * dilations[i]).filter(
					(index) => index >= low && index < high,
				).length;
			})
			.reduce((a, b) => a * b, 1),
	);
	const alike = counts.every((count) => count === counts[0]);
	const shares = alike
		? tape.scaled(gain, 1 / counts[0])
		: tape.mul(
				gain,
				tape.numbers(
					type,
					[1, 1, ...out],
					counts.map((count) => 1 / count),
				),
			);
	const area = kernel.reduce((a, b) => a * b, 1);
	if (alike && isTiling(windows)) {
		const covered = out.map((n, i) => n * kernel[i]);
		const spread = tape.expand(tape.reshape(shares, [batch, channels, ...out, 1]), [
			batch,
			channels,
			...out,
			area,
		]);
		const back = untiled(tape, spread, kernel, out);
		const rest = size.map((n, i) => n - covered[i]);
		return [tape.pad(back, [0, 0, ...rest.map(() => 0)], [0, 0, ...rest])];
	}
	const ones = tape.numbers(type, [channels, 1, ...kernel], new Array<number>(channels * area).fill(1));
	return [putBack(tape, shares, ones, windows, [batch, channels, ...size])];
};

const globalAverage: Gradient = ({ inputs: [x] }, tape, [gain]) => {
	const shape = tape.shape(x);
	const area = shape.slice(2).reduce((a, b) => a * b, 1);
	return [tape.expand(tape.scaled(gain, 1 / area), shape)];
};

/** Pools. */
export const POOLING: Gradients = {
	AveragePool: averagePool,
	GlobalAveragePool: globalAverage,
	MaxPool: maxPool,
};
