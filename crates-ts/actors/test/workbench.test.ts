import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { about, type Subject, subjectNow } from "../src/subject.ts";
import { type Lane, Workbench } from "../src/workbench.ts";

let bench: Workbench;
let started: string[];
let finish: Map<string, (result: object) => void>;
let fail: Map<string, (error: Error) => void>;

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["performance"] });
	bench = new Workbench();
	started = [];
	finish = new Map();
	fail = new Map();
});
afterEach(() => vi.useRealTimers());

/** Asks for a job that goes on until the test ends it. */
const ask = (lane: Lane, key: string, order = 0) =>
	bench.ask<object>(lane, {
		key,
		order,
		work: () => {
			started.push(key);
			return new Promise((resolve, reject) => {
				finish.set(key, resolve);
				fail.set(key, reject);
			});
		},
	});
/** Lets what can run run. */
async function settle(): Promise<void> {
	for (let i = 0; i < 5; i++) await turn();
}

describe("a workbench", () => {
	it("starts a job once, after whoever asks has gone on, and never waits for it", async () => {
		expect(ask("background", "a")).toBeUndefined();
		expect(started).toEqual([]);
		await settle();
		expect(ask("background", "a")).toBeUndefined();
		const result = {};
		finish.get("a")!(result);
		await settle();
		expect(ask("background", "a")).toBe(result);
		expect(started).toEqual(["a"]);
	});

	it("computes about what was asked, whatever was computed before", async () => {
		const subjects: Subject[] = [];
		const work = async () => {
			subjects.push(subjectNow());
			return {};
		};
		for (const dispute of [1, 2]) {
			about({ dispute }, () => bench.ask("urgent", { key: `${dispute}`, order: dispute, work }));
		}
		await settle();
		expect(subjects).toEqual([{ dispute: 1 }, { dispute: 2 }]);
	});

	it("does what is called wrong beside its other work, of which it keeps the order", async () => {
		for (const [key, order] of [
			["a", 1],
			["b", 2],
			["c", 3],
			["d", 4],
		] as const)
			ask("background", key, order);
		await settle();
		bench.begin();
		ask("alarm", "d", 4);
		ask("alarm", "c", 3);
		ask("background", "a", 1);
		ask("background", "b", 2);
		await settle();
		// False alarms take no turn of what has the earliest deadline.
		expect(started).toEqual(["a", "d"]);
		finish.get("a")!({});
		await settle();
		expect(started).toEqual(["a", "d", "b"]);
		finish.get("d")!({});
		await settle();
		expect(started).toEqual(["a", "d", "b", "c"]);
	});

	it("waits for many proofs of other machines at once, and of urgent work does one", async () => {
		for (const key of ["p", "q", "r"]) ask("proofs", key);
		for (const key of ["u", "v"]) ask("urgent", key);
		await settle();
		expect(started.toSorted()).toEqual(["p", "q", "r", "u"]);
	});

	it("does urgent work beside all other, and of each lane the earliest first", async () => {
		for (const [key, order] of [
			["c", 3],
			["a", 1],
			["b", 2],
		] as const)
			ask("background", key, order);
		await settle();
		expect(started).toEqual(["c"]);
		ask("urgent", "u");
		await settle();
		expect(started).toEqual(["c", "u"]);
		finish.get("c")!({});
		await settle();
		expect(started).toEqual(["c", "u", "a"]);
		// What a dispute waits for changes its lane.
		ask("urgent", "b", 2);
		finish.get("u")!({});
		await settle();
		expect(started).toEqual(["c", "u", "a", "b"]);
	});

	it("drops what waits and is not asked for any more", async () => {
		for (const key of ["a", "b", "c"]) ask("background", key);
		await settle();
		bench.begin();
		ask("background", "c");
		bench.end();
		finish.get("a")!({});
		await settle();
		expect(started).toEqual(["a", "c"]);
	});

	it("throws what a job throws, tries it again at once, and then ever later", async () => {
		const again = async () => {
			await settle();
			fail.get("a")!(new Error("broken"));
			await settle();
			expect(() => ask("background", "a")).toThrow("broken");
		};
		ask("background", "a");
		await again();
		ask("background", "a");
		await again();
		expect(started).toHaveLength(2);
		vi.advanceTimersByTime(199);
		expect(() => ask("background", "a")).toThrow("broken");
		vi.advanceTimersByTime(1);
		expect(ask("background", "a")).toBeUndefined();
		await again();
		vi.advanceTimersByTime(399);
		expect(() => ask("background", "a")).toThrow("broken");
		expect(started).toHaveLength(3);
	});

	it("keeps what running disputes ask for, whatever else is computed", async () => {
		const evidence = {};
		ask("urgent", "evidence");
		await settle();
		finish.get("evidence")!(evidence);
		await settle();
		for (let i = 0; i < 20; i++) {
			bench.begin();
			expect(bench.keep("evidence", 0)).toBe(evidence);
			ask("background", `claim ${i}`);
			bench.end();
			await settle();
			finish.get(`claim ${i}`)!({});
			await settle();
		}
		expect(bench.keep("claim 0", 0)).toBeUndefined();
	});

	it("rests until a job is done or something else is to be looked at, and not at all without a job", async () => {
		expect(await bench.rest(1, async () => false)).toBe(false);
		ask("background", "a");
		expect(await bench.rest(1, async () => true)).toBe(true);
		await settle();
		const rested = bench.rest(1, async () => false);
		finish.get("a")!({});
		expect(await rested).toBe(true);
	});
});
