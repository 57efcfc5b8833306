import type { ChainEvent, EventFeed } from "@umpire/chain/events.ts";
import { describe, expect, it } from "vitest";
import { unsettled } from "../src/settled.ts";

const now = () => Math.floor(Date.now() / 1000);

/** A feed whose newest block is 100, made some seconds ago. */
function feedOf(
	events: readonly [name: string, number: number, block: number][],
	age = 0,
): Pick<EventFeed, "events" | "head"> {
	return {
		head: { number: 100n, hash: "0x", parentHash: "0x", timestamp: BigInt(now() - age) },
		events: events.map(([name, number, block]) => {
			const id = BigInt(number);
			const args = { request: id, claim: id, dispute: id };
			return { name, args, block: BigInt(block) } as unknown as ChainEvent;
		}),
	};
}

describe("what a reorganisation can give another meaning", () => {
	const events: [string, number, number][] = [
		["Requested", 1, 90],
		["Requested", 2, 97],
		["Requested", 3, 98],
		["Claimed", 7, 98],
		["Named", 5, 99],
		["Requested", 4, 100],
	];

	it("is what has fewer blocks on top of it than are waited for, by its kind", () => {
		const world = { feed: feedOf(events), settledAfter: 3n };
		expect([...unsettled(world, "Requested")].sort()).toEqual([3, 4]);
		expect([...unsettled(world, "Claimed")]).toEqual([7]);
		expect([...unsettled(world, "Named")]).toEqual([5]);
		expect([...unsettled({ ...world, settledAfter: 0n }, "Requested")]).toEqual([]);
	});

	it("is nothing on a chain that makes no block by itself", () => {
		expect([...unsettled({ feed: feedOf(events, 20), settledAfter: 3n }, "Requested")].sort()).toEqual([
			3, 4,
		]);
		expect([...unsettled({ feed: feedOf(events, 120), settledAfter: 3n }, "Requested")]).toEqual([]);
	});
});
