import { ChainError } from "@umpire/chain/errors.ts";
import { describe, expect, it } from "vitest";
import { runActor } from "../src/actor.ts";
import { makeInOrder } from "../src/round.ts";
import { unlessStopped } from "../src/stopping.ts";
import { Troubles } from "../src/troubles.ts";

describe("an actor", () => {
	it("goes on after whatever fails: a dispute may be running", async () => {
		const stop = new AbortController();
		const failures = [new ChainError("No answer.", { retryable: true }), new TypeError("x is undefined")];
		const said: string[] = [];
		const actor = {
			name: "actor",
			async tick() {
				const failure = failures.shift();
				if (failure !== undefined) throw failure;
				stop.abort();
				return false;
			},
		};
		await runActor(actor, 1, stop.signal, (line) => said.push(line));
		expect(said).toEqual([
			"No answer. Looking again.",
			"TypeError: x is undefined (a defect of this program: please report it; UMPIRE_DEBUG=1 shows more). Looking again.",
		]);
	});

	it("stops at once when it is told to, whatever it is doing, and begins nothing more", async () => {
		const stop = new AbortController();
		let ticks = 0;
		const actor = {
			name: "actor",
			tick: () => {
				ticks++;
				setImmediate(() => stop.abort());
				return new Promise<boolean>(() => {});
			},
		};
		await runActor(actor, 1, stop.signal, () => {});
		expect(ticks).toBe(1);
		await runActor(actor, 1, stop.signal, () => {});
		expect(ticks).toBe(1);
	});

	it("is not ended by what it left when it was stopped", async () => {
		const stop = new AbortController();
		let fail = (_error: Error) => {};
		const work = new Promise<string>((_resolve, reject) => {
			fail = reject;
		});
		const waiting = unlessStopped(stop.signal, work);
		stop.abort();
		expect(await waiting).toBeUndefined();
		// An unhandled rejection would fail the run.
		fail(new Error("too late"));
		await new Promise((resolve) => setImmediate(resolve));
		expect(await unlessStopped(new AbortController().signal, Promise.resolve("done"))).toBe("done");
		// Nor is it waited for when it is begun after that.
		const late = unlessStopped(stop.signal, new Promise<string>(() => {}));
		const next = new Promise((resolve) => setImmediate(() => resolve("waits")));
		expect(await Promise.race([late, next])).toBeUndefined();
		expect(await unlessStopped(stop.signal, Promise.reject(new Error("too late")))).toBeUndefined();
	});

	it("makes moves in the order of their deadlines, and those without one last", async () => {
		const made: string[] = [];
		const due = (item: string, until: number) => ({
			item,
			until,
			make: async () => made.push(item) > 0,
		});
		const never = Number.POSITIVE_INFINITY;
		const all = [due("d", never), due("c", 30), due("a", 10), due("e", never), due("b", 20)];
		expect(await makeInOrder(all, new Troubles(() => {}))).toBe(true);
		expect(made).toEqual(["a", "b", "c", "d", "e"]);
	});
});
