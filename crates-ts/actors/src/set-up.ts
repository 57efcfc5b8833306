import { buildContracts } from "@umpire/chain/build.ts";
import { CIRCUITS } from "@umpire/prover/circuits.ts";
import { ensureKeys } from "@umpire/prover/keys.ts";
import { stillAt } from "./still-at.ts";

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
	const doing = new Map<"contracts" | "keys", string>();
	const [contracts, keys] = await stillAt(
		progress,
		() => [...doing.values()].join(" and "),
		(say) =>
			Promise.allSettled([
				buildContracts(() => {
					doing.set("contracts", "building the contracts");
					say("Building the contracts (about a minute)...");
				}).finally(() => doing.delete("contracts")),
				makeKeys(say, (step) => doing.set("keys", step)).finally(() => doing.delete("keys")),
			]),
	);
	// Both have ended by now, so that a failure leaves nothing running.
	for (const part of [contracts, keys]) if (part.status === "rejected") throw part.reason;
	return {
		built: contracts.status === "fulfilled" && contracts.value,
		made: keys.status === "fulfilled" && keys.value,
		seconds: (Date.now() - started) / 1000,
	};
}

/** @returns whether a key had to be made */
async function makeKeys(progress: (line: string) => void, doing: (step: string) => void): Promise<boolean> {
	let made = false;
	for (const circuit of CIRCUITS) {
		await ensureKeys(circuit, ({ step, done, steps }) => {
			made = true;
			doing(`making the proving key "${circuit}"`);
			const at = done === steps ? "" : `step ${done + 1} of ${steps}: `;
			progress(`Proving key "${circuit}", ${at}${step}`);
		});
	}
	return made;
}
