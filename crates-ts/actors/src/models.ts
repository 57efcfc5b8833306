import { existsSync } from "node:fs";
import { decodingModel } from "@umpire/compiler/import/decoding.ts";
import { fixShapes } from "@umpire/compiler/import/fix-shapes.ts";
import { type Repetition, repetitionOf } from "@umpire/compiler/import/steps.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { imageOptionsOf } from "@umpire/onnx/image.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import { type InputOptions, readExpected, readInputs, readSamples } from "@umpire/onnx/input-files.ts";
import type { Model, Tensor, ValueInfo } from "@umpire/onnx/model.ts";
import { upgradeOpset } from "@umpire/onnx/opset.ts";
import { readModel } from "@umpire/onnx/read.ts";

/** Sizes of dynamic inputs as `--shape` gives them: image=1,3,224,224. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Reads `--shape` options.
 *
 * @throws UmpireError if one is not NAME=SIZE,SIZE,…
 */
export function parseShapes(options: readonly string[] = []): Shapes {
	return new Map(
		options.map((option) => {
			const found = /^(.+)=(\d+(?:,\d+)*)$/.exec(option);
			if (found === null) {
				throw new UmpireError(
					"OPTION",
					`--shape ${option} is not of the form NAME=SIZE,SIZE, as in image=1,3,224,224.`,
				);
			}
			return [found[1], found[2].split(",").map(Number)];
		}),
	);
}

/** How a model is made into steps, as --steps, --carry and --decode give it. */
export interface StepOptions {
	readonly steps?: number | undefined;
	/** OUTPUT=INPUT */
	readonly carry?: readonly string[] | undefined;
	/** IDS=LOGITS */
	readonly decode?: string | undefined;
}

/** A model, and how often it is repeated. */
export interface Source {
	readonly model: Model;
	readonly repetition: Repetition;
}

/**
 * Reads a model file and makes it the step that the options ask for.
 *
 * @throws OnnxError, CompileError or UmpireError if there is no such model, or it cannot be repeated so
 */
export function openSource(path: string, { steps, carry, decode }: StepOptions): Source {
	const model = openModel(path);
	const carried = (carry ?? []).map((text) => {
		const [output, input] = pairOf("--carry", text, "OUTPUT=INPUT", "present=past");
		return { output, input };
	});
	if (decode === undefined) return { model, repetition: repetitionOf(model, steps, carried) };
	const [ids, logits] = pairOf("--decode", decode, "IDS=LOGITS", "input_ids=logits");
	const decoding = decodingModel(model, { ids, logits });
	return {
		model: decoding.model,
		repetition: repetitionOf(decoding.model, steps, [...decoding.carry, ...carried]),
	};
}

function pairOf(option: string, text: string, form: string, example: string): [string, string] {
	const found = /^([^=]+)=([^=]+)$/.exec(text);
	if (found !== null) return [found[1], found[2]];
	throw new UmpireError("OPTION", `${option} ${text} is not of the form ${form}, as in ${example}.`);
}

/** Reads a model file and brings it to an opset that runs. Throws OnnxError. */
export function openModel(path: string): Model {
	return upgradeOpset(readModel(path));
}

/**
 * Gives every input of a model a size, without data: from `--shape`, else from the model.
 *
 * @throws UmpireError that says which input needs a --shape
 */
export function sizedModel(model: Model, shapes: Shapes): Model {
	for (const { name, dims } of model.graph.inputs) {
		// A first dimension that nothing fixes is a batch of one.
		if (shapes.has(name) || dims?.every((size, axis) => axis === 0 || typeof size === "number")) continue;
		const sizes = dims?.map((size, axis) => (typeof size === "number" ? size : axis === 0 ? 1 : "SIZE"));
		throw new UmpireError(
			"OPTION",
			`input "${name}" has no fixed size${dims ? ` ([${dims.map((size) => size ?? "?").join(", ")}])` : ""}`,
			{
				advice: `give one with --shape ${name}=${sizes?.join(",") ?? "SIZE,SIZE"}, or a sample with --input or --calibrate.`,
			},
		);
	}
	return fixShapes(model, Object.fromEntries(shapes));
}

/**
 * The files of an `--input`; an .npy, .pb or image file per input may be given, separated by commas.
 *
 * @param images how images become numbers, before what the model's metadata say of it
 */
export function openInputs(
	path: string,
	model: Model,
	shapes: Shapes,
	images: ImageOptions = {},
): Map<string, Tensor> {
	return readInputs(filesOf(path), model.graph.inputs, options(model, shapes, images));
}

/** The sets of sample inputs in the files of one `--calibrate`: a table has one for each batch of its rows. */
export function openSamples(
	path: string,
	model: Model,
	shapes: Shapes,
	images: ImageOptions = {},
): Map<string, Tensor>[] {
	return readSamples(filesOf(path), model.graph.inputs, options(model, shapes, images));
}

/** The expected outputs in a file or folder. Throws UmpireError if it has none. */
export function openExpected(
	path: string,
	outputs: readonly ValueInfo[],
	shapes: Shapes,
): Map<string, Tensor> {
	const expected = readExpected(filesOf(path), outputs, { shapes });
	if (expected === null)
		throw new UmpireError("OPTION", `${path} holds no expected output`, {
			advice: `give output_0.pb or "output_data".`,
		});
	return expected;
}

/** What is given beats what the metadata say. */
function options(model: Model, shapes: Shapes, { pixels, channels, mean, std }: ImageOptions): InputOptions {
	const known = imageOptionsOf(model);
	const images = { pixels: pixels ?? known.pixels, channels: channels ?? known.channels, mean, std };
	return { shapes, images };
}

/** The paths of one option: a file, or several with commas between them. */
export function filesOf(path: string): string[] {
	return existsSync(path) ? [path] : path.split(",");
}
