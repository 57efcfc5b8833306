import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Model, Tensor } from "@umpire/onnx/model.ts";

export type Shape = readonly number[];
export type Random = () => number;

/** A model of one operator, with inputs. */
export interface Case {
	readonly model: Model;
	readonly feed: ReadonlyMap<string, Tensor>;
}

export interface CaseOptions {
	readonly attributes?: Readonly<Record<string, AttributeInput>>;
	/** Constant operands behind the inputs: whole numbers are int64, floats of the inputs' type. */
	readonly constants?: readonly (readonly number[] | Tensor | undefined)[];
	readonly type?: ElementType;
	readonly outputs?: number;
	readonly opset?: number;
	/** Numbers of the inputs from uniform ones; by default between −2 and 2, no two nearer than 1/64. */
	readonly values?: (uniform: number, index: number) => number;
	readonly domain?: string;
}

/** A whole number from low to high. */
export const between = (random: Random, low: number, high: number): number =>
	low + Math.floor(random() * (high - low + 1));

/** Numbers between −2 and 2 that lie apart, so that no small step changes which is larger, nor a sign. */
function apart(random: Random, count: number): number[] {
	const places = Array.from({ length: count }, (_, k) => k);
	for (let k = count - 1; k > 0; k--) {
		const other = between(random, 0, k);
		[places[k], places[other]] = [places[other], places[k]];
	}
	return places.map((place) => (4 * (place + 0.5)) / count - 2 + 0.001);
}

/** One operator on inputs of these shapes. */
export function caseOf(
	opType: string,
	shapes: readonly Shape[],
	random: Random,
	options: CaseOptions = {},
): Case {
	const { attributes = {}, constants = [], type = "float64", outputs = 1, opset = 20, values } = options;
	const g = new GraphBuilder(opType, { opset });
	const feed = new Map<string, Tensor>();
	const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
	const all = apart(
		random,
		sizes.reduce((a, b) => a + b, 0),
	);
	const names = shapes.map((shape, k) => {
		const own = all.splice(0, sizes[k]);
		const data = values ? own.map(() => values(random(), k)) : own;
		feed.set(`x${k}`, tensorFrom(type, shape, data));
		return g.input(`x${k}`, type, shape);
	});
	constants.forEach((constant, k) => {
		if (constant === undefined) names.push("");
		else if ("dims" in constant) names.push(g.constant(`c${k}`, constant));
		else names.push(g.ints(`c${k}`, constant));
	});
	const results = Array.from({ length: outputs }, (_, k) => `y${k}`);
	g.node(opType, names, attributes, "node", results, options.domain ?? "");
	for (const name of results) g.output(name);
	return { model: g.model(), feed };
}
