import { tokenLedgerAbi } from "@umpire/abi/token-ledger.ts";
import { type Call, read } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { GameState } from "@umpire/game/state.ts";
import { type AnyonesStep, type SeenAttesters, stepsForAnyone } from "@umpire/markets/attester-steps.ts";
import type { SigningDomain } from "@umpire/markets/signed-messages.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { formatEther } from "viem";
import type { Actor } from "../actor.ts";
import type { Subject } from "../subject.ts";
import { Troubles } from "../troubles.ts";
import { act, landAll, type World } from "../world.ts";
import type { AttesterContracts } from "./attester-contracts.ts";
import { AttesterReader } from "./read-attesters.ts";

/** Records that one transaction moves on over. */
const AT_ONCE = 100n;

/**
 * Gas that it takes to store the sets of four epochs: whoever comes first in an epoch stores them. What a call needs is
 * estimated in the newest block's epoch, and it may be mined in a later one.
 */
export const NEW_EPOCHS = 400_000n;

/** What was last seen of the chain. */
export interface Look {
	readonly seen: SeenAttesters;
	readonly game: GameState;
	/** time of the newest block */
	readonly now: number;
}

/**
 * Does for attestations what is anybody's: reads how claims of records and accusations have ended, lets covers be borne,
 * acquits. What it does follows from the chain alone: of two that do the same the contract takes one.
 */
export abstract class AttestationKeeper implements Actor {
	abstract readonly name: string;
	protected readonly world: World;
	protected readonly contracts: AttesterContracts;
	protected readonly reader: AttesterReader;
	protected readonly account: Hex;
	protected readonly domain: SigningDomain;
	protected readonly progress: (line: string) => void;
	protected readonly troubles: Troubles;

	constructor(world: World, contracts: AttesterContracts, progress: (line: string) => void) {
		this.world = world;
		this.contracts = contracts;
		this.account = world.signer.account.address.toLowerCase() as Hex;
		const { chain } = world.contracts.connection;
		this.domain = { chainId: chain.id, operators: contracts.operators.address };
		this.reader = new AttesterReader(world, contracts, this.account);
		this.progress = progress;
		this.troubles = new Troubles(progress);
	}

	async tick(): Promise<boolean> {
		const { contracts, feed } = this.world;
		const { connection } = contracts;
		await feed.poll();
		const now = Number(await chainTime(connection, feed.head));
		const look = { ...(await this.reader.look(now)), now };
		let acted = await this.own(look);
		for (const step of stepsForAnyone(look.seen, now)) {
			const make = () => this.#make(step);
			if (await this.troubles.race(itemOf(step), feed.head?.hash, make, subjectOf(step))) acted = true;
		}
		if (await this.attempt("withdrawing", () => this.#withdraw())) acted = true;
		await landAll(this.world, this.progress);
		return acted;
	}

	/** What somebody does beside that. */
	protected abstract own(look: Look): Promise<boolean>;

	protected attempt(item: string, make: () => Promise<boolean>, subject?: Subject): Promise<boolean> {
		return this.troubles.attempt(item, make, subject);
	}

	protected async send(name: string, said: string, call: Call, until?: number): Promise<boolean> {
		const sent = await act(this.world, name, call, until);
		if (sent !== undefined) this.progress(said);
		return sent !== undefined;
	}

	async #make(step: AnyonesStep): Promise<boolean> {
		const { attestations } = this.contracts;
		const call = (functionName: string, ...args: readonly (number | bigint)[]): Call => ({
			contract: attestations,
			functionName,
			args: args.map(BigInt),
		});
		switch (step.type) {
			case "sync": {
				const said = `Record ${step.record}: its claim ${step.claim} has ended.`;
				return this.send(`sync-record:${step.record}`, said, call("sync", step.record));
			}
			case "bindCover": {
				const said = `Request ${step.request} is softly final, and covered.`;
				return this.send(
					`bind:${step.request}:${step.record}`,
					said,
					call("bindCover", step.request, step.record),
				);
			}
			case "judge": {
				const said = `Accusation ${step.accusation}: its claim ${step.claim} has ended.`;
				const judge = { ...call("judge", step.accusation, step.claim), spare: NEW_EPOCHS };
				return this.send(`judge:${step.accusation}`, said, judge);
			}
			case "lapse": {
				const said = `Accusation ${step.accusation} came to nothing.`;
				return this.send(`lapse-accusation:${step.accusation}`, said, call("lapse", step.accusation));
			}
			case "acquit":
				return this.send(
					`acquit:${step.record}`,
					`Record ${step.record} is acquitted.`,
					call("acquit", step.record),
				);
			case "closePremium": {
				const said = `Record ${step.record}: what nobody has earned of its premium is burned.`;
				return this.send(`premium:${step.record}`, said, call("closePremium", step.record));
			}
			case "advance":
				return this.send(`advance:${step.head}`, "Moved on over decided records.", call("advance", AT_ONCE));
		}
	}

	async #withdraw(): Promise<boolean> {
		let acted = false;
		for (const contract of Object.values(this.contracts)) {
			const ledger = { address: contract.address, abi: tokenLedgerAbi };
			const owed = await read(this.world.contracts, ledger, "owed", [ETHER, this.account]);
			if (owed === 0n) continue;
			const call = { contract, functionName: "withdrawTo", args: [ETHER, this.account] };
			// Equal credits at different blocks are different ones.
			const name = `withdraw:${contract.address}:${owed}:${this.world.feed.head?.number}`;
			if (await this.send(name, `Withdrew ${formatEther(owed)} ETH.`, call)) acted = true;
		}
		return acted;
	}
}

/** What a step is about: a cover that is larger than what is at stake, of anybody's, keeps back no other. */
function itemOf(step: AnyonesStep): string {
	switch (step.type) {
		case "bindCover":
			return `cover of request ${step.request}`;
		case "judge":
		case "lapse":
			return `${step.type} of accusation ${step.accusation}`;
		case "advance":
			return step.type;
		default:
			return `${step.type} of record ${step.record}`;
	}
}

function subjectOf(step: AnyonesStep): Subject {
	return {
		...("request" in step ? { request: step.request } : {}),
		...("claim" in step ? { claim: step.claim } : {}),
		...("record" in step ? { record: step.record } : {}),
		...("accusation" in step ? { accusation: step.accusation } : {}),
	};
}
