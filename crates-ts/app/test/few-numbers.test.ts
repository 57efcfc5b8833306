import { tensorView } from "@umpire/views/tensor-view.ts";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { planes } from "../src/components/tensor-map.ts";

const drawn = (shape: number[], values: number[], read: number[] = [], isConstant = false): string => {
	const tensor = tensorView("t", shape, values, { read: new Set(read) });
	return renderToStaticMarkup(planes(tensor, 200, { isConstant }));
};
/** The texts of a drawing, in order. */
const textsOf = (markup: string): string[] =>
	[...markup.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);

describe("tensors of few numbers", () => {
	it("are written out, with their indices, where shades would be large blocks", () => {
		expect(textsOf(drawn([1, 3], [5, -1234, 0]))).toEqual(["0", "1", "2", "", "5", "\u22121,234", "0"]);
		expect(textsOf(drawn([2, 2], [5, 6, 7, 8]))).toEqual(["0", "1", "0", "1", "5", "6", "7", "8"]);
		expect(textsOf(drawn([1], [-7], [], true))).toEqual(["0", "", "\u22127"]);
		expect(textsOf(drawn([8, 8], new Array(64).fill(1)))).toEqual([]);
	});

	it("are drawn no larger than text is", () => {
		expect(Number(/max-width:([\d.]+)px/.exec(drawn([1], [3]))?.[1])).toBeLessThan(100);
	});

	it("have cells as wide as their longest number", () => {
		const widths = [...drawn([1, 2], [142_897_672, 1]).matchAll(/<rect[^>]* width="(\d+)"/g)].map(
			([, width]) => Number(width),
		);
		expect(widths).toEqual([57, 57]);
	});

	it("have what is read outlined where its numbers stand", () => {
		expect(drawn([1, 3], [5, 6, 7], [1])).toMatch(/<rect x="58" y="18" width="34" height="24" fill="none"/);
		expect(drawn([1, 3], [5, 6, 7], [1, 2])).toMatch(
			/<rect x="58" y="18" width="70" height="24" fill="none"/,
		);
		expect(drawn([2, 2], [5, 6, 7, 8], [0, 3]).match(/fill="none"/g)).toHaveLength(2);
	});
});
