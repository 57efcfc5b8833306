import { buildContracts } from "@umpire/chain/build.ts";
import { CIRCUITS } from "@umpire/prover/circuits.ts";
import { ensureKeys } from "@umpire/prover/keys.ts";

/** What a set-up had to do, and how long it took, in seconds. */
export interface SetUp {
	readonly built: boolean;
	readonly made: boolean;
	readonly seconds: number;
}

/**
 * Builds the contracts and makes the proving keys where they are missing; at once when they are there. The compiler
 * of the contracts keeps one core busy and runs beside the keys.
 */
export async function setUp(progress: (line: string) => void): Promise<SetUp> {
	const started = Date.now();
	const [contracts, keys] = await Promise.allSettled([
		buildContracts(() => progress("Building the contracts (about a minute)...")),
		makeKeys(progress),
	]);
	// Both have ended by now, so that a failure leaves nothing running.
	for (const part of [contracts, keys]) if (part.status === "rejected") throw part.reason;
	return {
		built: contracts.status === "fulfilled" && contracts.value,
		made: keys.status === "fulfilled" && keys.value,
		seconds: (Date.now() - started) / 1000,
	};
}

/** @returns whether a key had to be made */
async function makeKeys(progress: (line: string) => void): Promise<boolean> {
	let made = false;
	for (const circuit of CIRCUITS) {
		await ensureKeys(circuit, ({ step, done, steps }) => {
			made = true;
			progress(`Proving key "${circuit}", step ${Math.min(done + 1, steps)} of ${steps}: ${step}`);
		});
	}
	return made;
}
