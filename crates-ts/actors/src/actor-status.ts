import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { getDispute } from "@umpire/chain/contracts.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { leastFeeOf } from "@umpire/game/answering-gas.ts";
import { PHASE } from "@umpire/game/state.ts";
import { DamagedFile, readJson } from "@umpire/store/home.ts";
import { bondBound, isKnownLimits, type KnownLimits, limitsFolder, weiOf } from "./budget.ts";
import { totalOf } from "./demand-inputs.ts";
import { sameAccount } from "./money.ts";
import type { View } from "./world.ts";

/** An actor that was started from a home folder: what it has at stake, and its bounds. Amounts in wei. */
export type ActorStatus = { readonly account: Hex; readonly bonds: bigint } & (
	| {
			readonly role: "submitter";
			readonly mostBonds: bigint;
			readonly leastFee: bigint;
			readonly leastFeeWithConsumer: bigint;
	  }
	| { readonly role: "verifier"; readonly demandInputs: number; readonly demandInputsTotal: number }
);

/**
 * The actors of a deployment that were started from the home folder.
 *
 * @param warn told of files that are damaged
 */
export async function actorsOf(
	view: View,
	claims: readonly { readonly submitter: Hex; readonly status: string }[],
	warn: (line: string) => void,
): Promise<ActorStatus[]> {
	const folder = limitsFolder(view);
	const names = await readdir(folder).catch(() => []);
	const found: ActorStatus[] = [];
	for (const name of names.filter((file) => file.endsWith(".json")).sort()) {
		const known = await readJson<KnownLimits>(join(folder, name), isKnownLimits).catch((error: unknown) => {
			if (!(error instanceof DamagedFile)) throw error;
			warn(`${error.found}: its actor is not shown until it is started again.`);
			return undefined;
		});
		if (known === undefined) continue;
		found.push(
			known.role === "submitter" ? await submitterOf(view, known, claims) : await verifierOf(view, known),
		);
	}
	return found;
}

async function submitterOf(
	{ contracts }: View,
	known: KnownLimits,
	claims: readonly { readonly submitter: Hex; readonly status: string }[],
): Promise<ActorStatus> {
	const { account, size } = known;
	const { reader } = contracts.connection;
	const [price, balance] = await Promise.all([
		reader.getGasPrice(),
		reader.getBalance({ address: account }),
	]).catch((error: unknown) => {
		throw explainReading(error, "the price of gas and a balance");
	});
	const bond = contracts.deployment.parameters.submitterBond;
	const live = claims.filter(({ submitter, status }) => status === "live" && sameAccount(submitter, account));
	const locked = BigInt(live.length) * bond;
	const given = weiOf(known);
	return {
		role: "submitter",
		account,
		bonds: locked,
		mostBonds: bondBound({ locked, balance, bond, price }, given.mostBonds),
		leastFee: given.leastFee ?? leastFeeOf(size, price, false),
		leastFeeWithConsumer: given.leastFee ?? leastFeeOf(size, price, true),
	};
}

async function verifierOf({ contracts, feed }: View, known: KnownLimits): Promise<ActorStatus> {
	const { account } = known;
	let open = 0;
	for (const { name, args } of feed.events) {
		if (name !== "Challenged" || !sameAccount(args.challenger, account)) continue;
		const { phase } = await getDispute(contracts, args.dispute, feed.head?.hash);
		if (phase !== PHASE.closed) open++;
	}
	return {
		role: "verifier",
		account,
		bonds: BigInt(open) * contracts.deployment.parameters.challengerBond,
		demandInputs: known.demandInputs ?? 0,
		demandInputsTotal: totalOf(known),
	};
}
