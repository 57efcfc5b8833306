import type { Hex } from "@umpire/commitment/constants.ts";
import { owedTo } from "@umpire/game/state.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { arbitraryFaults, arbitraryProgram } from "@umpire/testing/game/arbitrary.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
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
	readonly onMove?: (driver: ChainDriver, honest: Hex, strategy: string) => void;
	/** called when all is decided and nobody has been paid */
	readonly beforePayment?: () => Promise<void>;
}

/** How a game ended. */
export interface Ending {
	readonly driver: ChainDriver;
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
	driver: ChainDriver,
	{ attacks, ...drawn }: DrawnGame,
	seat: "submitter" | "challenger",
	{ fee, onMove, beforePayment }: GameOptions = {},
): Promise<Ending> {
	await driver.sync();
	const right = new ToyTrace(drawn.program);
	const wrong = new ToyTrace(drawn.program, drawn.faults);
	const everyone = driver.chain.accounts.slice(1, 9);
	const honest = seat === "submitter" ? driver.submitter : everyone[7];
	const party = new HonestParty(driver, honest, right, drawn);
	await driver.claimToy(seat === "submitter" ? right : wrong, undefined, fee);
	await driver.challengeToy(right, 1, seat === "submitter" ? driver.challenger : honest);
	const past: { sender: Hex; action: Attackers["past"][number]["action"] }[] = [];
	const people = seat === "submitter" ? everyone : everyone.filter((person) => person !== honest);
	const attackers: Attackers = { driver, people, honest, past, traces: { right: wrong, wrong: [right] } };
	for (const { strategy, turn } of attacks) {
		const planned = attackOf(strategy, attackers, turn);
		if (planned === undefined) continue;
		await party.passTo(planned.time);
		// the honest party's moves may have changed what there is to do
		const attack = attackOf(strategy, attackers, turn);
		if (attack === undefined) continue;
		const refused = await driver.try(attack.sender, attack.action);
		onMove?.(driver, honest, strategy);
		if (refused === undefined) past.push(attack);
	}
	// now the others fall silent
	await party.passTo(driver.game.now + 2000);
	await endAll(driver, driver.requester);
	const paid = owedTo(driver.game.state, honest);
	await beforePayment?.();
	return { driver, honest, paid, left: await payOut(driver, everyone) };
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
