import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type Parameters, PHASE } from "@umpire/game/state.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arbitraryFaults, arbitraryProgram } from "../../crates-ts/game/test/arbitrary.ts";
import { PARAMETERS } from "../../crates-ts/game/test/table.ts";
import { ToyTrace } from "../../crates-ts/game/test/toy-program.ts";
import { Bench } from "./bench.ts";
import { Court } from "./court.ts";
import { endAll, HonestParty, payOut } from "./honest-party.ts";
import { type Attackers, arbitraryAttacks, attackOf, STRATEGY_NAMES } from "./strategies.ts";

const RUNS = 50;
const FEE = 70n;
const { submitterBond, challengerBond, demandBond } = PARAMETERS;
const KEPT = BigInt(1000 - PARAMETERS.burnPermille);

/** Games of an honest party against strategies, drawn per run, on the contract and on the model in step. */
const game = arbitraryProgram.chain((program) =>
	fc.record({
		program: fc.constant(program),
		faults: arbitraryFaults(program),
		attacks: arbitraryAttacks,
		delay: fc.integer({ min: 0, max: PARAMETERS.increment + PARAMETERS.crowding }),
		outage: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
	}),
);

describe.each([
	["that may be away for exactly its reserve, once,", PARAMETERS],
	["without any reserve", { ...PARAMETERS, reserve: 0 }],
] as const)("an honest party %s never loses", (_, parameters: Parameters) => {
	let court: Court;
	beforeAll(async () => {
		court = await Court.open(parameters);
	});
	afterAll(() => court.close());

	/** Plays one game on a fresh state; returns what the honest party is paid in the end. */
	async function play(
		{ attacks, ...drawn }: typeof game extends fc.Arbitrary<infer T> ? T : never,
		honestSubmits: boolean,
		check: (bench: Bench, honest: Hex) => void,
		tried: Set<string>,
	): Promise<{ bench: Bench; honest: Hex; paid: bigint }> {
		const bench = new Bench(court, parameters);
		await bench.sync();
		const right = new ToyTrace(drawn.program);
		const wrong = new ToyTrace(drawn.program, drawn.faults);
		const everyone = court.accounts.slice(1, 9);
		const honest = honestSubmits ? bench.submitter : everyone[7];
		const party = new HonestParty(bench, honest, right, drawn);
		await bench.claimToy(honestSubmits ? right : wrong);
		await bench.challengeToy(right, 1, honestSubmits ? bench.challenger : honest);
		const past: { sender: Hex; action: Attackers["past"][number]["action"] }[] = [];
		const people = honestSubmits ? everyone : everyone.filter((person) => person !== honest);
		const attackers: Attackers = { bench, people, honest, past, traces: { right: wrong, wrong: [right] } };
		for (const { strategy, turn } of attacks) {
			const planned = attackOf(strategy, attackers, turn);
			if (planned === undefined) continue;
			await party.passTo(planned.time);
			// the honest party's moves may have changed what there is to do
			const attack = attackOf(strategy, attackers, turn);
			if (attack === undefined) continue;
			const refused = await bench.try(attack.sender, attack.action);
			check(bench, honest);
			tried.add(strategy);
			if (refused === undefined) past.push(attack);
		}
		// now the others fall silent
		await party.passTo(bench.table.now + 2000);
		await endAll(bench, bench.requester);
		const paid = bench.table.state.owed.get(honest) ?? 0n;
		expect(await payOut(bench, everyone)).toBe(0n);
		return { bench, honest, paid };
	}

	test("from the submitter's seat: its claim is final, and it has fee, bond and what the others lost", async () => {
		const tried = new Set<string>();
		await fc.assert(
			fc.asyncProperty(game, async (drawn) => {
				const snapshot = await court.snapshot();
				const before = await court.burned();
				try {
					const stands = ({ table }: Bench) =>
						expect(table.state.claims[0].status).not.toBe(CLAIM_STATUS.rejected);
					const { bench, paid } = await play(drawn, true, stands, tried);
					const { claims, disputes, inputDemands, burned } = bench.table.state;
					expect(claims[0].status).toBe(CLAIM_STATUS.final);
					const lost = disputes.filter(({ claim }) => claim === 1).length;
					const demands = inputDemands.filter(({ claim }) => claim === 1).length;
					const bonds = BigInt(lost) * challengerBond + BigInt(demands) * demandBond;
					expect(paid).toBe(submitterBond + FEE + (bonds * KEPT) / 1000n);
					expect((await court.burned()) - before).toBe(burned);
				} finally {
					await court.restore(snapshot);
				}
			}),
			{ numRuns: RUNS },
		);
		expect([...tried].toSorted()).toEqual(STRATEGY_NAMES.toSorted());
	});

	test("from the challenger's seat: a false claim is rejected, and its bond comes back", async () => {
		const tried = new Set<string>();
		await fc.assert(
			fc.asyncProperty(game, async (drawn) => {
				const snapshot = await court.snapshot();
				try {
					const check = ({ table }: Bench, honest: Hex) => {
						const [claim] = table.state.claims;
						expect(claim.status).not.toBe(CLAIM_STATUS.final);
						const own = table.state.disputes.find(({ challenger }) => challenger === honest)!;
						if (own.phase === PHASE.closed) expect(claim.status).toBe(CLAIM_STATUS.rejected);
					};
					const { bench, paid } = await play(drawn, false, check, tried);
					expect(bench.table.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
					// whoever came first has the submitter's bond, and nobody else loses anything
					expect([0n, (submitterBond * KEPT) / 1000n]).toContain(paid - challengerBond);
				} finally {
					await court.restore(snapshot);
				}
			}),
			{ numRuns: RUNS },
		);
		expect([...tried].toSorted()).toEqual(STRATEGY_NAMES.toSorted());
	});
});
