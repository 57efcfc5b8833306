import { liabilities, type Parameters } from "@umpire/game/state.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { Bench } from "./bench.ts";
import { Court } from "./court.ts";

/** Gives the tests of a file one deployment, which is put back before each of them. */
export function courtPerTest(parameters: Parameters, use: (court: Court) => void): void {
	let court: Court;
	let snapshot: unknown;
	beforeAll(async () => {
		court = await Court.open(parameters);
		snapshot = await court.snapshot();
		use(court);
	});
	beforeEach(async () => {
		await court.restore(snapshot);
		snapshot = await court.snapshot();
	});
	afterAll(() => court.close());
}

/** Gives every test of a file a bench of its own. After each the contract must hold what it owes. */
export function benchPerTest(parameters: Parameters, use: (bench: Bench) => void): void {
	let court: Court;
	let bench: Bench;
	courtPerTest(parameters, (opened) => {
		court = opened;
	});
	beforeEach(async () => {
		bench = new Bench(court, parameters);
		await bench.sync();
		use(bench);
	});
	afterEach(async () => {
		expect(await court.balance(court.umpire)).toBe(liabilities(bench.table.state));
	});
}
