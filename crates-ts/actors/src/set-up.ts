import { buildContracts } from "@umpire/chain/build.ts";
import { CIRCUITS } from "@umpire/prover/circuits.ts";
import { ensureKeys } from "@umpire/prover/keys.ts";

/** What a set-up had to do, and how long it took, in seconds. */
export interface SetUp {
	readonly built: boolean;
	readonly made: boolean;
	readonly seconds: number;
}

/** Builds the contracts and makes the proving keys where they are missing; at once when they are there. */
export async function setUp(progress: (line: string) => void): Promise<SetUp> {
	const started = Date.now();
	const built = await buildContracts(() => progress("Building the contracts (about a minute)..."));
	let made = false;
	for (const circuit of CIRCUITS) {
		await ensureKeys(circuit, ({ step, done, steps }) => {
			made = true;
			progress(`Proving key "${circuit}", step ${Math.min(done + 1, steps)} of ${steps}: ${step}`);
		});
	}
	return { built, made, seconds: (Date.now() - started) / 1000 };
}
