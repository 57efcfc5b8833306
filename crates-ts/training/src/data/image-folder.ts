import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import { decodeImage, type Pixels } from "@umpire/onnx/image.ts";
import type { Labelled } from "./labelled.ts";

/**
 * A folder with one folder of images for each class, classes in the order of their names: rows
 * [N, channels, height, width] of numbers from 0 to 1, gray if all pixels are.
 *
 * @throws InputError if there are no classes, or the images differ in size
 */
export function readImageFolder(folder: string): Labelled & { readonly classes: readonly string[] } {
	// What a link leads to counts; one that leads nowhere is nothing.
	const entriesOf = (of: string, isWanted: (found: Stats) => boolean): string[] =>
		readdirSync(of).filter((name) => {
			const found = statSync(join(of, name), { throwIfNoEntry: false });
			return found !== undefined && isWanted(found);
		});
	const classes = entriesOf(folder, (found) => found.isDirectory()).sort();
	const images = classes.flatMap((name, label) =>
		entriesOf(join(folder, name), (found) => found.isFile())
			.filter((file) => /\.(png|jpe?g)$/i.test(file))
			.sort()
			.map((file) => ({ label, path: join(folder, name, file) })),
	);
	if (images.length === 0) {
		throw new InputError(`${folder} holds no images in folders`, {
			advice: "make one folder of .png or .jpg files per class",
		});
	}
	const pixels = images.map(({ path }) => readImage(path));
	const [{ width, height }] = pixels;
	const other = pixels.findIndex((one) => one.width !== width || one.height !== height);
	if (other >= 0) {
		throw new InputError(
			`${images[other].path} is ${pixels[other].width} × ${pixels[other].height}, ${images[0].path} is ${width} × ${height}`,
			{ advice: "scale them to one size" },
		);
	}
	const gray = pixels.every(isGray);
	const channels = gray ? 1 : 3;
	const area = width * height;
	const values = new Float32Array(images.length * channels * area);
	pixels.forEach(({ data }, image) => {
		for (let channel = 0; channel < channels; channel++) {
			const start = (image * channels + channel) * area;
			for (let at = 0; at < area; at++) values[start + at] = data[4 * at + channel] / 255;
		}
	});
	return {
		rows: { type: "float32", dims: [images.length, channels, height, width], data: values },
		labels: tensorFrom(
			"int64",
			[images.length],
			images.map(({ label }) => label),
		),
		classes,
	};
}

function isGray({ data }: Pixels): boolean {
	for (let at = 0; at < data.length; at += 4) {
		if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
	}
	return true;
}

function readImage(path: string): Pixels {
	try {
		return decodeImage(readFileSync(path));
	} catch (cause) {
		if (cause instanceof InputError) {
			throw new InputError(`${path}: ${cause.found}`, { advice: cause.advice, cause });
		}
		throw cause;
	}
}
