import type { Facts } from "@umpire/graph/facts.ts";
import { feedsOf } from "@umpire/graph/feeds.ts";
import { foldModel } from "@umpire/graph/fold.ts";
import { reachOf } from "@umpire/graph/ranges.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import type { Operator, Program } from "@umpire/operators/program.ts";
import { describe, expect, it } from "vitest";
import { fuse } from "../src/lower/fuse.ts";
import { lowerModel } from "../src/lower/lower.ts";
import { alignSums } from "../src/quantise/aligned-sums.ts";
import { precisionOf } from "../src/quantise/scales.ts";
import { unitsOf } from "../src/widths/units.ts";
import { factorsOf, NO_WIDTHS, type Widths } from "../src/widths/widths.ts";

const KEYS = 24;

/** q·k, exponentials of it times v divided by their sums, one more sum, and a normalisation with factors and shifts. */
async function network(gamma = 0.5) {
	const random = new Random(3);
	const graph = new GraphBuilder("net");
	const dense = (x: string, name: string, size: number): string => {
		const w = graph.constant(`${name}.w`, random.heTensor([32, size], 32));
		return graph.node("MatMul", [x, w], {}, name);
	};
	const axis = graph.constant("axis", { type: "int64", dims: [1], data: BigInt64Array.of(1n) });
	const x = graph.input("x", "float32", [KEYS, 32]);
	const turned = graph.node("Transpose", [dense(x, "k", 32)], { perm: [1, 0] }, "turned");
	const scores = graph.node("MatMul", [dense(x, "q", 32), turned], {}, "scores");
	const powers = graph.node("Sigmoid", [scores], {}, "powers");
	const sum = graph.node("ReduceSum", [powers, axis], { keepdims: 1 }, "sum");
	const undivided = graph.node("MatMul", [powers, dense(x, "v", 16)], {}, "undivided");
	const context = graph.node("Div", [undivided, sum], {}, "context");
	const three: Tensor = { type: "float32", dims: [16], data: new Float32Array(16).fill(3.7) };
	const shifted = graph.node("Add", [context, graph.constant("three", three)], {}, "shifted");
	const more = graph.node("Add", [shifted, dense(x, "more", 16)], {}, "residual");
	const mean = graph.node("ReduceMean", [more], { axes: [1], keepdims: 1 }, "mean");
	const centred = graph.node("Sub", [more, mean], {}, "centred");
	const root = graph.node("Exp", [mean], {}, "root");
	const product = graph.node("Mul", [centred, root], {}, "product");
	const factors = new Float32Array(16).fill(0.7);
	factors[3] = gamma;
	const scaled = graph.node(
		"Mul",
		[product, graph.constant("gamma", { ...three, data: factors })],
		{},
		"scaled",
	);
	const data = Float32Array.from({ length: 16 }, (_, c) => (c - 8) / 9);
	graph.output(graph.node("Add", [scaled, graph.constant("beta", { ...three, data })], {}, "y"));
	const feed = new Map([["x", new Random(1).normalTensor([KEYS, 32])]]);
	const folded = await foldModel(graph.model(), feedsOf([feed]));
	const lower = (widths?: Widths): Program =>
		lowerModel(folded, "net", precisionOf(16, 1), { widths }).program;
	const name = (node: string): string => folded.graph.nodes.find((one) => one.name === node)!.outputs[0];
	return { folded, lower, name };
}

const operatorOf = ({ operators }: Program, node: string): Operator =>
	operators.findLast((operator) => operator.node.split(" + ").includes(node))!;

const planOf = (program: Program, node: string): string =>
	exactnessOf(program)[program.operators.indexOf(operatorOf(program, node))].plan;

const isPower = (value: number): boolean => Number.isInteger(Math.log2(Math.abs(value)));

describe("sums of programs whose widths were chosen", () => {
	it("have coefficients that are powers of two, and float32 holds them", async () => {
		const { lower } = await network();
		const [quick, plain] = [lower(NO_WIDTHS), lower()];
		for (const node of ["residual", "centred"]) {
			const { form } = operatorOf(quick, node);
			expect(form.type === "linear" && form.coefficients.every(isPower)).toBe(true);
			expect(planOf(quick, node)).toMatch(/^float32 sum of 2/);
		}
		expect(planOf(plain, "residual")).toMatch(/^float64 sum of 2/);
	});

	it("grow ranges by less than an octave or to a 64th of the largest, and leave those of the ends", async () => {
		const { folded, name } = await network();
		const { graph, facts } = folded;
		const own = new Map(facts.ranges);
		own.set(name("mean"), { low: -1e-6, high: 1e-6 });
		const ranges = alignSums(graph, fuse(graph, facts, true), { ...facts, ranges: own } as Facts);
		const members = ["more", "shifted", "residual", "mean", "centred"];
		const reaches = members.map((node) => reachOf(ranges.get(name(node))!));
		const most = Math.max(...reaches);
		expect(most).toBe(Math.max(...members.map((node) => reachOf(own.get(name(node))!))));
		for (const [k, reach] of reaches.entries()) {
			expect(isPower(reach / most)).toBe(true);
			const before = reachOf(own.get(name(members[k]))!);
			expect(reach).toBeGreaterThanOrEqual(before);
			expect(reach < 2 * before || reach === most / 64).toBe(true);
		}
		for (const end of ["x", name("y")]) expect(ranges.get(end)).toEqual(own.get(end));
	});
});

describe("products of two values", () => {
	const widthsOf = async () => {
		const { folded, lower, name } = await network();
		const { graph, facts } = folded;
		const options = { assignment: new Map(), sharedRanges: [], fixed: new Set<string>() };
		const { units, dividends } = unitsOf(graph, fuse(graph, facts, true), facts, options);
		const tensors = new Map(
			["q", "k", "v", "powers"].map((node) => {
				const unit = units.find(({ roots }) => roots.includes(name(node)))!;
				return [name(node), factorsOf(facts.ranges.get(name(node))!, unit.sums)] as const;
			}),
		);
		return { lower, name, units, dividends, tensors };
	};

	it("have as many levels as sums in float32 leave them, and one shift", async () => {
		const { lower, tensors } = await widthsOf();
		const program = lower({ ...NO_WIDTHS, tensors });
		const [q, v] = ["q", "v"].map((node) => operatorOf(program, node));
		expect([q.high, v.high]).toEqual(
			[32, KEYS].map((length) => Math.floor(Math.sqrt((2 ** 24 - 1) / length))),
		);
		expect(planOf(program, "scores")).toBe("float32 MatMul");
		expect(operatorOf(program, "scores").rescale!.rows[0].multiplier).toBe(1);
		expect(operatorOf(program, "powers").low).toBe(0);
		expect(planOf(lower(NO_WIDTHS), "scores")).toBe("float64 MatMul");
	});

	it("stay below 2^24 however long their sums are, and are bytes where few levels are left", () => {
		for (const length of [1, 2, 31, 384, 1500, 4000]) {
			const { limit } = factorsOf({ low: -1, high: 1 }, length);
			expect(length * limit ** 2).toBeLessThan(2 ** 24);
			expect(limit).toBeGreaterThanOrEqual(63);
		}
		expect(factorsOf({ low: -1, high: 1 }, 5000)).toMatchObject({ bits: 8, limit: 127 });
		expect(factorsOf({ low: 0, high: 1 }, 64)).toMatchObject({ positive: true });
	});

	it("are not rounded before they are divided", async () => {
		const { lower, name, dividends, tensors } = await widthsOf();
		expect([...dividends]).toEqual([name("undivided")]);
		const { scale, width, rescale } = operatorOf(lower({ ...NO_WIDTHS, tensors, dividends }), "undivided");
		const raw = ["powers", "v"].map((node) => operatorOf(lower({ ...NO_WIDTHS, tensors }), node).scale);
		expect(width).toBe(32);
		expect(scale).toBe(raw[0] * raw[1]);
		expect(rescale!.rows[0].multiplier / 2 ** rescale!.rows[0].shift).toBe(1);
	});

	it("are no unit where a value is multiplied by itself alone", async () => {
		const graph = new GraphBuilder("variance");
		const x = graph.node("Relu", [graph.input("x", "float32", [4, 1, 16])], {}, "relu");
		const turned = graph.node("Reshape", [
			x,
			graph.constant("to", { type: "int64", dims: [3], data: BigInt64Array.of(4n, 16n, 1n) }),
		]);
		graph.output(graph.node("MatMul", [x, turned], {}, "squares"));
		const feed = new Map([["x", new Random(1).normalTensor([4, 1, 16])]]);
		const { graph: folded, facts } = await foldModel(graph.model(), feedsOf([feed]));
		const options = { assignment: new Map(), sharedRanges: [], fixed: new Set<string>() };
		const { units } = unitsOf(folded, fuse(folded, facts, true), facts, options);
		expect(units.map((unit) => unit.options)).toEqual([["A16W14"]]);
	});
});

describe("factors and shifts of channels", () => {
	it("are part of the product that they follow: one rounding for all", async () => {
		const { lower } = await network();
		const { node, kind, rescale } = operatorOf(lower(NO_WIDTHS), "y");
		expect(node).toBe("product + scaled + y");
		expect([kind, rescale!.rows.length]).toEqual(["Mul", 16]);
		expect(operatorOf(lower(), "y").node).not.toContain("product");
	});

	it("are none of a product's if a factor is not positive, which no row can say", async () => {
		for (const gamma of [0, -0.5]) {
			const { lower } = await network(gamma);
			expect(operatorOf(lower(NO_WIDTHS), "y").node).not.toContain("product");
		}
	});
});
