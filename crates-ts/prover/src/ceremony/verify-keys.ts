import { isDeepStrictEqual } from "node:util";
import type { CircuitName } from "../circuits.ts";
import { findWrongKey, withSnarkjs } from "../snarkjs.ts";
import { beaconValue, type FinalBlockHash } from "./beacon.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { requirePhaseOne } from "./known-phase-ones.ts";
import {
	isWithoutSecret,
	type KeyContribution,
	type ProvingKey,
	readProvingKey,
	samePoint,
} from "./proving-key.ts";
import type { ContributionRecord } from "./records.ts";
import { faultOf, readKey, type Transcript } from "./transcript.ts";

/** Keys that follow from an initial key, by the hashes of both: each is looked at once in a process. */
const right = new Set<string>();

/**
 * Checks all keys of one circuit, each against the one before and against the initial key (2 s each for `dot`, 0.4 s for
 * `elements`), so that a fault is told by the name of who made it.
 *
 * @returns the last key
 * @throws CeremonyError naming the first contribution that is wrong
 */
export async function verifyKeys(
	transcript: Transcript,
	circuit: CircuitName,
	given: {
		readonly initial: Uint8Array;
		readonly powersOfTau: Uint8Array;
		readonly finalBlockHash?: FinalBlockHash | undefined;
	},
): Promise<Uint8Array> {
	const first = readProvingKey(given.initial);
	const { circuitHash } = transcript.announcement.circuits[circuit] ?? {};
	if (first.contributions.length > 0 || first.circuitHash !== circuitHash) {
		throw new CeremonyError(`The initial key of ${circuit} is not one, or of another circuit`);
	}
	requirePhaseOne(transcript.announcement.powersOfTau, first);
	let [before, bytes] = [first, given.initial];
	for (const record of transcript.records) {
		bytes = await readKey(transcript, record.number, circuit);
		const fault = (found: string) => faultOf(record, `${circuit}: ${found}`);
		const key = parse(bytes, fault);
		requireStep(before, key, record, circuit, fault);
		await requireBeacon(
			transcript,
			key.contributions[record.number - 1],
			record,
			fault,
			given.finalBlockHash,
		);
		const step = `${transcript.announcement.circuits[circuit]?.initialKey} ${record.circuits[circuit]?.key}`;
		if (!right.has(step)) {
			const wrong = await withSnarkjs(() => findWrongKey(given.initial, given.powersOfTau, bytes));
			if (wrong !== undefined) throw fault(`the key does not follow from the contributions (${wrong})`);
			right.add(step);
		}
		before = key;
	}
	return bytes;
}

type Fault = (found: string) => CeremonyError;

function parse(bytes: Uint8Array, fault: Fault): ProvingKey {
	try {
		return readProvingKey(bytes);
	} catch (error) {
		throw fault(error instanceof Error ? error.message : String(error));
	}
}

/** Whether a key is the one before and one contribution more, the recorded one, which changes the secret. */
function requireStep(
	before: ProvingKey,
	key: ProvingKey,
	record: ContributionRecord,
	circuit: CircuitName,
	fault: Fault,
): void {
	if (key.circuitHash !== before.circuitHash) throw fault("the key is of another circuit or another phase 1");
	const { number } = record;
	if (key.contributions.length !== number) {
		throw fault(
			`the key has ${key.contributions.length} contributions instead of ${number}: one was left out or added`,
		);
	}
	const own = key.contributions[number - 1];
	// Names, and whether one is a beacon's, are in no hash.
	const strange = before.contributions.findIndex((one, i) => !isDeepStrictEqual(one, key.contributions[i]));
	if (strange >= 0) throw fault(`the key does not build on contribution ${strange + 1} as that is recorded`);
	if (own.transcript !== own.expectedTranscript) {
		throw fault(
			"the contribution answers other contributions than those before it: it was replayed or reordered",
		);
	}
	if (own.hash !== record.circuits[circuit]?.contribution)
		throw fault("the key holds another contribution than its record");
	if (own.name !== record.name) throw fault(`the key names ${JSON.stringify(own.name)} as its contributor`);
	// Products of secrets may be 1: each single contribution would look right.
	if (isWithoutSecret(key)) throw fault("δ is the generator (γ = δ), so that anyone could forge proofs");
	if (samePoint(key.delta1, before.delta1)) throw fault("the contribution changes nothing (δ is as before)");
	if (!samePoint(own.deltaAfter, key.delta1)) throw fault("δ is not what the contribution made of it");
}

/** Only the last contribution is of a known value, and of the announced one. */
async function requireBeacon(
	{ announcement }: Transcript,
	own: KeyContribution,
	record: ContributionRecord,
	fault: Fault,
	finalBlockHash: FinalBlockHash | undefined,
): Promise<void> {
	if (record.beacon === undefined) {
		if (own.beacon !== undefined)
			throw fault("the contribution is a beacon's, whose secret everybody can compute");
		return;
	}
	const value = await beaconValue(announcement.beacon, record.beacon, finalBlockHash).catch(
		(error: Error) => {
			throw fault(error.message);
		},
	);
	if (own.beacon?.value !== value || own.beacon.iterationsExponent !== announcement.iterationsExponent) {
		throw fault("the contribution was not drawn from the value of the announced beacon");
	}
}
