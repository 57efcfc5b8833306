import { numbers, strings } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Algebra } from "./algebra.ts";

/** Emits f(x) and gives its name. */
export type Activation = (x: string) => string;

interface Kind {
	/** Defaults of the parameters that it has. */
	readonly alpha?: number;
	readonly beta?: number;
	readonly emit: (algebra: Algebra, x: string, alpha: number, beta: number) => string;
}

const plain = (opType: string): Kind => ({ emit: (algebra, x) => algebra.one(opType, x) });
const withAlpha = (opType: string, fallback: number): Kind => ({
	alpha: fallback,
	emit: (algebra, x, alpha) => algebra.one(opType, x, { alpha }),
});

/** The activations of RNN, GRU and LSTM, by lower-case name (names are not case sensitive). */
const KINDS: ReadonlyMap<string, Kind> = new Map([
	[
		"affine",
		{
			alpha: 1,
			beta: 0,
			emit: (g, x, alpha, beta) => g.add(g.mul(x, g.scalar(alpha)), g.scalar(beta)),
		} satisfies Kind,
	],
	["elu", withAlpha("Elu", 1)],
	[
		"hardsigmoid",
		{
			alpha: 0.2,
			beta: 0.5,
			emit: (g, x, alpha, beta) => g.one("HardSigmoid", x, { alpha, beta }),
		} satisfies Kind,
	],
	["leakyrelu", withAlpha("LeakyRelu", 0.01)],
	["relu", plain("Relu")],
	[
		"scaledtanh",
		{
			alpha: 1,
			beta: 1,
			emit: (g, x, alpha, beta) => g.mul(g.one("Tanh", g.mul(x, g.scalar(beta))), g.scalar(alpha)),
		} satisfies Kind,
	],
	["sigmoid", plain("Sigmoid")],
	["softplus", plain("Softplus")],
	["softsign", plain("Softsign")],
	["tanh", plain("Tanh")],
	["thresholdedrelu", withAlpha("ThresholdedRelu", 1)],
]);

/**
 * The activations of every direction: `defaults` unless the node names them. Its lists of alphas
 * and betas are consumed in order by the activations that take them.
 */
export function activationsOf(
	node: Node,
	algebra: Algebra,
	directions: number,
	defaults: readonly string[],
): Activation[][] {
	const given = strings(node, "activations");
	const names = given.length > 0 ? given : Array.from({ length: directions }, () => defaults).flat();
	if (names.length !== directions * defaults.length) {
		throw algebra.context.error(
			`it has ${names.length} activations, ${directions * defaults.length} are needed`,
			"Name the activations of every direction",
		);
	}
	const alphas = numbers(node, "activation_alpha");
	const betas = numbers(node, "activation_beta");
	const all = names.map((name): Activation => {
		const kind = KINDS.get(name.toLowerCase());
		if (!kind) {
			throw algebra.context.error(
				`its activation "${name}" is not supported`,
				`Supported: ${[...KINDS.keys()].join(", ")}`,
			);
		}
		const alpha = kind.alpha === undefined ? 0 : (alphas.shift() ?? kind.alpha);
		const beta = kind.beta === undefined ? 0 : (betas.shift() ?? kind.beta);
		return (x) => kind.emit(algebra, x, alpha, beta);
	});
	return Array.from({ length: directions }, (_, d) =>
		all.slice(d * defaults.length, (d + 1) * defaults.length),
	);
}
