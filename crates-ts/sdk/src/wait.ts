import { attestationsAbi } from "@umpire/abi/attestations.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { readClaim, type StatedClaim } from "./claim.ts";
import { explained, marketWithErrors, type OpenMarket } from "./market.ts";
import type { LoadedProgram } from "./program.ts";

/** How far a request has come. */
export type Progress =
	| { readonly stage: "open"; readonly deadline: number }
	| { readonly stage: "expired"; readonly deadline: number }
	| { readonly stage: "refunded" }
	| { readonly stage: "claimed" | "soft" | "final"; readonly claim: StatedClaim };

export interface WaitOptions {
	/**
	 * "final" (the default), or "soft": more than two thirds of the stake of operators stand for the answer, which can
	 * still turn out wrong. A final answer ends that wait, too.
	 */
	readonly until?: "soft" | "final" | undefined;
	/** Milliseconds after which it gives up; never unless told. */
	readonly timeout?: number | undefined;
	readonly signal?: AbortSignal | undefined;
	/** The block that the request is in: from there on events of soft answers are read. */
	readonly fromBlock?: bigint | undefined;
	/** Told whenever the stage is another, or the claim. */
	readonly onProgress?: ((progress: Progress) => void) | undefined;
	/** Milliseconds between looks at the chain; the client's own unless told. */
	readonly pollingInterval?: number | undefined;
}

/**
 * Waits until a request is answered. A look that fails for a moment is repeated.
 *
 * @returns the claim, with its stage
 * @throws UmpireError if it was refunded, or nobody answered until its deadline, or the time is up (retryable); the
 *   signal's reason if it is aborted
 */
export async function waitFor(
	market: OpenMarket,
	program: Pick<LoadedProgram, "output" | "classes">,
	request: bigint,
	options: WaitOptions = {},
): Promise<{ readonly stage: "soft" | "final"; readonly claim: StatedClaim }> {
	const { until = "final", timeout, signal, onProgress } = options;
	if (until === "soft" && market.attestations === undefined) {
		throw new UmpireError("OPTION", "Soft answers come from attestations, and none are named", {
			advice: "give openMarket their address, or wait until it is final.",
		});
	}
	const end = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout;
	let said = "";
	for (;;) {
		signal?.throwIfAborted();
		const progress = await progressOf(market, program, request, options.fromBlock).catch((error: unknown) => {
			if (error instanceof UmpireError && error.code === "REVERT") throw error;
			if (performance.now() >= end) throw error;
		});
		if (progress !== undefined) {
			const key = `${progress.stage} ${"claim" in progress ? progress.claim.claim : ""}`;
			if (key !== said) onProgress?.(progress);
			said = key;
			if (progress.stage === "final") return { stage: "final", claim: progress.claim };
			if (progress.stage === "soft" && until === "soft") return { stage: "soft", claim: progress.claim };
			requireHope(progress, request);
		}
		if (performance.now() >= end) {
			throw new UmpireError("CHAIN", `Request ${request} is not ${until} after ${timeout} ms`, {
				advice: "wait again: the request stays.",
				retryable: true,
			});
		}
		await sleep(
			Math.min(options.pollingInterval ?? market.client.pollingInterval, end - performance.now()),
			signal,
		);
	}
}

/** Where a request stands at the newest block. */
export async function progressOf(
	market: OpenMarket,
	program: Pick<LoadedProgram, "output" | "classes">,
	request: bigint,
	fromBlock = 0n,
): Promise<Progress> {
	const { client } = market;
	const [found, { timestamp }] = await Promise.all([
		client.readContract({
			address: market.market,
			abi: marketWithErrors,
			functionName: "getRequest",
			args: [request],
		}),
		client.getBlock(),
	]).catch((error: unknown) => {
		throw explained(error, `Request ${request} is not to be had`, "check its number and the market.");
	});
	const { deadline, liveClaim, closed } = found;
	if (liveClaim === 0) {
		if (closed) return { stage: "refunded" };
		return { stage: timestamp > BigInt(deadline) ? "expired" : "open", deadline };
	}
	const claim = await readClaim(market, program, BigInt(liveClaim));
	if (claim.status === "final") return { stage: "final", claim };
	return { stage: (await isSoft(market, claim.claim, fromBlock)) ? "soft" : "claimed", claim };
}

async function isSoft(
	{ client, attestations }: OpenMarket,
	claim: bigint,
	fromBlock: bigint,
): Promise<boolean> {
	if (attestations === undefined) return false;
	const events = await client
		.getContractEvents({
			address: attestations,
			abi: attestationsAbi,
			eventName: "SoftlyFinal",
			args: { claim },
			fromBlock,
		})
		.catch((error: unknown) => {
			throw explained(error, "Events of attestations are not to be had", "try another RPC node.");
		});
	return events.length > 0;
}

/** @throws UmpireError if nothing will come of it */
function requireHope(progress: Progress, request: bigint): void {
	if (progress.stage === "refunded") {
		throw new UmpireError("NOT_FOUND", `Request ${request} was refunded: nobody answered it`, {
			advice: "withdraw takes the fee back; ask again with a higher one (estimate says which).",
		});
	}
	if (progress.stage === "expired") {
		throw new UmpireError("NOT_FOUND", `Nobody answered request ${request} until its deadline`, {
			advice: "refund and withdraw take the fee back.",
		});
	}
}

/** Ends early, with the signal's reason, if it is aborted. */
function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			reject(signal?.reason);
		};
		const timer = setTimeout(() => {
			signal?.removeEventListener("abort", stop);
			resolve();
		}, milliseconds);
		signal?.addEventListener("abort", stop, { once: true });
	});
}
