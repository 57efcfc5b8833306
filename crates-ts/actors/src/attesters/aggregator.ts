import { CLAIM_STATUS } from "@umpire/game/state.ts";
import type { Point, TwistPoint } from "@umpire/markets/attester-state.ts";
import {
	type Bundle,
	bundlesOf,
	type Collected,
	type SeenAttesters,
} from "@umpire/markets/attester-steps.ts";
import { aggregated, isSigned } from "@umpire/markets/bls.ts";
import { voteMessage } from "@umpire/markets/signed-messages.ts";
import { statementOf } from "@umpire/markets/witness-tree.ts";
import { about } from "../subject.ts";
import type { World } from "../world.ts";
import type { AttesterContracts } from "./attester-contracts.ts";
import { AttestationKeeper, type Look } from "./keeper.ts";
import type { ListedOperator } from "./read-attesters.ts";

export interface AggregatorOptions {
	/** where attesters are served, as in http://127.0.0.1:9100 */
	readonly attesters: readonly string[];
	/** seconds before a claim's or an epoch's end from when on few signatures are put on chain as well */
	readonly margin: number;
	readonly progress: (line: string) => void;
	/** asks one of them for what it has signed; by HTTP if nothing else is given */
	readonly ask?: (attester: string) => Promise<unknown>;
}

/** Bytes of one answer that are read, and milliseconds that one attester has. */
const MOST_BYTES = 4_000_000;
const PATIENCE = 5000;
/** Votes of one attester that are looked at. */
const MOST_VOTES = 5000;

/** What a vote is whose signature is wrong. */
const FORGED = "forged";

/** A vote that was checked. */
interface Checked extends Collected {
	readonly signature: Point;
	readonly key: TwistPoint;
}

/**
 * Collects what attesters have signed, checks it, and puts it on chain together. Anybody may: several are harmless, and one
 * that keeps something back delays it only. An attester that is absent, slow or lies costs nothing but its own votes.
 */
export class Aggregator extends AttestationKeeper {
	override readonly name = "aggregator";
	readonly #options: AggregatorOptions;
	/** by attester, claim and epoch: votes that were checked, so that each costs two pairings once */
	readonly #checked = new Map<string, Checked | typeof FORGED>();

	constructor(world: World, contracts: AttesterContracts, options: AggregatorOptions) {
		super(world, contracts, options.progress);
		this.#options = options;
	}

	protected override async own({ seen, now }: Look): Promise<boolean> {
		const listed = await this.reader.operators();
		const offers = await Promise.all(this.#options.attesters.map((one) => this.#offersOf(one)));
		const collected: Checked[] = [];
		for (const [i, votes] of offers.entries()) {
			for (const vote of votes) {
				const checked = await this.#check(seen, listed, vote, this.#options.attesters[i]);
				// To find out costs pairings: whoever offers one forgery may offer thousands.
				if (checked === FORGED) break;
				if (checked !== undefined) collected.push(checked);
			}
		}
		const stakeOf = (number: number) => listed.find((one) => one.number === number)?.stake ?? 0n;
		let acted = false;
		for (const bundle of bundlesOf(seen, collected, stakeOf, this.#options.margin, now)) {
			const { claim } = bundle;
			if (await this.attempt(`claim ${claim}`, () => this.#attest(bundle, collected), { claim }))
				acted = true;
		}
		return acted;
	}

	async #attest({ claim, epoch, operators }: Bundle, collected: readonly Checked[]): Promise<boolean> {
		const parts = operators.map(
			(number) =>
				collected.find((one) => one.claim === claim && one.epoch === epoch && one.operator === number)!,
		);
		const signers = operators.reduce((set, number) => set | (1n << BigInt(number)), 0n);
		const args = [BigInt(claim), BigInt(epoch), signers, aggregated(parts)];
		const call = { contract: this.contracts.attestations, functionName: "attest", args };
		const said = `Put ${operators.length} signatures of claim ${claim} on chain.`;
		return this.send(`attest:${claim}:${epoch}:${signers}`, said, call);
	}

	/** What one attester offers; nothing if it does not answer, or with something else. */
	async #offersOf(attester: string): Promise<readonly Record<string, unknown>[]> {
		try {
			const found = await (this.#options.ask ?? askByHttp)(attester);
			if (!Array.isArray(found)) throw new Error("its answer is no list of votes");
			return found.slice(-MOST_VOTES).filter((vote) => typeof vote === "object" && vote !== null);
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			this.troubles.tell(`attester ${attester}`, `${attester} is not collected from: ${why}.`);
			return [];
		}
	}

	/** A vote of a live claim, by a member of the set, whose signature is right; undefined if it is no such vote. */
	async #check(
		seen: SeenAttesters,
		listed: readonly ListedOperator[],
		vote: Record<string, unknown>,
		attester: string,
	): Promise<Checked | typeof FORGED | undefined> {
		const { claim: id, epoch, operator } = vote;
		const claim = seen.claims.find((one) => one.id === id);
		const member = listed.find(({ number }) => number === operator);
		const isOf = seen.sets.some((set) => set.epoch === epoch);
		if (claim === undefined || claim.status !== CLAIM_STATUS.live || member === undefined || !isOf)
			return undefined;
		const signature = pointsOf(vote.signature, 2) as Point | undefined;
		const key = pointsOf(vote.key, 4) as TwistPoint | undefined;
		if (signature === undefined || key === undefined) return undefined;
		const name = `${id} ${epoch} ${operator} ${claim.outputRoot} ${signature} ${key}`;
		if (this.#checked.has(name)) return this.#checked.get(name);
		const { market } = this.world.contracts;
		const statement = statementOf(market.address, claim.program, claim.inputsRoot, claim.outputRoot);
		const message = voteMessage(this.domain, epoch as number, statement);
		const isRight = isSigned({ signature, key }, member.twin, message);
		if (!isRight) {
			const line = `${attester} offers a signature of claim ${id} that is not operator ${operator}'s.`;
			about({ claim: claim.id }, () => this.troubles.tell(line));
		}
		const checked = isRight
			? { claim: claim.id, epoch: epoch as number, operator: member.number, signature, key }
			: FORGED;
		this.#checked.set(name, checked);
		const [oldest] = this.#checked.keys();
		if (this.#checked.size > 2 * MOST_VOTES) this.#checked.delete(oldest);
		return checked;
	}
}

function pointsOf(value: unknown, count: number): readonly bigint[] | undefined {
	if (!Array.isArray(value) || value.length !== count) return undefined;
	// What came as JSON can be anything: an object may not even be made text.
	const isWhole = (one: unknown) => typeof one === "string" && /^\d{1,78}$/.test(one);
	if (!value.every((one) => typeof one === "bigint" || isWhole(one))) return undefined;
	return value.map(BigInt);
}

async function askByHttp(attester: string): Promise<unknown> {
	const response = await fetch(new URL("/attestations", attester), { signal: AbortSignal.timeout(PATIENCE) });
	if (!response.ok) throw new Error(`it answered ${response.status}`);
	const parts: Uint8Array[] = [];
	let size = 0;
	for await (const part of response.body ?? []) {
		size += part.length;
		if (size > MOST_BYTES) throw new Error(`its answer has more than ${MOST_BYTES} bytes`);
		parts.push(part);
	}
	return JSON.parse(Buffer.concat(parts).toString("utf8"));
}
