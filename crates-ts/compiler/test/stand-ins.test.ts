import { describe, expect, test } from "vitest";
import { Judge } from "../src/fidelity/judge.ts";

function judged(reference: readonly number[], values: readonly number[]) {
	const judge = new Judge();
	judge.add(reference, values, [reference.length], 1e-3);
	return judge.judgement;
}

describe("numbers that stand for infinity in an output", () => {
	test("need a place in the order, not their size", () => {
		expect(judged([1, 2, -1e9], [1, 2, -300]).maxAbs).toBe(0);
		expect(judged([1, 2, -1e9], [1, 2.5, -300]).maxAbs).toBe(0.5);
	});
	test("are judged as numbers where they are not beyond all others, or on the other side", () => {
		expect(judged([1, 2, -1e9], [1, 2, -1.5]).maxAbs).toBeGreaterThan(1e8);
		expect(judged([1, 2, -1e9], [1, 2, 300]).maxAbs).toBeGreaterThan(1e8);
	});
	test("are large numbers if they may be meant: these have to be found", () => {
		expect(judged([0.42, 1, 100_000], [0.42, 1, 50_000]).maxAbs).toBe(50_000);
		expect(judged([0.42, 1.5, 100_000], [0.42, 1, 100_001]).maxAbs).toBe(0.5);
	});
});
