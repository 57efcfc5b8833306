import { locationsOf } from "@umpire/chain/addresses.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { cidOfBytes } from "@umpire/content/cid.ts";
import { getContent, UnusableContent } from "@umpire/content/content.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { encodeAbiParameters, hexToBytes, keccak256, stringToHex } from "viem";
import type { View } from "../world.ts";

/** What a provider puts about a claim when it is decided: its artefacts, each by root and content identifier. */
export interface ClaimRecord {
	readonly format: "umpire-record-1";
	readonly chainId: number;
	readonly market: Hex;
	readonly request: number;
	readonly claim: number;
	readonly submitter: Hex;
	readonly transaction: Hex;
	readonly program: { readonly root: Hex; readonly cid: string };
	/** `cid` is null of a program without inputs. */
	readonly inputs: { readonly root: Hex; readonly cid: string | null };
	readonly traceRoot: Hex;
	readonly outputRoot: Hex;
	/** Integers of the primary output, in row-major order. */
	readonly output: readonly number[];
	readonly verdict: {
		readonly status: "final" | "rejected";
		readonly winner: Hex | null;
		/** The transaction of the settlement with its proofs; null if there was none. */
		readonly proof: Hex | null;
	};
}

/** A record that was found, and what in it is false. */
export interface CheckedRecord {
	readonly cid: string;
	/** Who announced it. */
	readonly by: Hex;
	readonly differences: readonly string[];
}

/** Bytes of the largest record that is read. */
const MOST_BYTES = 4 * 2 ** 20;
/** Records of one claim that are read. */
const MOST_RECORDS = 8;

/** Under which name the records of a claim are announced. */
export function recordName(chainId: number, market: Hex, claim: number): Hex {
	return keccak256(
		encodeAbiParameters(
			[{ type: "bytes32" }, { type: "uint256" }, { type: "address" }, { type: "uint256" }],
			[keccak256(stringToHex("umpire record of a claim")), BigInt(chainId), market, BigInt(claim)],
		),
	);
}

/** What the chain and an own computation say of a claim: what its records are held against. */
export interface KnownClaim {
	readonly claim: number;
	readonly submitter: Hex;
	readonly transaction: Hex;
	readonly traceRoot: Hex;
	readonly outputRoot: Hex;
	readonly status: string;
	/** Whether it states what was computed here. */
	readonly right: boolean;
	readonly winner: Hex | null;
	readonly proof: { readonly transaction: Hex } | null;
}

/** Reads the records that its submitter announced about a claim, and holds them against what is known of it. */
export async function checkRecords(
	{ contracts, located }: View,
	claim: KnownClaim,
	program: Hex,
	inputs: Hex,
	output: readonly number[],
): Promise<CheckedRecord[]> {
	if (located === undefined) return [];
	const { chain } = contracts.connection;
	const name = recordName(chain.id, contracts.market.address, claim.claim);
	// Others may say anything about it, which is nothing to hold against the submitter.
	const said = await locationsOf(contracts, name, MOST_RECORDS, claim.submitter);
	const records: CheckedRecord[] = [];
	for (const { cid: bytes, by } of said) {
		const cid = cidOfBytes(hexToBytes(bytes));
		if (cid === undefined) continue;
		let text: string;
		try {
			const parts: Uint8Array[] = [];
			for await (const part of getContent(located.pool, cid, MOST_BYTES)) parts.push(part);
			text = new TextDecoder().decode(Buffer.concat(parts));
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			// What no store gives, or one gives falsely, is no lie of whoever announced it.
			if (!(error instanceof UnusableContent)) continue;
			records.push({ cid: `${cid}`, by, differences: [error.message] });
			continue;
		}
		const expected = {
			format: "umpire-record-1",
			chainId: chain.id,
			market: contracts.market.address,
			claim: claim.claim,
			submitter: claim.submitter,
			transaction: claim.transaction,
			"program.root": program,
			"inputs.root": inputs,
			traceRoot: claim.traceRoot,
			outputRoot: claim.outputRoot,
			// What a wrong claim's submitter computed is nowhere to be had.
			...(claim.right ? { output } : {}),
			"verdict.status": claim.status,
			"verdict.winner": claim.winner,
			"verdict.proof": claim.proof?.transaction ?? null,
		};
		records.push({ cid: `${cid}`, by, differences: differencesOf(text, expected) });
	}
	return records;
}

function differencesOf(text: string, expected: Readonly<Record<string, unknown>>): string[] {
	let record: unknown;
	try {
		record = JSON.parse(text);
	} catch {
		return ["it is no JSON"];
	}
	const at = (path: string): unknown =>
		path
			.split(".")
			.reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name], record);
	const plain = (value: unknown): string =>
		typeof value === "string" ? value.toLowerCase() : (JSON.stringify(value) ?? "nothing");
	return Object.entries(expected).flatMap(([path, value]) =>
		plain(at(path)) === plain(value)
			? []
			: [`${path} is ${plain(at(path)).slice(0, 100)}, not ${plain(value)}`],
	);
}
