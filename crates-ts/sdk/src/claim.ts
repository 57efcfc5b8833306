import type { Hex } from "@umpire/commitment/constants.ts";
import type { Address } from "viem";
import { explained, marketWithErrors, type OpenMarket } from "./market.ts";
import { type Decoded, decodeWords } from "./output.ts";
import type { LoadedProgram } from "./program.ts";

/** What somebody states the answer is. */
export interface StatedClaim {
	readonly claim: bigint;
	readonly request: bigint;
	readonly submitter: Address;
	readonly status: "live" | "final" | "rejected";
	/** Second (chain time) at which it can be made final if nobody disputes it; of an ended one, when it ended. */
	readonly since: number;
	readonly traceRoot: Hex;
	/** The tensor root of the output. */
	readonly outputRoot: Hex;
	/** Undefined if the output has several leaves: the chain has its root only. */
	readonly output: Decoded | undefined;
}

const STATUS = { 1: "live", 2: "final", 3: "rejected" } as const;

/** @throws UmpireError if there is no such claim */
export async function readClaim(
	{ client, market, challengePeriod }: OpenMarket,
	program: Pick<LoadedProgram, "output" | "classes">,
	claim: bigint,
): Promise<StatedClaim> {
	const read = { address: market, abi: marketWithErrors, args: [claim] } as const;
	const [found, [status, , words], outputRoot] = await Promise.all([
		client.readContract({ ...read, functionName: "getClaim" }),
		client.readContract({ ...read, functionName: "output" }),
		client.readContract({ ...read, functionName: "outputRoot" }),
	]).catch((error: unknown) => {
		throw explained(error, `Claim ${claim} is not to be had`, "check its number and the market.");
	});
	const named = STATUS[status as 1 | 2 | 3];
	return {
		claim,
		request: BigInt(found.request),
		submitter: found.submitter,
		status: named,
		since: found.since + (named === "live" ? challengePeriod : 0),
		traceRoot: found.traceRoot,
		outputRoot,
		output: decodeWords(program, words),
	};
}
