import { connectRpc } from "@umpire/chain/connection.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { FinalBlockHash } from "@umpire/prover/ceremony/beacon.ts";
import { type NewestBlock, parseBeaconSource, timeOfBeacon } from "@umpire/prover/ceremony/beacon-source.ts";
import { type Contributed, contributeTo, drawBeacon } from "@umpire/prover/ceremony/contribute.ts";
import { finishCeremony } from "@umpire/prover/ceremony/finish.ts";
import { newCeremony } from "@umpire/prover/ceremony/new-ceremony.ts";
import type { BeaconSource } from "@umpire/prover/ceremony/records.ts";
import { readTranscript, sha256Of } from "@umpire/prover/ceremony/transcript.ts";
import { type Verified, verifyCeremony } from "@umpire/prover/ceremony/verify.ts";
import type { CircuitName } from "@umpire/prover/circuits.ts";
import { writeAtomically } from "@umpire/store/atomic-file.ts";
import { lockFolder } from "@umpire/store/folder-lock.ts";
import { ask } from "@umpire/store/password.ts";

/** What the actions of `umpire ceremony` take. */
export interface CeremonyOptions {
	readonly folder: string;
	readonly name?: string | undefined;
	readonly beacon?: string | undefined;
	readonly rehearsal: boolean;
	readonly circuit?: CircuitName[] | undefined;
	readonly powersOfTau?: string | undefined;
	readonly iterationsExponent?: number | undefined;
	readonly signature?: string | undefined;
	readonly blockHash?: string | undefined;
	readonly contains?: string[] | undefined;
	readonly rpc?: string[] | undefined;
	readonly rpcTimeout: number;
	readonly progress: (line: string) => void;
	readonly warn: (line: string) => void;
}

export async function beginCeremony(options: CeremonyOptions) {
	const { folder, name = "Umpire", beacon, rehearsal, circuit, progress } = options;
	if (beacon === undefined) {
		throw new UmpireError(
			"OPTION",
			"A ceremony announces its beacon: give --beacon drand:ROUND or block:CHAIN:NUMBER",
		);
	}
	const { powersOfTau, iterationsExponent } = options;
	const transcript = await newCeremony(folder, {
		...{ name, beacon: parseBeaconSource(beacon), isRehearsal: rehearsal, circuits: circuit },
		...{ powersOfTau, iterationsExponent, newestBlock: newestBlockOf(options), onProgress: progress },
	});
	const { announcement, head, circuits } = transcript;
	const due = dueOf(announcement.beacon);
	return { folder, name, isRehearsal: rehearsal, head, beacon: announcement.beacon, due, circuits };
}

/** What is typed goes into the secret beside what the operating system draws; it is not shown, and not asked for without a terminal. */
export async function contribute(options: CeremonyOptions) {
	if (options.name === undefined) {
		throw new UmpireError("OPTION", "A contribution has its contributor's name: give --name NAME");
	}
	const entropy =
		process.stdin.isTTY === true
			? await ask(
					"Type some random text, which is not shown (Enter alone: the system's randomness is enough)",
				).catch((cause: unknown) => {
					throw new UmpireError("USAGE", "Interrupted: nothing was contributed.", { cause });
				})
			: "";
	const { folder, name, powersOfTau, progress } = options;
	return alone(folder, async () =>
		summaryOf(
			await contributeTo(folder, name, {
				...{ entropy, powersOfTau, newestBlock: newestBlockOf(options), onProgress: progress },
			}),
		),
	);
}

export async function endWithBeacon(options: CeremonyOptions) {
	const { folder, signature, blockHash, powersOfTau, progress } = options;
	const { beacon } = (await readTranscript(folder)).announcement;
	const finalBlockHash = finalBlockHashOf(options);
	const digits = (text: string) => text.toLowerCase().replace(/^0x/, "");
	const evidence =
		beacon.kind === "drand"
			? { signature: digits(signature ?? "") }
			: { blockHash: digits(blockHash ?? (await finalBlockHash?.(beacon.chainId, beacon.number)) ?? "") };
	return alone(folder, async () =>
		summaryOf(await drawBeacon(folder, evidence, { powersOfTau, finalBlockHash, onProgress: progress })),
	);
}

export async function verify(options: CeremonyOptions): Promise<Verified & { readonly due: string | null }> {
	const { folder, powersOfTau, contains, progress, warn } = options;
	const found = await verifyCeremony(folder, {
		...{ powersOfTau, expected: contains, finalBlockHash: finalBlockHashOf(options), onProgress: progress },
	});
	if (found.isRehearsal) warn("This is a rehearsal: everybody can forge proofs for its keys.");
	if (found.isBeaconDrawn && !found.isBeaconChecked) {
		warn(`The hash of ${found.beacon} was believed: name a node of its chain with --rpc to compare it.`);
	}
	return { ...found, due: dueOf((await readTranscript(folder)).announcement.beacon) };
}

export async function finish(options: CeremonyOptions) {
	const { folder, powersOfTau, contains, progress } = options;
	const finished = await alone(folder, () =>
		finishCeremony(folder, {
			...{ powersOfTau, expected: contains, finalBlockHash: finalBlockHashOf(options), onProgress: progress },
		}),
	);
	const { fingerprint, isRehearsal, contributors, beacon, circuits } = finished;
	const verifiers = Object.values(circuits).map(({ verifier }) => ({
		name: verifier.name,
		runtimeCodeHash: verifier.runtimeCodeHash,
	}));
	return { folder, fingerprint, isRehearsal, contributors, beacon, verifiers };
}

/** Writes the page that contributes in browsers: the same file on every machine. */
export async function writePage(file: string | undefined) {
	if (file === undefined) throw new UmpireError("OPTION", "A page is written to a file: give --out FILE");
	// It brings a bundler along.
	const { ceremonyHtml } = await import("@umpire/app/ceremony-html.ts");
	const html = await ceremonyHtml();
	await writeAtomically(file, html);
	return { file, sha256: sha256Of(html) };
}

/** When the beacon's value becomes known; null for a block. */
function dueOf(beacon: BeaconSource): string | null {
	const time = timeOfBeacon(beacon);
	return time === undefined ? null : new Date(1000 * time).toISOString().replace(".000", "");
}

/** Two who write into one transcript at once would set each other's files aside. */
async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
	// A folder that is none is not locked: that would make it.
	await readTranscript(folder);
	const release = await lockFolder(
		folder,
		(pid) =>
			new UmpireError("USAGE", `Process ${pid} is writing into ${folder}`, {
				advice: "wait until it has ended, and begin again.",
				retryable: true,
			}),
	);
	try {
		return await work();
	} finally {
		await release();
	}
}

function summaryOf({ record, head, files }: Contributed) {
	const contributions = Object.entries(record.circuits).map(([circuit, { contribution }]) => ({
		circuit,
		contribution,
	}));
	return { number: record.number, name: record.name, head, contributions, files };
}

/** Asks the nodes of --rpc for their newest block; undefined without that option. */
function newestBlockOf({ rpc, rpcTimeout, warn }: CeremonyOptions): NewestBlock | undefined {
	if (rpc === undefined) return undefined;
	return async (chainId) => {
		const connection = await connectRpc(rpc, { chainId, timeout: 1000 * rpcTimeout, warn });
		try {
			return Number((await connection.head()).number);
		} finally {
			await connection.close();
		}
	};
}

/** Asks the nodes of --rpc; undefined without that option. */
function finalBlockHashOf({ rpc, rpcTimeout, warn }: CeremonyOptions): FinalBlockHash | undefined {
	if (rpc === undefined) return undefined;
	return async (chainId, number) => {
		const connection = await connectRpc(rpc, { chainId, timeout: 1000 * rpcTimeout, warn });
		try {
			const final = await connection.reader.getBlock({ blockTag: "finalized" });
			if (final.number < BigInt(number)) {
				throw new UmpireError(
					"CHAIN",
					`Block ${number} of chain ${chainId} is not final yet (block ${final.number} is)`,
					{
						advice: "wait, and try again.",
						retryable: true,
					},
				);
			}
			const { hash } = await connection.reader.getBlock({ blockNumber: BigInt(number) });
			return hash.slice(2);
		} finally {
			await connection.close();
		}
	};
}
