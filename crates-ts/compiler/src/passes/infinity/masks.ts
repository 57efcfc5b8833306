import { constantScalar } from "@umpire/graph/facts.ts";
import { type Range, rangeOf, union } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { LEAST_STAND_IN, type MaskInputs } from "./extended.ts";
import type { Rule } from "./rule.ts";
import type { Surroundings } from "./surroundings.ts";

/** The least stand-in for infinity that whole numbers and inputs of 0 and 1 are multiplied by; truth values may be by less. */
const LEAST_FACTOR = 1e6;

/** Truth values times a number that stands for infinity. */
export function maskOf(node: Node, around: Surroundings): ReturnType<Rule> {
	const type = around.type(node.outputs[0]);
	for (const place of isFloat(type) ? [0, 1] : []) {
		const [name, other] = [node.inputs[place], node.inputs[1 - place]];
		const value = constantScalar(name, around.facts);
		if (value === undefined || !(Math.abs(value) >= LEAST_STAND_IN)) continue;
		const range = wholeRange(other, around, Math.abs(value) >= LEAST_FACTOR);
		const sign =
			range && (range.low >= 0 && range.high <= 1 ? 1 : range.high <= 0 && range.low >= -1 ? -1 : 0);
		if (!sign) continue;
		const opType = sign === 1 ? "Greater" : "Less";
		const truth = around.emit(opType, [other, around.number(sign / 2, type)], around.shape(other), "bool");
		const side = value * sign < 0 ? "low" : "high";
		return [{ finite: around.zero(type), [side]: truth, least: Math.abs(value) }];
	}
	return undefined;
}

const COMBINED: Readonly<Record<string, (a: Range, b: Range) => readonly number[]>> = {
	Add: (a, b) => [a.low + b.low, a.high + b.high],
	Max: (a, b) => [Math.max(a.low, b.low), Math.max(a.high, b.high)],
	Min: (a, b) => [Math.min(a.low, b.low), Math.min(a.high, b.high)],
	Mul: (a, b) => [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high],
	Sub: (a, b) => [a.low - b.high, a.high - b.low],
};

/**
 * What a value may be if it is whole for all inputs, because it is made from truth values, or
 * (`far`) from whole numbers or an input that holds nothing but 0 and 1; undefined if it is not.
 */
function wholeRange(name: string, around: Surroundings, far: boolean): Range | undefined {
	const constant = around.constant(name);
	if (constant) return toReal(constant).data.every(Number.isInteger) ? rangeOf(constant) : undefined;
	const type = around.type(name);
	if (type === "bool") return { low: 0, high: 1 };
	const node = around.producer(name);
	const { domain = "", opType = "", inputs = [] } = node ?? {};
	const of = (one: string): Range | undefined => wholeRange(one, around, far);
	if (domain === "" && node) {
		if (opType === "Cast" || has(node, "moves")) return of(inputs[0]);
		const [a, b] = (opType === "Where" ? inputs.slice(1) : inputs).map(of);
		if (opType === "Where") return a && b && union(a, b);
		if (opType === "Neg") return a && { low: -a.high, high: -a.low };
		if (a && b && Object.hasOwn(COMBINED, opType)) {
			const ends = COMBINED[opType](a, b);
			return { low: Math.min(...ends), high: Math.max(...ends) };
		}
	}
	if (!far) return undefined;
	if (!isFloat(type)) return around.facts.ranges.get(name);
	return !node && around.inputs.truths.has(name) ? { low: 0, high: 1 } : undefined;
}

/** Finds the inputs that are masks in all that they hold. */
export class InputMasks {
	private readonly truths: Set<string>;
	/** The least magnitudes so far. */
	private readonly added: Map<string, number>;

	constructor({ inputs }: Graph) {
		const names = inputs.filter(({ type }) => isFloat(type)).map(({ name }) => name);
		this.truths = new Set(names);
		this.added = new Map(names.map((name) => [name, Number.POSITIVE_INFINITY]));
	}

	add(name: string, tensor: Tensor): void {
		if (!this.truths.has(name) && !this.added.has(name)) return;
		const { data } = toReal(tensor);
		if (!data.every((value) => value === 0 || value === 1)) this.truths.delete(name);
		const least = this.added.get(name);
		if (least === undefined) return;
		if (!data.every((value) => value === 0 || value <= -LEAST_FACTOR)) this.added.delete(name);
		else
			this.added.set(
				name,
				data.reduce((a, b) => (b < 0 ? Math.min(a, -b) : a), least),
			);
	}

	/** What holds nothing but zeros are truth values. */
	found(): MaskInputs {
		return {
			truths: this.truths,
			added: new Map([...this.added].filter(([name]) => !this.truths.has(name))),
		};
	}
}
