import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { initialState } from "@umpire/game/state.ts";
import { isBetter, prizeOf } from "@umpire/markets/grid-endings.ts";
import { shareOf } from "@umpire/markets/grid-opening.ts";
import { type GridWorld, initialWorld } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { applyToWorld, type GridAction } from "@umpire/markets/world.ts";
import { arbiter, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_INPUTS, ToyProgram } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("G3: payments", () => {
	const amounts = fc.oneof(fc.bigInt({ min: 1n, max: 1000n }), fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }));

	test("never exceed the bounty, and half of it, rounded up, is the best's", () => {
		const property = fc.property(
			amounts,
			fc.integer({ min: 1, max: 256 }),
			fc.integer({ min: 0, max: 255 }),
			(bounty, points, others) => {
				const share = shareOf(bounty, points);
				const prize = prizeOf(bounty, share, points);
				expect(share >= 0n && prize >= 0n).toBe(true);
				expect(share + prize).toBe(points === 1 ? bounty : bounty - bounty / 2n);
				const credited = share * BigInt(1 + (others % points)) + prize;
				expect(credited <= bounty).toBe(true);
				// What is left when all were accepted is what shares cannot be cut into.
				const rest = bounty - share * BigInt(points) - prize;
				expect(rest < BigInt(points)).toBe(true);
			},
		);
		fc.assert(property, { numRuns: 2000 });
	});

	test("G4: exactly one of two points is the better one", () => {
		const point = fc.record({
			score: fc.bigInt({ min: -2n, max: 2n }),
			round: fc.nat({ max: 2 }),
			position: fc.nat({ max: 2 }),
		});
		const property = fc.property(fc.boolean(), point, point, (lowest, a, b) => {
			const same = a.score === b.score && a.round === b.round && a.position === b.position;
			expect(Number(isBetter(lowest, a, b)) + Number(isBetter(lowest, b, a))).toBe(same ? 0 : 1);
		});
		fc.assert(property);
	});
});

describe("G2: the dealing", () => {
	const WORKERS = [1, 2, 3].map((n): Hex => `0x${n.toString(16).padStart(40, "0")}`);
	const CLIENT: Hex = `0x${"c".repeat(40)}`;
	const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
	const play = (world: GridWorld, sender: Hex, action: GridAction, now: number): GridWorld => {
		const next = applyToWorld(world, { ...action, sender }, now, arbiter);
		if (next instanceof Error) throw next;
		return next;
	};

	/** A grid of three points whose first round three workers have joined; what value decides is 35 s on. */
	function joined(): GridWorld {
		const at = { address: `0x${"a".repeat(40)}`, leastStake: 1n, fee: 0n, drift: 5 } as const;
		let world = initialWorld(initialState(PARAMETERS), at);
		const programs = new Map([[program.root, program.header]]);
		world = { ...world, game: { ...world.game, programs } };
		const terms = {
			program: program.root,
			inputRoots: TOY_INPUTS.map(({ root }) => root),
			hyperInput: 1,
			hyperWidth: 16,
			hyperElements: 1,
			lowest: false,
			token: ETHER,
			bounty: 100n,
			stake: 50n,
			rounds: 1,
			roundSeconds: 30,
			reservationSeconds: 40,
		};
		world = play(world, CLIENT, { type: "openGrid", terms }, 1000);
		const points = [0, 1, 2].map((n) => ({ steps: 1, hyperparameters: [n] }));
		world = play(world, CLIENT, { type: "addPoints", grid: 1, points }, 1000);
		world = play(world, CLIENT, { type: "start", grid: 1, value: 100n }, 1000);
		for (const worker of WORKERS) {
			world = play(world, worker, { type: "join", grid: 1, round: 0, value: 50n }, 1001);
		}
		return world;
	}

	test("gives every order of workers and points the same chance", () => {
		const world = joined();
		const [round] = world.grids[0].beaconRounds;
		const counts = new Map<string, number>();
		const draws = 1800;
		for (let n = 0; n < draws; n++) {
			const known = play(world, CLIENT, { type: "bring", round, beaconValue: wordHex(BigInt(n)) }, 1100);
			const { grids } = play(known, CLIENT, { type: "draw", grid: 1, most: 3 }, 1100);
			// Who has which point, and when it was dealt: 6 × 6 outcomes.
			const outcome = grids[0].points.map(({ worker, position }) => `${worker.at(-1)}${position}`).join();
			counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
		}
		const expected = draws / 36;
		const chi2 = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
		expect(counts.size).toBe(36);
		// 35 degrees of freedom: beyond 66.6 once in a thousand times, and the draws are always the same.
		expect(chi2).toBeLessThan(66.6);
	});
});
