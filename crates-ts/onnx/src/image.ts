import { Buffer } from "node:buffer";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { arrayOfType, tensorFrom } from "./element-types.ts";
import { InputError } from "./errors.ts";
import type { ChannelOrder, ImageOptions, PixelRange } from "./image-options.ts";
import type { Model, Tensor, ValueInfo } from "./model.ts";
import { resizePlane } from "./resize-plane.ts";
import { showDims } from "./value-shapes.ts";

/** What a model's metadata say of images (ONNX's MetadataProps: Image.BitmapPixelFormat, Image.NominalPixelRange). */
export function imageOptionsOf({ metadata }: Pick<Model, "metadata">): ImageOptions {
	const range = metadata.get("Image.NominalPixelRange");
	const format = metadata.get("Image.BitmapPixelFormat");
	const pixels = range === undefined ? undefined : RANGES.get(range);
	const channels = (/^(rgb|bgr|gray)a?\d+$/i.exec(format ?? "")?.[1]?.toLowerCase() ?? undefined) as
		| ChannelOrder
		| undefined;
	return { ...(pixels === undefined ? {} : { pixels }), ...(channels === undefined ? {} : { channels }) };
}

const RANGES: ReadonlyMap<string, PixelRange> = new Map([
	["NominalRange_0_255", "0..255"],
	["Normalized_0_1", "0..1"],
	["Normalized_1_1", "-1..1"],
]);

/** A decoded image: four bytes a pixel, row by row. */
export interface Pixels {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8Array;
}

/**
 * A PNG or JPEG as the tensor of a declared value, scaled to the size that the model wants (bilinear, averaging where
 * it becomes smaller); a list of features takes the pixels of a gray one as they are. Transparency is left out, and so is the orientation that a camera noted.
 *
 * @throws InputError if the bytes are no image, the value takes none, or nobody said what its pixels are to become
 */
export function imageTensor(
	bytes: Uint8Array,
	value: ValueInfo,
	options: ImageOptions,
	dims: ValueInfo["dims"] = value.dims,
): Tensor {
	const image = decodeImage(bytes);
	return isVector(dims)
		? flatTensor(image, value, options, dims)
		: pictureTensor(image, value, options, dims);
}

function pictureTensor(
	image: Pixels,
	value: ValueInfo,
	options: ImageOptions,
	dims: ValueInfo["dims"],
): Tensor {
	const { axes, count } = layoutOf(value.name, dims, options.channels);
	const sizeOf = (axis: number, own: number) => {
		const size = dims![axis];
		return typeof size === "number" ? size : own;
	};
	const height = sizeOf(axes.height, image.height);
	const width = sizeOf(axes.width, image.width);
	const order = options.channels ?? (count === 1 ? "gray" : "rgb");
	const planes = planesOf(image, order).map((plane) => resizePlane(plane, image, { width, height }));
	if (planes.length !== count) {
		throw new InputError(
			`"${value.name}" takes ${count} channels, --channels ${order} gives ${planes.length}`,
		);
	}
	const type = value.type === "undefined" ? "float32" : value.type;
	const normalise = normaliser(value.name, type === "uint8", count, options);
	const result = dims!.map((size, axis) => {
		if (axis === axes.height) return height;
		if (axis === axes.width) return width;
		return typeof size === "number" ? size : 1;
	});
	const strides = result.map((_, axis) => result.slice(axis + 1).reduce((a, b) => a * b, 1));
	const numbers = new Float64Array(result.reduce((a, b) => a * b, 1));
	for (const [channel, plane] of planes.entries()) {
		for (let y = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				const at = y * strides[axes.height] + x * strides[axes.width];
				const below = axes.channel === undefined ? 0 : channel * strides[axes.channel];
				numbers[at + below] = normalise(plane[y * width + x], channel);
			}
		}
	}
	requireType(numbers, type, value.name);
	return tensorFrom(type, result, numbers);
}

function requireType(numbers: Float64Array, type: Tensor["type"], name: string): void {
	if (type.includes("float")) return;
	const bits = type === "string" || type === "bool" ? 0 : 8 * arrayOfType(type).BYTES_PER_ELEMENT;
	const [least, most] = type.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
	const fits = (number: number) => Number.isInteger(number) && number >= least && number <= most;
	if (bits > 0 && numbers.every(fits)) return;
	throw new InputError(`"${name}" takes ${type}: these pixels are none`, {
		advice: "give --pixels 0..255 without --mean and --std",
	});
}

/** Whether a value is a list of features rather than a picture: [features], or [1, features]. */
function isVector(dims: ValueInfo["dims"]): dims is NonNullable<ValueInfo["dims"]> {
	const sizes = dims ?? [];
	return sizes.length === 1 || (sizes.length === 2 && (typeof sizes[0] !== "number" || sizes[0] === 1));
}

/** A gray image whose pixels are a model's features, row by row; it is not scaled, as its shape is not known. */
function flatTensor(
	image: Pixels,
	value: ValueInfo,
	options: ImageOptions,
	dims: NonNullable<ValueInfo["dims"]>,
): Tensor {
	const { width, height } = image;
	const size = dims.at(-1);
	if (typeof size === "number" && size !== width * height) {
		throw new InputError(
			`an image of ${width}×${height} pixels does not fit "${value.name}" of shape ${showDims(dims)}`,
			{ advice: `give a gray one of ${size} pixels` },
		);
	}
	const flat = pictureTensor(image, value, { ...options, channels: "gray" }, [1, 1, height, width]);
	return { ...flat, dims: dims.length === 1 ? [width * height] : [1, width * height] };
}

interface Axes {
	readonly height: number;
	readonly width: number;
	readonly channel: number | undefined;
}

/** Where an image's axes lie in a tensor: [batch,] channels, height, width, or channels last, or no channels. */
function layoutOf(
	name: string,
	dims: ValueInfo["dims"],
	order: ChannelOrder | undefined,
): { axes: Axes; count: number } {
	const rank = dims?.length ?? 0;
	const isBatch = (size: unknown) => typeof size !== "number" || size === 1;
	const isChannel = (size: unknown) =>
		size === 1 || size === 3 || (typeof size !== "number" && order !== undefined);
	const start = rank - 3;
	if (rank === 2 && !isBatch(dims![0]))
		return { axes: { height: 0, width: 1, channel: undefined }, count: 1 };
	if ((rank === 4 && isBatch(dims![0])) || rank === 3) {
		const count = (axis: number) => {
			const size = dims![axis];
			return typeof size === "number" ? size : order === "gray" ? 1 : 3;
		};
		if (isChannel(dims![start])) {
			return { axes: { channel: start, height: start + 1, width: start + 2 }, count: count(start) };
		}
		if (isChannel(dims![rank - 1])) {
			return { axes: { channel: rank - 1, height: start, width: start + 1 }, count: count(rank - 1) };
		}
		if (rank === 3 && isBatch(dims![0]))
			return { axes: { height: 1, width: 2, channel: undefined }, count: 1 };
	}
	throw new InputError(`an image does not fit "${name}" of shape ${showDims(dims)}`, {
		advice: "it takes [batch, channels, height, width] or channels last, with one channel or three",
	});
}

function planesOf({ width, height, data }: Pixels, order: ChannelOrder): Float64Array[] {
	const plane = (pick: (at: number) => number) =>
		Float64Array.from({ length: width * height }, (_, at) => pick(4 * at));
	if (order === "gray") {
		// The luma of ITU-R 601 with Pillow's rounding.
		return [plane((at) => (data[at] * 19595 + data[at + 1] * 38470 + data[at + 2] * 7471 + 32768) >> 16)];
	}
	const channels = [0, 1, 2].map((channel) => plane((at) => data[at + channel]));
	return order === "rgb" ? channels : channels.reverse();
}

/** What a byte of a channel becomes. */
function normaliser(
	name: string,
	isBytes: boolean,
	count: number,
	{ pixels = isBytes ? "0..255" : undefined, mean = [0], std = [1] }: ImageOptions,
): (byte: number, channel: number) => number {
	if (pixels === undefined) {
		throw new InputError(`nothing says what the pixels of the image for "${name}" are to become`, {
			advice: "give --pixels 0..1, 0..255 or -1..1 as the model was trained (and --mean and --std)",
		});
	}
	for (const [option, list] of [
		["--mean", mean],
		["--std", std],
	] as const) {
		if (list.length === 1 || list.length === count) continue;
		throw new InputError(`${option} has ${list.length} numbers, "${name}" ${count} channels`);
	}
	const [factor, offset] = pixels === "0..255" ? [1, 0] : pixels === "0..1" ? [1 / 255, 0] : [2 / 255, -1];
	return (byte, channel) =>
		(byte * factor + offset - mean[mean.length === 1 ? 0 : channel]) / std[std.length === 1 ? 0 : channel];
}

/**
 * The pixels of a PNG or JPEG.
 *
 * @throws InputError if the bytes are neither
 */
export function decodeImage(bytes: Uint8Array): Pixels {
	try {
		if (bytes[0] === 0x89) return PNG.sync.read(Buffer.from(bytes));
		if (bytes[0] === 0xff) return jpeg.decode(bytes, { useTArray: true });
	} catch (cause) {
		throw new InputError(`the image cannot be read (${(cause as Error).message})`, {
			advice: "save it again",
			cause,
		});
	}
	throw new InputError("neither a PNG nor a JPEG image", { advice: "convert it to one of these" });
}
