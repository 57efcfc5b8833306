import { toLogical, toPhysical } from "@umpire/commitment/tensor.ts";
import { describe, expect, it } from "vitest";
import { logicalOf } from "../src/element-reads.ts";
import { operatorNames } from "../src/operator-names.ts";
import { amongNumbers, placeInTensor, tensorView } from "../src/tensor-view.ts";
import { clock, ether, etherNumber, foreign, grouped, lasted, real, short } from "../src/text.ts";

describe("what pages write", () => {
	it("has separators, a real minus, and all digits of amounts that count", () => {
		expect([grouped(8494), grouped(-889798n), grouped("-12")]).toEqual([
			"8,494",
			"\u2212889,798",
			"\u221212",
		]);
		expect([ether(10n ** 17n), ether(0n), ether(3n * 10n ** 18n)]).toEqual(["0.1 ETH", "0 ETH", "3 ETH"]);
		expect(etherNumber(-1_234_567_890n)).toBe("\u22120.000000001234");
		expect([real(0.5834481), real(-23.391), real(1e-9)]).toEqual([
			"0.58345",
			"\u221223.391",
			"1.000e\u22129",
		]);
	});

	it("says how long is left and how long it took", () => {
		expect([clock(138), clock(3.9), clock(-4), clock(11_045)]).toEqual(["2:18", "0:03", "0:00", "3:04:05"]);
		expect([clock(172_800), clock(28_922 * 86_400), clock(1e308)]).toEqual([
			...["2 days", "79 years", "more than 1,000 years"],
		]);
		expect([lasted(45), lasted(106), lasted(120), lasted(10_920)]).toEqual([
			...["45 s", "1 min 46 s", "2 min", "3 h 2 min"],
		]);
	});

	it("takes the names of strangers as 48 characters that show, without what turns or hides text", () => {
		expect(foreign("a\u202eb\u0000c\n")).toBe("abc");
		// What is read from the right stays among its own characters.
		expect(foreign("\u0645\u0631\u062d\u0628\u0627 1")).toBe("\u2068\u0645\u0631\u062d\u0628\u0627 1\u2069");
		expect([...foreign("\u{1f600}".repeat(100))]).toHaveLength(48);
		expect(short(`0x${"ab".repeat(20)}`)).toBe("0xabab\u2026abab");
	});
});

describe("operators", () => {
	const names = (...nodes: string[]) =>
		operatorNames({ operators: nodes.map((node) => ({ node, opType: "Add" })) } as unknown as Parameters<
			typeof operatorNames
		>[0]);

	it("are called by their layer, longer where two are in one, and by number where nothing tells them apart", () => {
		expect(names("/conv1/Conv + /relu1/Relu", "/conv2/Conv")).toEqual(["conv1", "conv2"]);
		expect(names("/a/MatMul", "/a/Add", "/b/Add")).toEqual(["a/MatMul", "a/Add", "b"]);
		expect(names("/a/Add", "/a/Add")).toEqual(["a/Add 0", "a/Add 1"]);
		expect(names("", "x")).toEqual(["Add", "x"]);
	});
});

describe("tensors", () => {
	it("have elements where the layout puts them", () => {
		const shape = [2, 3, 4];
		for (const layout of [
			[0, 1, 2],
			[2, 0, 1],
			[1, 2, 0],
		]) {
			const logical = Int32Array.from({ length: 24 }, (_, i) => i);
			const physical = toPhysical(logical, shape, layout);
			const index = logicalOf({ shape, layout });
			expect([...physical].map((_, i) => index(i))).toEqual([...physical]);
			expect(toLogical(physical, shape, layout)).toEqual(logical);
		}
	});

	it("are drawn as planes of their last two axes, with the wrong number and what is read", () => {
		const values = Int16Array.from({ length: 2 * 4 * 5 }, (_, i) => i - 20);
		const read = new Set([20 + 6, 20 + 7, 20 + 11, 20 + 12]);
		const view = tensorView("t", [1, 2, 4, 5], values, { read, wrong: 3 });
		expect(view).toMatchObject({ shape: [2, 4, 5], count: 2, largest: 20 });
		expect(view.planes[0]).toMatchObject({ wrong: 3, box: null, rows: 4, columns: 5 });
		expect(view.planes[1].box).toEqual([1, 1, 2, 2]);
		expect(placeInTensor([1, 2, 4, 5], 26)).toBe("map 1, row 1, column 1");
		expect(placeInTensor([1, 84], 18)).toBe("number 18");
		expect(placeInTensor([3136], 1234)).toBe("number 1,234");
	});

	it("are folded into squares where lists have as many numbers, else into no more than 24 columns", () => {
		const sizes = (length: number): number[] => {
			const [{ rows, columns }] = tensorView("t", [1, length], new Int8Array(length), {}).planes;
			return [rows, columns];
		};
		expect(sizes(784)).toEqual([28, 28]);
		expect(sizes(1600)).toEqual([40, 40]);
		expect(sizes(783)).toEqual([33, 24]);
		expect(sizes(84)).toEqual([9, 10]);
		expect(sizes(16)).toEqual([1, 16]);
	});

	it("say among how many numbers one is, and that counting begins at 0", () => {
		expect(amongNumbers([1, 3], 0)).toBe("of 3 numbers, counted from 0");
		expect(amongNumbers([1, 16, 14, 14], 1234)).toBe("number 1,234 of 3,136, counted from 0");
		expect(amongNumbers([1, 1], 0)).toBe("the only number");
	});

	it("too large to be drawn are cut around the wrong number", () => {
		const view = tensorView(
			"t",
			[500, 300],
			new Int8Array(150_000),
			{ wrong: 499 * 300 + 1 },
			{ onlyMarked: true },
		);
		const [plane] = view.planes;
		expect([plane.rows, plane.columns, plane.firstRow, plane.firstColumn]).toEqual([28, 28, 472, 0]);
		expect(plane.wrong).toBe(27 * 28 + 1);
		expect(plane.values).toHaveLength(784);
	});
});
