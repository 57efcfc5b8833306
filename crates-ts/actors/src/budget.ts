import { balanceOf } from "@umpire/chain/connection.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { type Hex, LANES } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type AnsweredProgram, COMMITTING, leastFeeOf, withMargin } from "@umpire/game/answering-gas.ts";
import { CLAIM_STATUS, type GameState } from "@umpire/game/state.ts";
import { hasAll, writeJson } from "@umpire/store/home.ts";
import { parseEther } from "viem";
import { sameAccount } from "./money.ts";
import { GAS_AHEAD } from "./purse.ts";
import type { World } from "./world.ts";

/** What a submitter takes and risks; amounts in ether. */
export interface SubmitterLimits {
	/** The least fee of a request; by default what answering it costs at the present price of gas, and a fifth more. */
	readonly leastFee?: string | undefined;
	/** The most bonds of its claims locked at once; by default half of all that the account has, but always one bond. */
	readonly mostBonds?: string | undefined;
}

/** A submitter's bounds at one look at the chain, in wei. */
export interface SubmitterBudget {
	readonly leastFee: bigint;
	readonly leastFeeWithConsumer: bigint;
	/** What a sealed request has to pay more. */
	readonly leastFeeOfSealing: bigint;
	readonly locked: bigint;
	readonly mostBonds: bigint;
	/** Per gas. */
	readonly price: bigint;
}

/** Bonds of an account's live claims, in wei. */
export function lockedBonds(state: GameState, account: Hex): bigint {
	const live = state.claims.filter(
		({ status, submitter }) => status === CLAIM_STATUS.live && sameAccount(submitter, account),
	);
	return BigInt(live.length) * state.parameters.submitterBond;
}

/**
 * The bound on bonds locked at once: what is given or half of what the account has; and no more than leaves gas for a
 * dispute about every live claim. One bond is always allowed by the default: without it nothing is ever claimed.
 */
export function bondBound(
	{ locked, balance, bond, price }: { locked: bigint; balance: bigint; bond: bigint; price: bigint },
	given: bigint | undefined,
): bigint {
	const half = (balance + locked) / 2n;
	const chosen = given ?? (half > bond ? half : bond);
	const ahead = GAS_AHEAD * price * 2n;
	// Every claim more takes its bond and the gas of a dispute off the balance, after the disputes of those that are live.
	const free = balance - (locked / bond) * ahead;
	const more = free > 0n ? free / (bond + ahead) : 0n;
	const affordable = locked + more * bond;
	return chosen < affordable ? chosen : affordable;
}

/** What a submitter takes and risks at the present price of gas. */
export async function submitterBudget(
	world: World,
	header: AnsweredProgram,
	state: GameState,
	limits: SubmitterLimits,
): Promise<SubmitterBudget> {
	const { leastFee: given, mostBonds } = weiOf(limits);
	const price = await world.contracts.connection.reader.getGasPrice().catch((error: unknown) => {
		throw explainReading(error, "the price of gas");
	});
	const balance = await balanceOf(world.signer);
	const locked = lockedBonds(state, world.signer.account.address);
	const bond = state.parameters.submitterBond;
	return {
		leastFee: given ?? leastFeeOf(header, price, false),
		leastFeeWithConsumer: given ?? leastFeeOf(header, price, true),
		leastFeeOfSealing: given === undefined ? withMargin(BigInt(COMMITTING) * price) : 0n,
		locked,
		mostBonds: bondBound({ locked, balance, bond, price }, mostBonds),
		price,
	};
}

/** Ether. */
const AMOUNT = /^\d+(\.\d{1,18})?$/;
const isAmount = (value: unknown) => value === undefined || (typeof value === "string" && AMOUNT.test(value));

/** @throws UmpireError if an amount is none */
export function weiOf({ leastFee, mostBonds }: SubmitterLimits): { leastFee?: bigint; mostBonds?: bigint } {
	const amount = (option: string, text: string): bigint => {
		if (AMOUNT.test(text)) return parseEther(text);
		throw new UmpireError("OPTION", `${option} ${text} is not an amount of ether, as in 0.001.`);
	};
	return {
		...(leastFee === undefined ? {} : { leastFee: amount("--least-fee", leastFee) }),
		...(mostBonds === undefined ? {} : { mostBonds: amount("--most-bonds", mostBonds) }),
	};
}

/** An actor's bounds as it was started with them, for `status`. */
export interface KnownLimits extends SubmitterLimits {
	readonly role: "submitter" | "verifier";
	readonly account: Hex;
	/** Of its program: what its gas depends on. */
	readonly size: AnsweredProgram;
	readonly demandInputs?: number | undefined;
	readonly demandInputsTotal?: number | undefined;
}

/** Whether a file of the home folder holds bounds of an actor. */
export const isKnownLimits = (value: unknown): boolean =>
	hasAll(value, {
		role: (role) => role === "submitter" || role === "verifier",
		account: (account) => typeof account === "string" && /^0x[0-9a-fA-F]{40}$/.test(account),
		size: (size) =>
			hasAll(size, {
				operatorCount: Number.isSafeInteger,
				steps: Number.isSafeInteger,
				outputElements: Number.isSafeInteger,
				outputWidth: (width) => typeof width === "number" && width in LANES,
			}),
		leastFee: isAmount,
		mostBonds: isAmount,
	});

/** Where the bounds of a deployment's actors are written down. */
export const limitsFolder = ({ home, contracts }: Pick<World, "home" | "contracts">): string =>
	home.path("limits", `${contracts.connection.chain.id}-${contracts.deployment.market}`);

/** Writes down with what bounds an actor was started. */
export async function rememberLimits(world: World, limits: Omit<KnownLimits, "account">): Promise<void> {
	const { address } = world.signer.account;
	const { leastFee, mostBonds, demandInputs, demandInputsTotal, role } = limits;
	const { operatorCount, steps, lazy, outputElements, outputWidth } = limits.size;
	const known: KnownLimits = {
		role,
		account: address,
		size: { operatorCount, steps, lazy, outputElements, outputWidth },
		leastFee,
		mostBonds,
		demandInputs,
		demandInputsTotal,
	};
	weiOf(known);
	await writeJson(`${limitsFolder(world)}/${address}.json`, known);
}
