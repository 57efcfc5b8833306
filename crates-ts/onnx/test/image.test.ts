import { imageOptionsOf, imageTensor } from "@umpire/onnx/image.ts";
import type { ValueInfo } from "@umpire/onnx/model.ts";
import { resizePlane } from "@umpire/onnx/resize-plane.ts";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";

const value = (dims: ValueInfo["dims"], type: ValueInfo["type"] = "float32"): ValueInfo => ({
	name: "image",
	type,
	dims,
});

/** Two pixels side by side: one red and half transparent, one of a green and a blue. */
const RED_TEAL = png(2, 1, [255, 0, 0, 128, 0, 100, 200, 255]);

function png(width: number, height: number, bytes: readonly number[]): Uint8Array {
	const image = new PNG({ width, height });
	image.data.set(bytes);
	return PNG.sync.write(image);
}

const numbers = (tensor: { data: unknown }) =>
	[...(tensor.data as Float32Array)].map((n) => Math.round(n * 1e4) / 1e4);

describe("an image", () => {
	test("lies as the model's shape says: channels first, last, or none", () => {
		const pixels = "0..255";
		const first = imageTensor(RED_TEAL, value([1, 3, 1, 2]), { pixels });
		expect(first.dims).toEqual([1, 3, 1, 2]);
		expect(numbers(first)).toEqual([255, 0, 0, 100, 0, 200]);
		const upright = png(1, 2, [255, 0, 0, 128, 0, 100, 200, 255]);
		const last = imageTensor(upright, value([null, 2, 1, 3]), { pixels });
		expect(last.dims).toEqual([1, 2, 1, 3]);
		expect(numbers(last)).toEqual([255, 0, 0, 0, 100, 200]);
		const bgr = imageTensor(RED_TEAL, value([3, 1, 2]), { pixels, channels: "bgr" });
		expect(numbers(bgr)).toEqual([0, 200, 0, 100, 255, 0]);
		// 0.299 of red is 76; 0.587 of 100 and 0.114 of 200 are 82.
		const gray = imageTensor(RED_TEAL, value([1, 1, 1, 2]), { pixels });
		expect(numbers(gray)).toEqual([76, 82]);
		expect(imageTensor(RED_TEAL, value([3, 2]), { pixels }).dims).toEqual([3, 2]);
	});

	test("gives its pixels to a list of features, gray and row by row, and is not scaled for that", () => {
		const pixels = "0..255";
		expect(numbers(imageTensor(RED_TEAL, value([1, 2]), { pixels }))).toEqual([76, 82]);
		expect(imageTensor(RED_TEAL, value(["batch", 2]), { pixels }).dims).toEqual([1, 2]);
		expect(imageTensor(RED_TEAL, value([2]), { pixels }).dims).toEqual([2]);
		expect(() => imageTensor(RED_TEAL, value([1, 10]), { pixels })).toThrow(
			/2×1 pixels does not fit "image" of shape \[1, 10\]: give a gray one of 10 pixels/,
		);
	});

	test("becomes numbers as it is told, and of no own accord", () => {
		const model = value([1, 3, 1, 2]);
		expect(numbers(imageTensor(RED_TEAL, model, { pixels: "0..1" }))[0]).toBe(1);
		expect(numbers(imageTensor(RED_TEAL, model, { pixels: "-1..1" })).slice(0, 2)).toEqual([1, -1]);
		const imagenet = { pixels: "0..1", mean: [0.5, 0.25, 0], std: [0.5, 0.25, 2] } as const;
		expect(numbers(imageTensor(RED_TEAL, model, imagenet))).toEqual([1, -1, -1, 0.5686, 0, 0.3922]);
		expect(() => imageTensor(RED_TEAL, model, {})).toThrow(/nothing says what the pixels .* give --pixels/);
		expect(() => imageTensor(RED_TEAL, model, { pixels: "0..1", mean: [1, 2] })).toThrow(
			/--mean has 2 numbers/,
		);
		expect(() => imageTensor(RED_TEAL, model, { pixels: "0..1", channels: "gray" })).toThrow(
			/takes 3 channels/,
		);
	});

	test("goes into bytes as it is, and not otherwise", () => {
		const bytes = imageTensor(RED_TEAL, value([1, 3, 1, 2], "uint8"), {});
		expect(bytes.data).toEqual(Uint8Array.of(255, 0, 0, 100, 0, 200));
		const halves = () => imageTensor(RED_TEAL, value([1, 3, 1, 2], "uint8"), { pixels: "0..1" });
		expect(halves).toThrow(/takes uint8: these pixels are none/);
		const black = () =>
			imageTensor(png(1, 1, [0, 0, 0, 255]), value([1, 1, 1, 1], "uint8"), { pixels: "-1..1" });
		expect(black).toThrow(/takes uint8/);
	});

	test("is described by the model's metadata", () => {
		const metadata = new Map([
			["Image.BitmapPixelFormat", "Bgra8"],
			["Image.NominalPixelRange", "Normalized_0_1"],
		]);
		expect(imageOptionsOf({ metadata })).toEqual({ pixels: "0..1", channels: "bgr" });
		expect(imageOptionsOf({ metadata: new Map() })).toEqual({});
		expect(
			imageOptionsOf({ metadata: new Map([["Image.NominalPixelRange", "NominalRange_16_235"]]) }),
		).toEqual({});
	});

	test("may be a JPEG", () => {
		const data = Buffer.from(Array.from({ length: 64 }, () => [200, 200, 200, 255]).flat());
		const { data: bytes } = jpeg.encode({ width: 8, height: 8, data }, 100);
		const [first] = numbers(imageTensor(bytes, value([1, 1, 8, 8]), { pixels: "0..255" }));
		expect(Math.abs(first - 200)).toBeLessThanOrEqual(1);
	});

	test("is refused if it is none, or the model takes none", () => {
		expect(() => imageTensor(Uint8Array.of(71, 73, 70), value([1, 3, 2, 2]), {})).toThrow(
			/neither a PNG nor/,
		);
		expect(() => imageTensor(RED_TEAL.subarray(0, 40), value([1, 3, 2, 2]), {})).toThrow(/cannot be read/);
		expect(() => imageTensor(RED_TEAL, value([]), { pixels: "0..1" })).toThrow(
			/does not fit "image" of shape/,
		);
		expect(() => imageTensor(RED_TEAL, value([4, 3, 2, 2]), { pixels: "0..1" })).toThrow(/does not fit/);
	});
});

describe("an image of another size", () => {
	const size = (width: number, height: number) => ({ width, height });

	test("is scaled to that of the model, and keeps its own where the model leaves it open", () => {
		const four = png(2, 2, [0, 0, 0, 255, 100, 100, 100, 255, 100, 100, 100, 255, 200, 200, 200, 255]);
		const smaller = imageTensor(four, value([1, 1, 1, 1]), { pixels: "0..255" });
		expect(numbers(smaller)).toEqual([100]);
		const open = imageTensor(four, value(["batch", 1, "height", "width"]), { pixels: "0..255" });
		expect(open.dims).toEqual([1, 1, 2, 2]);
		const given = imageTensor(
			four,
			value(["batch", 1, "height", "width"]),
			{ pixels: "0..255" },
			[1, 1, 1, 2],
		);
		expect(numbers(given)).toEqual([50, 150]);
	});

	test("is the mean of what a pixel covers when it becomes smaller, and between its neighbours when larger", () => {
		const flat = new Float64Array(100).fill(7);
		expect([...resizePlane(flat, size(10, 10), size(3, 4))]).toEqual(new Array(12).fill(7));
		// Pillow's BILINEAR by hand: a triangle of weights around the middle, here (3·0 + 100) / 4 …
		expect([...resizePlane(Float64Array.of(0, 100), size(2, 1), size(4, 1))]).toEqual([0, 25, 75, 100]);
		// … and here (0.75·0 + 0.75·40 + 0.25·80) / 1.75.
		expect([...resizePlane(Float64Array.of(0, 40, 80, 120), size(4, 1), size(2, 1))]).toEqual([29, 91]);
	});
});
