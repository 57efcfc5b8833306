import { Batch } from "@umpire/chain/batch.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { type Got, read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type GameState } from "@umpire/game/state.ts";
import {
	COVER_STATUS,
	isDecided,
	OPERATOR_STATUS,
	type OperatorStatus,
	type Point,
	RECORD_STATUS,
	type RecordStatus,
} from "@umpire/markets/attester-state.ts";
import {
	epochOf,
	type SeenAccusation,
	type SeenAttesters,
	type SeenClaim,
	type SeenOperator,
	type SeenRecord,
} from "@umpire/markets/attester-steps.ts";
import { SETTLED_AFTER } from "../settled.ts";
import type { View } from "../world.ts";
import type { AttesterContracts } from "./attester-contracts.ts";

const lower = (hex: Hex): Hex => hex.toLowerCase() as Hex;

/** An operator of the list, as it is shown to people and checked by aggregators. */
export interface ListedOperator {
	readonly number: number;
	readonly account: Hex;
	readonly status: OperatorStatus;
	readonly stake: bigint;
	readonly slashed: boolean;
	readonly firstEpoch: number;
	readonly lastEpoch: number;
	readonly twin: Point;
}

/** Reads operators and attestations as the chain shows them. */
export class AttesterReader {
	readonly #view: View;
	readonly #contracts: AttesterContracts;
	readonly #state: () => Promise<GameState>;
	/** records before it are over; and others that are */
	#head = 1;
	readonly #over = new Set<number>();
	/** accusations that are closed, and the block at which that was first seen */
	readonly #closed = new Map<number, bigint>();

	constructor(view: View, contracts: AttesterContracts, account: Hex) {
		this.#view = view;
		this.#contracts = contracts;
		this.#state = gameReader(view.contracts, view.feed, account);
	}

	/** Polls the feed, and reads all that has not ended; with `ended`, on the first look, also records that are over. */
	async look(
		now: number,
		ended = false,
	): Promise<{ readonly seen: SeenAttesters; readonly game: GameState }> {
		const { operators, attestations } = this.#contracts;
		const { contracts } = this.#view;
		const game = await this.#state();
		const { epochSeconds, accusationSeconds } = await read(contracts, operators, "parameters", []);
		const genesis = Number(await read(contracts, operators, "startOf", [1n]));
		const claims = game.claims.map((_, i) => claimOf(game, i + 1));
		const records: SeenRecord[] = [];
		const count = Number(await read(contracts, attestations, "recordCount", []));
		// Records that are decided and dealt with are read no more.
		const ids: number[] = [];
		for (let id = this.#head; id <= count; id++) if (!this.#over.has(id)) ids.push(id);
		for (const record of await this.#records(game, ids)) {
			const isOver = this.#isOver(record, now, accusationSeconds);
			if (isOver) this.#over.add(record.id);
			if (!isOver || ended) records.push(record);
		}
		while (this.#over.delete(this.#head)) this.#head++;
		const accusations = await this.#accusations(game);
		const waiting = new Set<number>();
		const covers = new Batch(contracts);
		for (const { request } of records.filter((one) => one.status === RECORD_STATUS.attested)) {
			covers.add(attestations, "getCover", [BigInt(request)], ({ status }) => {
				if (status === COVER_STATUS.waiting) waiting.add(request);
			});
		}
		await covers.run(undefined);
		const epoch = epochOf({ genesis, epochSeconds }, now);
		const sets = [];
		for (const one of [epoch, epoch - 1]) {
			const { stake, members } = await read(contracts, operators, "setOf", [BigInt(one)]);
			sets.push({ epoch: one, stake, members });
		}
		const seen = {
			...{ genesis, epochSeconds, accusationSeconds, sets, claims, records, accusations, waiting },
			head: Number(await read(contracts, attestations, "oldestRecord", [])),
			count,
		};
		return { seen, game };
	}

	async operator(account: Hex): Promise<SeenOperator> {
		const { operators } = this.#contracts;
		const { contracts } = this.#view;
		const [isOperator, number] = await read(contracts, operators, "numberOf", [account]);
		const none = { status: OPERATOR_STATUS.none, stake: 0n, exitFrom: 0, lastEpoch: 0 };
		if (!isOperator) return { account: lower(account), number: undefined, ...none };
		const { epochSeconds, accusationSeconds } = await read(contracts, operators, "parameters", []);
		const { status, stake, leftAt, lastEpoch } = await read(contracts, operators, "getOperator", [number]);
		return {
			account: lower(account),
			number: Number(number),
			status: status as OperatorStatus,
			stake,
			exitFrom: leftAt + 2 * epochSeconds + accusationSeconds,
			lastEpoch,
		};
	}

	/** All operators that there are, by number. */
	async operators(): Promise<ListedOperator[]> {
		const { operators } = this.#contracts;
		const { contracts } = this.#view;
		const taken = await read(contracts, operators, "taken", []);
		const found: ListedOperator[] = [];
		for (let number = 0; taken >> BigInt(number) > 0n; number++) {
			if (((taken >> BigInt(number)) & 1n) === 0n) continue;
			const one = await read(contracts, operators, "getOperator", [BigInt(number)]);
			const { account, status, stake, firstEpoch, lastEpoch, x, y } = one;
			found.push({
				...{
					number,
					account: lower(account),
					status: status as OperatorStatus,
					stake,
					firstEpoch,
					lastEpoch,
				},
				...{ slashed: stake === 0n, twin: [x, y] },
			});
		}
		return found;
	}

	/** Records, read together: each operator can make one a claim and an epoch. */
	async #records(game: GameState, ids: readonly number[]): Promise<SeenRecord[]> {
		const { attestations } = this.#contracts;
		const batch = new Batch(this.#view.contracts);
		const found = new Map<number, RecordOnChain>();
		const bonds = new Map<number, bigint>();
		for (const id of ids) {
			batch.add(attestations, "getRecord", [BigInt(id)], (record) => found.set(id, record));
			batch.add(attestations, "accusationBond", [BigInt(id)], (bond) => bonds.set(id, bond));
		}
		await batch.run(undefined);
		return ids.map((id) => recordOf(game, id, found.get(id)!, bonds.get(id)!));
	}

	/** Those that are open, and those that were closed lately: chains are reorganised. */
	async #accusations(game: GameState): Promise<SeenAccusation[]> {
		const { contracts } = this.#view;
		const count = Number(await read(contracts, this.#contracts.attestations, "accusationCount", []));
		const height = await contracts.connection.reader.getBlockNumber();
		const seen: SeenAccusation[] = [];
		for (let id = 1; id <= count; id++) {
			const since = this.#closed.get(id);
			if (since !== undefined && height > since + SETTLED_AFTER) continue;
			const accusation = await this.#accusation(game, id);
			seen.push(accusation);
			if (!accusation.closed) this.#closed.delete(id);
			else if (since === undefined) this.#closed.set(id, height);
		}
		return seen;
	}

	async #accusation(game: GameState, id: number): Promise<SeenAccusation> {
		const { attestations } = this.#contracts;
		const found = await read(this.#view.contracts, attestations, "getAccusation", [BigInt(id)]);
		const { record, accuser, request, until, closed } = found;
		const at = game.claims.findIndex((claim) => claim.request === request);
		const claim = at < 0 ? undefined : { id: at + 1, status: game.claims[at].status };
		const { program } = game.requests[request - 1];
		return { id, record, program, accuser: lower(accuser), request, until, closed, claim };
	}

	#isOver(
		{ status, claim, premium, shared, closed, endedAt }: SeenRecord,
		now: number,
		seconds: number,
	): boolean {
		if (!isDecided(status)) return false;
		const isPaid = status !== RECORD_STATUS.confirmed || claim === 0 || closed || premium === shared;
		// Chains are reorganised: what has ended is looked at for a while.
		return isPaid && now > endedAt + 2 * seconds;
	}
}

/** A claim as the chain shows it. */
function claimOf({ claims, requests, parameters }: GameState, id: number): SeenClaim {
	const { request, outputRoot, status, claimedAt } = claims[id - 1];
	const { program, inputsRoot } = requests[request - 1];
	const challengeableUntil = claimedAt + parameters.challengePeriod - 1;
	return { id, request, program, inputsRoot, outputRoot, status, challengeableUntil };
}

type RecordOnChain = Got<AttesterContracts["attestations"]["abi"], "getRecord">;

function recordOf(game: GameState, id: number, found: RecordOnChain, bond: bigint): SeenRecord {
	const claim = game.claims[found.claim - 1];
	const { epoch, softAt, endedAt, accusations, closed } = found;
	// What a record is about is known of its claim, from events that more nodes than one have told.
	const { program, inputsRoot, outputRoot } = claim === undefined ? found : claimOf(game, found.claim);
	return {
		...{ id, claim: found.claim, claimStatus: claim?.status ?? CLAIM_STATUS.none },
		...{ request: claim?.request ?? 0, program, inputsRoot, outputRoot, epoch, softAt, endedAt },
		...{ status: found.status as RecordStatus, accusations, closed, signers: found.signers },
		...{ weight: found.weight, premium: found.premium, shared: found.shared, bond },
	};
}
