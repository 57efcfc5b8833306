import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sayOnce } from "../src/say-once.ts";
import { stillAt } from "../src/still-at.ts";

let said: string[];
const progress = (line: string) => said.push(line);
beforeEach(() => {
	vi.useFakeTimers();
	said = [];
});
afterEach(() => vi.useRealTimers());

test("what takes long says that it goes on, after its last line, and nothing when it is done or has failed", async () => {
	let at = "compiling";
	let end = (_done: string) => {};
	const work = stillAt(
		progress,
		() => at,
		(say) => {
			setTimeout(() => say("Half of it."), 10_000);
			return new Promise<string>((resolve) => {
				end = resolve;
			});
		},
	);
	await vi.advanceTimersByTimeAsync(24_000);
	expect(said).toEqual(["Half of it."]);
	at = "linking";
	await vi.advanceTimersByTimeAsync(2_000);
	expect(said).toEqual(["Half of it.", "Still at it after 25 s: linking."]);
	end("done");
	expect(await work).toBe("done");
	await vi.advanceTimersByTimeAsync(60_000);
	expect(said).toHaveLength(2);
	const failing = stillAt(
		progress,
		() => at,
		() => Promise.reject(new Error("no disk")),
	);
	await expect(failing).rejects.toThrow("no disk");
	await vi.advanceTimersByTimeAsync(60_000);
	expect(said).toHaveLength(2);
});

test("what is waited for is said when it changes, and again after ten minutes", async () => {
	const say = sayOnce(progress);
	for (const line of ["a", "a", "b", undefined, "b"]) say(line);
	expect(said).toEqual(["a", "b", "b"]);
	await vi.advanceTimersByTimeAsync(599_000);
	say("b");
	expect(said).toHaveLength(3);
	await vi.advanceTimersByTimeAsync(1_000);
	say("b");
	expect(said).toHaveLength(4);
});
