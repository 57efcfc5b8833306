import { getClaim } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CLAIM_STATUS, type ClaimStatus } from "@umpire/game/state.ts";
import { type BountyStatus, CANDIDATE_STATUS, type CandidateStatus } from "@umpire/markets/bounty-state.ts";
import type { SeenBounty, SeenCandidate, SeenRound } from "@umpire/markets/bounty-steps.ts";
import type { RoundValue } from "@umpire/markets/grid-steps.ts";
import { SETTLED_AFTER } from "../settled.ts";
import type { View } from "../world.ts";
import type { BountyContracts } from "./bounty-contracts.ts";
import { shownBy, wrongLeafOf } from "./shown.ts";

const lower = (value: Hex): Hex => value.toLowerCase() as Hex;

/** Reads one bounty as the chain shows it; weights that were shown are looked at once. */
export class BountyReader {
	readonly #view: View;
	readonly #contracts: BountyContracts;
	readonly #id: number;
	/** candidates of other bounties, and the block at which that was first seen */
	readonly #others = new Map<number, bigint>();
	/** candidates of this bounty that nothing moves any more, and the block at which that was first seen */
	readonly #ended = new Map<number, { readonly since: bigint; readonly seen: SeenCandidate }>();
	/** by what was shown: a leaf that is wrong */
	readonly #wrong = new Map<Hex, number | undefined>();

	constructor(view: View, contracts: BountyContracts, id: number) {
		this.#view = view;
		this.#contracts = contracts;
		this.#id = id;
	}

	/**
	 * The feed must have been polled: it knows which claims were made.
	 *
	 * @throws UmpireError if there is no such bounty
	 */
	async bounty(): Promise<SeenBounty> {
		const { bounties } = this.#contracts;
		const { contracts } = this.#view;
		const id = this.#id;
		const count = Number(await read(contracts, bounties, "bountyCount", []));
		if (!(Number.isInteger(id) && id >= 1 && id <= count)) {
			throw new UmpireError("NOT_FOUND", `There is no bounty ${id}`, {
				advice: `${count} ${count === 1 ? "was" : "were"} opened.`,
			});
		}
		const found = await read(contracts, bounties, "getBounty", [BigInt(id)]);
		const { program, baseline, token, pool, rate, minGain, deposit, scoreFee, isRunning } = found;
		return {
			id,
			owner: lower(found.owner),
			status: found.status as BountyStatus,
			isRunning,
			program,
			baseline,
			token: lower(token),
			pool,
			rate,
			minGain,
			deposit,
			scoreFee,
			grace: Number(await read(contracts, bounties, "grace", [])),
			round: found.round === 0 ? undefined : await this.#round(found.round),
			candidates: await this.candidates((candidate) => candidate.round === found.round),
		};
	}

	/** The bounty's candidates, of all rounds. */
	async candidates(isMeant: (candidate: { readonly round: number }) => boolean = () => true) {
		const { bounties } = this.#contracts;
		const { contracts } = this.#view;
		const seen: SeenCandidate[] = [];
		const count = Number(await read(contracts, bounties, "candidateCount", []));
		const height = await contracts.connection.reader.getBlockNumber();
		for (let id = 1; id <= count; id++) {
			const since = this.#others.get(id);
			// Chains are reorganised: what is another's is looked at until that is settled.
			if (since !== undefined && height > since + SETTLED_AFTER) continue;
			const ended = this.#ended.get(id);
			if (ended !== undefined && height > ended.since + SETTLED_AFTER) {
				if (isMeant(ended.seen)) seen.push(ended.seen);
				continue;
			}
			const found = await read(contracts, bounties, "getCandidate", [BigInt(id)]);
			if (found.bounty !== this.#id) {
				if (since === undefined) this.#others.set(id, height);
				continue;
			}
			this.#others.delete(id);
			const isOver = found.status >= CANDIDATE_STATUS.scored;
			if (!isOver) this.#ended.delete(id);
			if (!isOver && !isMeant(found)) continue;
			const { round, commitment, request, until, leaves, weightsRoot, contentRoot, gain } = found;
			const status = found.status as CandidateStatus;
			const { revealed, asked, open } = CANDIDATE_STATUS;
			const isOpen = status === revealed || status === asked || status === open;
			const candidate: SeenCandidate = {
				id,
				round,
				contributor: lower(found.contributor),
				commitment,
				status,
				request,
				until,
				leaves,
				weightsRoot,
				gain,
				claim: await this.#claimOn(request),
				wrongLeaf: isOpen ? await this.#wrongLeaf(id, contentRoot) : undefined,
			};
			const isSettled = isOver && candidate.claim?.status !== CLAIM_STATUS.live;
			if (isSettled) this.#ended.set(id, { since: ended?.since ?? height, seen: candidate });
			if (isMeant(candidate)) seen.push(candidate);
		}
		return seen;
	}

	async #round(number: number): Promise<SeenRound> {
		const { bounties, beacon } = this.#contracts;
		const { contracts } = this.#view;
		const found = await read(contracts, bounties, "getRound", [BigInt(this.#id), BigInt(number)]);
		const { beaconRound, ...times } = found;
		const [status] = await read(contracts, beacon, "lookUp", [beaconRound]);
		const height = await contracts.connection.reader.getBlockNumber();
		const values: readonly RoundValue[] = [height >= beaconRound ? "ready" : "pending", "known", "void"];
		return { number, ...times, value: values[status] };
	}

	/** The last claim on a request: of one that is anybody's others may have been rejected. */
	async #claimOn(request: number): Promise<SeenCandidate["claim"]> {
		if (request === 0) return undefined;
		const made = this.#view.feed.events.findLast(
			({ name, args }) => name === "Claimed" && Number(args.request) === request,
		);
		if (made?.name !== "Claimed") return undefined;
		const id = Number(made.args.claim);
		const { status } = await getClaim(this.#view.contracts, BigInt(id));
		return { id, status: status as ClaimStatus };
	}

	async #wrongLeaf(candidate: number, contentRoot: Hex): Promise<number | undefined> {
		if (!this.#wrong.has(contentRoot)) {
			const leaves = await shownBy(this.#view, this.#contracts, candidate, contentRoot);
			this.#wrong.set(contentRoot, await wrongLeafOf(leaves));
		}
		return this.#wrong.get(contentRoot);
	}
}
