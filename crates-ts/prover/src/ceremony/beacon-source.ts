import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { type Announcement, type BeaconSource, beaconSource } from "./records.ts";

/** Which value ends a ceremony, and when it becomes known. Runs in browsers. */

/** drand's evmnet, in seconds: https://api.drand.sh/v2/beacons/evmnet/info */
const GENESIS = 1727521075;
const PERIOD = 3;
/** Rounds are numbered in 32 bits by the time that they are due in the 25th century. */
const LAST_ROUND = 2 ** 32;
/** So many hashes (2^25 take seconds) between a block's hash and what is drawn from it, or its proposer could choose. */
export const LEAST_BLOCK_ITERATIONS = 25;

/**
 * Reads `drand:ROUND`, `drand:TIME` (2027-01-31 or 2027-01-31T12:00Z: the first round from then on) or `block:CHAIN:NUMBER`.
 *
 * @throws UmpireError if it is neither
 */
export function parseBeaconSource(text: string): BeaconSource {
	const [kind, ...rest] = text.split(":");
	const [first, second] = rest.map(Number);
	const source =
		kind === "drand"
			? { kind, network: "evmnet", round: roundOf(rest.join(":")) }
			: { kind, chainId: first, number: second };
	const parsed = beaconSource.safeParse(source);
	if (parsed.success && (kind === "drand" ? parsed.data.kind === "drand" : rest.length === 2))
		return parsed.data;
	throw new UmpireError("OPTION", `${text} is no beacon`, {
		advice:
			"give drand:ROUND or drand:TIME (of drand's evmnet, TIME as in 2027-01-31T12:00Z) or block:CHAIN:NUMBER.",
	});
}

function roundOf(text: string): number {
	if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text)) {
		return /^\d+$/.test(text) && Number(text) <= LAST_ROUND ? Number(text) : Number.NaN;
	}
	return Math.max(1, Math.ceil((Date.parse(text) / 1000 - GENESIS) / PERIOD) + 1);
}

/** For people. */
export function describeBeacon(source: BeaconSource): string {
	return source.kind === "drand"
		? `round ${source.round} of drand's evmnet`
		: `block ${source.number} of chain ${source.chainId}`;
}

/** When a source's value becomes known, in seconds since 1970; undefined for blocks, of which nobody knows. */
export function timeOfBeacon(source: BeaconSource): number | undefined {
	return source.kind === "drand" ? GENESIS + (source.round - 1) * PERIOD : undefined;
}

/** Asks a chain for the number of its newest block. */
export type NewestBlock = (chainId: number) => Promise<number>;

/**
 * Whoever contributes after a beacon's value is known chooses the keys.
 *
 * @param newestBlock asked where the beacon is a block
 * @throws CeremonyError if the value of a ceremony's beacon is known, or nobody can say whether it is
 */
export async function requireUnknown(
	{ beacon, powersOfTau }: Pick<Announcement, "beacon" | "powersOfTau">,
	newestBlock: NewestBlock | undefined,
	advice: string,
): Promise<void> {
	// A rehearsal's keys are known to everybody as it is.
	if (powersOfTau !== "hermez") return;
	if (beacon.kind === "drand") return requireNotDue(beacon, advice);
	if (newestBlock === undefined) {
		throw new CeremonyError(`Whether ${describeBeacon(beacon)} is known already, only its chain says`, {
			advice: "name a node of that chain with --rpc.",
		});
	}
	if ((await newestBlock(beacon.chainId)) >= beacon.number) throw known(beacon, advice);
}

/** The same without a chain: of a block it is not known. @throws CeremonyError if a round is due */
export function requireNotDue(beacon: BeaconSource, advice: string): void {
	const time = timeOfBeacon(beacon);
	if (time !== undefined && 1000 * time <= Date.now()) throw known(beacon, advice);
}

function known(beacon: BeaconSource, advice: string): CeremonyError {
	return new CeremonyError(`The value of ${describeBeacon(beacon)} is known already`, { advice });
}

/**
 * A block's proposer can withhold it, unless what is drawn from its hash takes longer to compute than it has.
 *
 * @throws CeremonyError if a ceremony announces too few iterations for its beacon
 */
export function requireSlow({
	beacon,
	iterationsExponent,
	powersOfTau,
}: Pick<Announcement, "beacon" | "iterationsExponent" | "powersOfTau">): void {
	if (powersOfTau !== "hermez" || beacon.kind !== "block") return;
	if (iterationsExponent >= LEAST_BLOCK_ITERATIONS) return;
	throw new CeremonyError(
		`2^${iterationsExponent} iterations after a block's hash leave its proposer time to choose`,
		{ advice: `announce at least ${LEAST_BLOCK_ITERATIONS} with --iterations-exponent.` },
	);
}
