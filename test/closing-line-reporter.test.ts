import { afterEach, expect, test, vi } from "vitest";
import type { TestModule, Vitest } from "vitest/node";
import ClosingLineReporter from "./closing-line-reporter.ts";

afterEach(() => vi.restoreAllMocks());

/** The closing line of a run of these tests, each with its state. */
function lineOf(states: Readonly<Record<string, string>>, testNamePattern?: RegExp): string {
	const said = vi.spyOn(console, "log").mockImplementation(() => {});
	const reporter = new ClosingLineReporter();
	reporter.onInit({ config: { testNamePattern } } as Vitest);
	const tests = Object.entries(states).map(([fullName, state]) => ({
		fullName,
		options: { mode: /left out/.test(fullName) ? "skip" : "run" },
		result: () => ({ state }),
	}));
	const module = { errors: () => [], children: { allTests: () => tests } };
	reporter.onTestRunEnd([module as unknown as TestModule]);
	return String(said.mock.lastCall);
}

const STATES = { "a suite > passes": "passed", "a suite > is left out": "skipped" };

test("a test that leaves itself out is told of, and has neither passed nor failed", () => {
	expect(lineOf(STATES)).toBe("1 passed, 0 failed, 1 left out: what they need is not installed");
	expect(lineOf(STATES, /left out/)).toBe("1 passed, 0 failed, 1 left out: what they need is not installed");
});

test("a test that was to run and did not counts as failed", () => {
	expect(lineOf({ "a suite > passes": "passed", "a suite > is never run": "skipped" })).toBe(
		"1 passed, 1 failed",
	);
});

test("tests that -t does not name count as neither", () => {
	expect(lineOf(STATES, /a suite passes/)).toBe("1 passed, 0 failed");
});

test("what fails counts", () => {
	expect(lineOf({ ...STATES, "a suite > fails": "failed" }, /suite (passes|fails)/)).toBe(
		"1 passed, 1 failed",
	);
});
