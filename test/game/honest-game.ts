import type { Hex } from "@umpire/commitment/constants.ts";
import { owedTo } from "@umpire/game/state.ts";
import type { Bench } from "@umpire/testing/chain/bench.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { arbitraryFaults, arbitraryProgram } from "@umpire/testing/game/arbitrary.ts";
import { PARAMETERS } from "@umpire/testing/game/table.ts";
import { ToyTrace } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { endAll, HonestParty, payOut } from "./honest-party.ts";
import { type Attackers, arbitraryAttacks, attackOf } from "./strategies.ts";

/** Games of an honest party against strategies, drawn per run, on the contract and on the model in step. */
export const arbitraryGame = arbitraryProgram.chain((program) =>
	fc.record({
		program: fc.constant(program),
		faults: arbitraryFaults(program),
		attacks: arbitraryAttacks,
		delay: fc.integer({ min: 0, max: PARAMETERS.increment + PARAMETERS.crowding }),
		outage: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
	}),
);

export type DrawnGame = typeof arbitraryGame extends fc.Arbitrary<infer T> ? T : never;

export interface GameOptions {
	/** of the claim's request */
	readonly fee?: bigint;
	/** told of every attack, after it */
	readonly onMove?: (bench: Bench, honest: Hex, strategy: string) => void;
	/** called when all is decided and nobody has been paid */
	readonly beforePayment?: () => Promise<void>;
}

/** How a game ended. */
export interface Ending {
	readonly bench: Bench;
	readonly honest: Hex;
	/** what the honest party was paid in the end, in wei */
	readonly paid: bigint;
	/** what is left in the contracts after everybody was paid, in wei */
	readonly left: bigint;
}

/**
 * Plays one game to its end: the others make the moves that were drawn, the honest party follows its strategies at its
 * pace, then the others fall silent, and everybody is paid.
 */
export async function playGame(
	bench: Bench,
	{ attacks, ...drawn }: DrawnGame,
	seat: "submitter" | "challenger",
	{ fee, onMove, beforePayment }: GameOptions = {},
): Promise<Ending> {
	await bench.sync();
	const right = new ToyTrace(drawn.program);
	const wrong = new ToyTrace(drawn.program, drawn.faults);
	const everyone = bench.chain.accounts.slice(1, 9);
	const honest = seat === "submitter" ? bench.submitter : everyone[7];
	const party = new HonestParty(bench, honest, right, drawn);
	await bench.claimToy(seat === "submitter" ? right : wrong, undefined, fee);
	await bench.challengeToy(right, 1, seat === "submitter" ? bench.challenger : honest);
	const past: { sender: Hex; action: Attackers["past"][number]["action"] }[] = [];
	const people = seat === "submitter" ? everyone : everyone.filter((person) => person !== honest);
	const attackers: Attackers = { bench, people, honest, past, traces: { right: wrong, wrong: [right] } };
	for (const { strategy, turn } of attacks) {
		const planned = attackOf(strategy, attackers, turn);
		if (planned === undefined) continue;
		await party.passTo(planned.time);
		// the honest party's moves may have changed what there is to do
		const attack = attackOf(strategy, attackers, turn);
		if (attack === undefined) continue;
		const refused = await bench.try(attack.sender, attack.action);
		onMove?.(bench, honest, strategy);
		if (refused === undefined) past.push(attack);
	}
	// now the others fall silent
	await party.passTo(bench.table.now + 2000);
	await endAll(bench, bench.requester);
	const paid = owedTo(bench.table.state, honest);
	await beforePayment?.();
	return { bench, honest, paid, left: await payOut(bench, everyone) };
}

/** Runs a body on the chain as it is, and leaves the chain as it was. */
export async function onSnapshot(chain: TestChain, body: () => Promise<void>): Promise<void> {
	const snapshot = await chain.snapshot();
	try {
		await body();
	} finally {
		await chain.restore(snapshot);
	}
}
