import { feedsOf } from "@umpire/graph/feeds.ts";
import { foldModel } from "@umpire/graph/fold.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { Random } from "@umpire/onnx/random.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import type { Operator, Program } from "@umpire/operators/program.ts";
import { describe, expect, it } from "vitest";
import { fuse } from "../src/lower/fuse.ts";
import { lowerModel } from "../src/lower/lower.ts";
import { precisionOf } from "../src/quantise/scales.ts";
import { channelScales, quantiseWeights } from "../src/quantise/weights.ts";
import { costOf, isWhole, type WidthPlan } from "../src/widths/costs.ts";
import { holdsBack, withoutHeldBack } from "../src/widths/hold-back.ts";
import { unitsOf } from "../src/widths/units.ts";
import { bytesOf, NO_WIDTHS, type Widths } from "../src/widths/widths.ts";

/** x → a = relu(conv x) → b = conv a → c = a + b → d = relu(conv c) → e = dense d */
async function network() {
	const random = new Random(3);
	const graph = new GraphBuilder("net");
	const shape = [1, 16, 12, 12];
	const conv = (x: string, name: string): string => {
		const w = graph.constant(`${name}.w`, random.heTensor([16, 16, 3, 3], 144));
		return graph.node("Conv", [x, w], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, name);
	};
	const a = graph.node("Relu", [conv(graph.input("x", "float32", shape), "ca")], {}, "a");
	const b = conv(a, "b");
	const c = graph.node("Add", [a, b], {}, "c");
	const d = graph.node("Flatten", [graph.node("Relu", [conv(c, "cd")], {}, "d")], {}, "flat");
	const v = graph.constant("v", random.heTensor([2304, 32], 2304));
	graph.output(graph.node("MatMul", [d, v], {}, "e"), "float32", [1, 32]);
	const model = graph.model();
	const feed = new Map([["x", new Random(1).normalTensor(shape)]]);
	const folded = await foldModel(model, feedsOf([feed]));
	const lower = (widths?: Widths): Program =>
		lowerModel(folded, "net", precisionOf(16, 1), { widths }).program;
	const name = (node: string): string => folded.graph.nodes.find((one) => one.name === node)!.outputs[0];
	const range = (node: string) => folded.facts.ranges.get(name(node))!;
	return { folded, lower, name, range };
}

const operatorOf = ({ operators }: Program, node: string): Operator =>
	operators.findLast((operator) => operator.node.split(" + ").includes(node))!;

const planOf = (program: Program, node: string): string =>
	exactnessOf(program)[program.operators.indexOf(operatorOf(program, node))].plan;

const weightsOf = (program: Program, node: string): number => {
	const { index } = operatorOf(program, node).operands.find(({ source }) => source === "constant")!;
	return Array.from(program.constants[index].data).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
};

describe("programs of chosen widths", () => {
	it("hold what is never negative in 0 … 255, and what is in −127 … 127", async () => {
		const { lower, name, range } = await network();
		const bytes = (node: string) => [name(node), bytesOf(range(node), false)] as const;
		const program = lower({ ...NO_WIDTHS, tensors: new Map([bytes("a"), bytes("b")]) });
		const [a, b, c] = ["a", "b", "c"].map((node) => operatorOf(program, node));
		expect([a.low, a.high, a.width]).toEqual([0, 255, 16]);
		expect([b.low, b.high, b.width]).toEqual([-127, 127, 8]);
		expect(c.high).toBe(32767);
	});

	it("keep a sign for inputs, which may be whatever their width holds", () => {
		expect(bytesOf({ low: 0, high: 1 }, true)).toMatchObject({ bits: 8, limit: 127 });
		expect(bytesOf({ low: 0, high: 1 }, false)).toMatchObject({ bits: 16, limit: 255, positive: true });
		expect(bytesOf({ low: -1e-3, high: 1 }, false)).toMatchObject({ bits: 8, limit: 127 });
	});

	it("give convolutions 7-bit weights where both ends are bytes, and nowhere else", async () => {
		const { lower, name, range } = await network();
		const small = new Set(["a", "c"].map(name));
		const tensors = new Map(
			["a", "b", "c"].map((node) => [name(node), bytesOf(range(node), false)] as const),
		);
		const program = lower({ ...NO_WIDTHS, tensors, small });
		expect(planOf(program, "b")).toBe("8-bit Conv");
		expect(weightsOf(program, "b")).toBeLessThanOrEqual(63);
		// Its result has 16 bits, which no kernel gives.
		expect(planOf(program, "cd")).toMatch(/^float32 Conv/);
		expect(weightsOf(program, "cd")).toBeGreaterThan(63);
	});

	it("give convolutions at single positions 7-bit weights for 16 bits as well, where channels are many", async () => {
		const random = new Random(3);
		const graph = new GraphBuilder("net");
		const conv = (
			x: string,
			name: string,
			[m, c]: readonly [number, number],
			pads: readonly number[],
		): string => {
			const w = graph.constant(`${name}.w`, random.heTensor([m, c, 1, 1], c));
			return graph.node("Conv", [x, w], { kernel_shape: [1, 1], pads }, name);
		};
		const none = [0, 0, 0, 0];
		const a = conv(graph.input("x", "float32", [1, 96, 12, 12]), "a", [80, 96], none);
		const b = conv(a, "b", [96, 80], [1, 1, 1, 1]);
		const c = conv(b, "c", [32, 96], none);
		graph.output(c, "float32", [1, 32, 14, 14]);
		const feed = new Map([["x", new Random(1).normalTensor([1, 96, 12, 12])]]);
		const { graph: folded, facts } = await foldModel(graph.model(), feedsOf([feed]));
		const widths = { ...NO_WIDTHS, small: new Set(["x", a, b]) };
		const { program } = lowerModel({ graph: folded, facts }, "net", precisionOf(16, 1), { widths });
		expect(planOf(program, "a")).toBe("2 8-bit MatMul per position");
		for (const node of ["b", "c"]) expect(planOf(program, node)).not.toMatch(/8-bit/);
		const options = { assignment: new Map(), sharedRanges: [], fixed: new Set<string>() };
		const { units, products } = unitsOf(folded, fuse(folded, facts), facts, options);
		expect(products.map(({ type }) => type)).toEqual(["pointwise", "conv", "conv"]);
		expect(units[0].options).toEqual(["A16W14", "A16W7", "A8W14", "A8W7"]);
		// An integer kernel gives the first result in 16 bits too.
		expect(units.map(({ wantsBytes }) => wantsBytes)).toEqual([false, false, true]);
	});

	it("leave sums of bytes room in one float32 convolution, where weights stay fine", async () => {
		const { lower, name, range } = await network();
		const tensors = new Map(["a", "c"].map((node) => [name(node), bytesOf(range(node), false)] as const));
		const program = lower({ ...NO_WIDTHS, tensors });
		expect(planOf(program, "b")).toBe("float32 Conv, rescaled by its weights");
		expect(planOf(program, "cd")).toBe("float32 Conv, rescaled by its weights");
	});

	it("give matrix products 7-bit weights for 16 bits as well", async () => {
		const { lower, name } = await network();
		const program = lower({ ...NO_WIDTHS, small: new Set([name("flat")]) });
		expect(planOf(program, "e")).toBe("2 8-bit MatMul");
	});

	it("copy in bytes what others read in 16 bits", async () => {
		const { lower, name, range } = await network();
		const program = lower({ ...NO_WIDTHS, copies: new Map([[name("a"), bytesOf(range("a"), false)]]) });
		expect(operatorOf(program, "a").high).toBe(32767);
		const [x] = operatorOf(program, "b").operands;
		expect(program.operators[x.index]).toMatchObject({ kind: "Add", low: 0, high: 255 });
		const read = operatorOf(program, "c").operands.map(({ index }) => program.operators[index].high);
		expect(read).toContain(32767);
		expect(read).not.toContain(255);
	});

	it("change nothing but the grids of sums where nothing was chosen", async () => {
		const { lower } = await network();
		const forms = ({ operators }: Program) => operators.map(({ form: { type }, width }) => [type, width]);
		expect(forms(lower(NO_WIDTHS))).toEqual(forms(lower()));
		// The second convolution's result is on the grid of the sum that reads it.
		const [a, b, c] = ["a", "b", "c"].map((node) => operatorOf(lower(NO_WIDTHS), node).scale);
		expect([a / c, b / c].every((ratio) => Number.isInteger(Math.log2(ratio)))).toBe(true);
	});
});

describe("units", () => {
	const found = async () => {
		const { folded, name } = await network();
		const { graph, facts } = folded;
		const options = { assignment: new Map(), sharedRanges: [], fixed: new Set<string>() };
		const all = unitsOf(graph, fuse(graph, facts), facts, options);
		const unit = (node: string) => all.units.find((one) => one.name === name(node))!;
		return { all, unit, name, folded };
	};

	it("are what products read, and what convolutions give", async () => {
		const { all, unit, name } = await found();
		expect(all.units.map((one) => one.name)).toEqual(["x", ...["a", "b", "c", "d"].map(name)]);
		expect(unit("a").options).toEqual(["A16W14", "A8W14", "A8W7", "A8W7 for all"]);
		expect(unit("b").options).toEqual(["A16W14", "A8W7 for all"]);
		expect(unit("d")).toMatchObject({ factors: [name("flat")], options: ["A16W14", "A16W7", "A8W7"] });
	});

	it("keep the grids of what has one for another reason", async () => {
		const { folded, name } = await network();
		const { graph, facts } = folded;
		const all = unitsOf(graph, fuse(graph, facts), facts, {
			assignment: new Map(),
			sharedRanges: [],
			fixed: new Set([name("a"), name("b")]),
		});
		const unit = all.units.find((one) => one.name === name("a"))!;
		expect(unit).toMatchObject({ roots: [], options: ["A16W14", "A8W14", "A8W7"] });
		expect(isWhole(unit, "A8W7")).toBe(false);
		expect(all.units.some((one) => one.name === name("b"))).toBe(false);
	});

	it("are one where they share a range", async () => {
		const { folded, name } = await network();
		const { graph, facts } = folded;
		const sharedRanges = [["a", "d"].map(name)];
		const options = { assignment: new Map(), sharedRanges, fixed: new Set<string>() };
		const all = unitsOf(graph, fuse(graph, facts), facts, options);
		expect(all.units.find((one) => one.name === name("a"))!.roots).toEqual(["a", "d"].map(name));
	});

	it("cost less with every end that a convolution's kernel finds in bytes", async () => {
		const { all, name } = await found();
		const cost = (bytes: readonly string[]) => {
			const plan: WidthPlan = all.units.map((one) => (bytes.includes(one.name) ? one.options.length - 1 : 0));
			return costOf(all, plan);
		};
		const [none, from, both] = [[], ["a"], ["a", "b"]].map((nodes) => cost(nodes.map(name)));
		expect(from).toBeLessThan(none);
		expect(both).toBeLessThan(0.95 * from);
	});
});

describe("weights of 7 bits", () => {
	/** The squared error of a channel's weights, and its largest integer. */
	const quantised = (weights: readonly number[], clips: boolean): { error: number; largest: number } => {
		const channel = { data: Float64Array.from(weights), inner: 1, channels: 1 };
		const scales = channelScales(channel, { limit: 63, sum: Number.POSITIVE_INFINITY });
		const options = { inputScale: 0.01, outputScale: 1, limit: 127, narrow: true, clips };
		const { data, rows } = quantiseWeights(channel, scales, undefined, options);
		const step = rows[0].multiplier / 2 ** rows[0].shift / 0.01;
		const errors = weights.map((weight, k) => (weight - data[k] * step) ** 2);
		const largest = Array.from(data).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
		return { error: errors.reduce((a, b) => a + b, 0), largest };
	};
	const small = Array.from(new Random(5).normalTensor([200]).data as Float32Array, (value) => value / 8);

	it("are clipped where that makes the lesser squared error, within what kernels sum", () => {
		const spread = [...small, 0.79];
		const [whole, clipped] = [false, true].map((clips) => quantised(spread, clips));
		expect(clipped.largest).toBe(63);
		expect(clipped.error).toBeLessThan(whole.error);
	});

	it("are not clipped where that costs more", () => {
		const far = [...small, 1.3];
		expect(quantised(far, true)).toEqual(quantised(far, false));
	});
});

describe("costs", () => {
	it("know that small products keep their weights", () => {
		const unit = {
			...{ name: "x", roots: ["x"], factors: ["x"], elements: 1, others: 0, wantsBytes: false, sums: 0 },
			options: ["A16W14", "A16W7", "A8W7"] as const,
		};
		const cost = (isSmall: boolean, option: number): number => {
			const product = {
				work: 1e5,
				type: "matmul",
				length: 1,
				isSmall,
				hasDigits: false,
				reads: [0],
				gives: -1,
			} as const;
			return costOf({ units: [unit], products: [product], dividends: new Set() }, [option]);
		};
		expect(cost(true, 1)).toBe(cost(true, 0));
		expect(cost(false, 1)).toBeLessThan(cost(false, 0));
		expect(cost(false, 2)).toBeLessThan(cost(true, 2));
		expect(cost(true, 2)).toBeLessThan(cost(true, 0));
	});
});

describe("inputs that are held back", () => {
	it("are every third set, with all of its steps", async () => {
		const feeds = feedsOf(
			Array.from({ length: 14 }, (_, k) => new Map([["x", new Random(k).normalTensor([1])]])),
		);
		const all: unknown[] = [];
		for await (const feed of feeds.each()) all.push(feed);
		const left: unknown[] = [];
		const seen = withoutHeldBack(feeds, 2);
		for await (const feed of seen.each()) left.push(feed);
		expect(left).toEqual([0, 1, 2, 3, 6, 7, 8, 9, 12, 13].map((k) => all[k]));
		expect(seen.count).toBe(left.length);
	});

	it("are none of one or two sets", () => {
		expect([1, 2, 3].map(holdsBack)).toEqual([false, false, true]);
	});
});
