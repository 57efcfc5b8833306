import { ChainError, RevertError } from "@umpire/chain/errors.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isRace } from "../src/race.ts";
import { Troubles } from "../src/troubles.ts";

let said: string[];
let troubles: Troubles;
beforeEach(() => {
	vi.useFakeTimers({ toFake: ["performance"] });
	said = [];
	troubles = new Troubles((line) => said.push(line));
});
afterEach(() => vi.useRealTimers());

const refused = async (): Promise<boolean> => {
	throw new RevertError("bring failed: the contract refuses it (AlreadyBrought(7)).");
};
/** One try a second, each in the state of the block that is named. */
const tryIn = async (blocks: readonly string[], move = refused): Promise<void> => {
	for (const block of blocks) {
		vi.advanceTimersByTime(1000);
		expect(await troubles.race("bring of round 7", block, move)).toBe(false);
	}
};

describe("a move that others make as well", () => {
	test("whoever comes second tells no failure: the move is not due in the next block", async () => {
		await tryIn(["a"]);
		expect(troubles.awaitsLook).toBe(true);
		vi.advanceTimersByTime(10_000);
		expect(troubles.awaitsLook).toBe(false);
		expect(said).toEqual([]);
	});

	test("a refusal in the state of a later block is told, once", async () => {
		await tryIn(["a", "b", "c", "d"]);
		expect(said).toEqual([expect.stringContaining("AlreadyBrought(7)")]);
	});

	test("a node that reads behind is no reason to tell it, but for four seconds only", async () => {
		await tryIn(["a", "a", "a", "a"]);
		expect(said).toEqual([]);
		await tryIn(["a", "a"]);
		expect(said).toEqual([expect.stringContaining("AlreadyBrought(7)")]);
	});

	test("a refusal that nothing followed for long is over, and the next one another", async () => {
		await tryIn(["a"]);
		vi.advanceTimersByTime(100_000);
		await tryIn(["b"]);
		expect(said).toEqual([]);
	});

	test("what is no refusal is told at once, and so is a refusal of a move that is one's own", async () => {
		await tryIn(["a"], async () => {
			throw new ChainError("No answer.", { retryable: true });
		});
		expect(said).toEqual(["bring of round 7: No answer."]);
		await troubles.attempt("commit", refused);
		expect(said).toHaveLength(2);
	});

	test("knows that it is one while it is made", async () => {
		const seen: boolean[] = [];
		const look = async () => seen.push(isRace()) > 0;
		await troubles.race("draw", "a", look);
		await troubles.attempt("join", look);
		expect(seen).toEqual([true, false]);
	});
});
