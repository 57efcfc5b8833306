import { setUp } from "@umpire/actors/set-up.ts";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { playGame } from "./game.ts";
import { type CampaignMove, campaignMoves } from "./moves.ts";

beforeAll(() => setUp(() => {}));

/** The moves that a seed stands for. */
const drawn = (seed: number): CampaignMove[] => fc.sample(campaignMoves(20, 30), { seed, numRuns: 1 })[0];

/** A paying request of program 1 that a party sees within the slots that follow. */
const request = {
	type: "request",
	program: 0,
	seed: 3,
	inputs: "stored",
	spoil: 0,
	pays: true,
	soon: false,
	consumer: 0,
} as const;
const lie = { type: "lie", request: 50, lie: "number", seed: 7, diligence: 20 } as const;

describe("an honest party that answers within its increment never loses, through the programs that people run", () => {
	it.each([
		[12, 4],
		[12, 9],
		[2, 5],
	])("with blocks every %i s, moves of seed %i", async (seconds, seed) => {
		const { broken, figures } = await playGame(drawn(seed), { seconds });
		expect(broken).toEqual([]);
		expect(figures.trueFinal).toBeGreaterThan(5);
		expect(figures.disputesLost).toBe(0);
	});

	it("whatever a consumer does with the gas that it is given", async () => {
		const moves = [1, 2, 3, 4, 5].map((consumer) => ({ ...request, seed: consumer, consumer }));
		const { broken, figures } = await playGame(moves, { seconds: 12 });
		expect(broken).toEqual([]);
		expect(figures.trueFinal).toBe(11);
	});
});

describe("the campaign notices", () => {
	/** As many lies as there are open requests: the liar comes first. */
	const lies = [{ ...request, program: 1, pays: false }, { ...lie }] as const;

	it("a verifier that does not look: the false claim becomes final", async () => {
		const absent = (seat: string) => seat === "verifier";
		const { broken } = await playGame(lies, { seconds: 12, absent });
		expect(broken).toContainEqual(expect.stringMatching(/^the false claim \d+ .* has status 2$/));
	});

	it("a submitter that does not look: it has nothing to lose, and the lie is rejected", async () => {
		const absent = (seat: string) => seat === "submitter";
		const { broken, figures } = await playGame(lies, { seconds: 12, absent });
		expect(broken).toEqual([]);
		expect(figures.falseRejected).toBe(1);
	});
});
