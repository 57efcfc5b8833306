import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type GameState } from "@umpire/game/state.ts";
import { OPERATOR_STATUS, RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import {
	type OperatorStep,
	type SeenAttesters,
	type SeenClaim,
	type SeenOperator,
	signedKey,
	stepsOfOperator,
	type Verdict,
} from "@umpire/markets/attester-steps.ts";
import type { BlsKey } from "@umpire/markets/bls.ts";
import { possessionMessage, voteMessage } from "@umpire/markets/signed-messages.ts";
import { statementOf } from "@umpire/markets/witness-tree.ts";
import { formatEther } from "viem";
import type { Actor } from "../actor.ts";
import { fetchQuestion } from "../fetch-content.ts";
import { ALL } from "../grid/claimant.ts";
import { OwnExecution } from "../own-execution.ts";
import type { Subject } from "../subject.ts";
import { submitter } from "../submitter.ts";
import { verifier } from "../verifier.ts";
import type { World } from "../world.ts";
import type { AttesterContracts } from "./attester-contracts.ts";
import { AttesterKeyFile } from "./attester-key.ts";
import { AttestationKeeper, type Look, NEW_EPOCHS } from "./keeper.ts";
import { type SignedVote, SignedVotes } from "./signed-votes.ts";
import { Witnessing } from "./witnessing.ts";

/** Milliseconds until content that was not to be had is asked for again. */
const FETCH_PAUSE = 30_000;

export interface AttesterOptions {
	/** what it registers with, in wei */
	readonly stake: bigint;
	/** whether it is to stay, or to leave and be paid */
	readonly aim: "stay" | "leave";
	/** programs whose claims it signs; all that are in its home folder by default */
	readonly programs?: readonly Hex[] | undefined;
	/** it signs whatever is claimed: for demonstrations */
	readonly careless?: boolean | undefined;
	readonly progress: (line: string) => void;
}

/** What a node that serves an attester shows of it. */
export interface AttesterReport {
	readonly operator: SeenOperator | undefined;
	readonly epoch: number;
	readonly isMember: boolean;
	readonly slashed: boolean;
	readonly signed: number;
	/** live claims that could be judged, and those of the epoch that were signed */
	readonly judged: number;
	readonly agreed: number;
	readonly openRecords: number;
	readonly records: Readonly<Record<string, number>>;
}

/**
 * Attests: registers, runs the programs of live claims, signs what it agrees with, owes and shows witnesses, accuses what
 * it disagrees with, defends what it has signed, and leaves. What it does follows from chain and home folder: it can be
 * killed at any time and started again. A vote is written down before anybody sees it.
 */
export class Attester extends AttestationKeeper {
	override readonly name = "attester";
	readonly #options: AttesterOptions;
	readonly #keyFile: AttesterKeyFile;
	readonly #execution: OwnExecution;
	readonly #votes: SignedVotes;
	readonly #witnessing: Witnessing;
	/** when the content of a claim was last asked for */
	readonly #fetched = new Map<number, number>();
	readonly #guards = new Map<Hex, Actor>();
	readonly #answering = new Map<Hex, Actor>();
	#key: BlsKey | undefined;
	#answers: ReadonlySet<number> = new Set();
	/** whether its operator was seen leaving: what somebody has told to leave registers anew only when it is started anew */
	#leaves = false;
	#report: AttesterReport | undefined;
	#verdicts: ReadonlyMap<string, Verdict> = new Map();
	#claims: readonly SeenClaim[] = [];

	constructor(world: World, contracts: AttesterContracts, options: AttesterOptions) {
		super(world, contracts, options.progress);
		this.#options = options;
		this.#keyFile = new AttesterKeyFile(world, contracts, this.account);
		const { id } = world.contracts.connection.chain;
		const name = `${id}-${contracts.operators.address.toLowerCase()}-${this.account}`;
		this.#votes = new SignedVotes(world.home, name);
		this.#execution = new OwnExecution(world, options.programs ?? [], (line) => this.troubles.tell(line));
		this.#witnessing = new Witnessing(world, contracts, name);
	}

	/** What it has signed of claims that may still be attested, for aggregators. */
	votes(): Promise<readonly SignedVote[]> {
		return this.#votes.all();
	}

	/** What was last seen; undefined before the first look. */
	report(): AttesterReport | undefined {
		return this.#report;
	}

	/** What it says of a claim that it has looked at. */
	verdictOn({
		program,
		inputsRoot,
		outputRoot,
	}: Pick<SignedVote, "program" | "inputsRoot" | "outputRoot">): Verdict {
		return this.#verdicts.get(`${program} ${inputsRoot} ${outputRoot}`);
	}

	/** A claim that was seen at the last look. */
	claim(id: number): SeenClaim | undefined {
		return this.#claims.find((one) => one.id === id);
	}

	/** Whether it has left and was paid. */
	async hasLeft(): Promise<boolean> {
		return (await this.reader.operator(this.account)).number === undefined;
	}

	protected override async own(look: Look): Promise<boolean> {
		const { seen, game, now } = look;
		const me = await this.reader.operator(this.account);
		if (me.number === undefined && this.#options.aim === "leave") await this.#keyFile.setAside();
		this.#claims = seen.claims;
		this.#tellLeaving(me);
		this.#witnessing.look(game);
		await this.#fetch(seen);
		this.#verdicts = await this.#judge(seen, game);
		const votes = await this.#votes.all();
		const signed = new Set(votes.map(({ claim, epoch }) => signedKey(claim, epoch)));
		const { aim, careless = false } = this.#options;
		const judged = careless ? () => "agrees" as const : this.verdictOn.bind(this);
		let acted = false;
		for (const step of stepsOfOperator(seen, me, judged, signed, aim, now)) {
			if (step.type === "register" && this.#leaves) continue;
			if (await this.attempt(nameOf(step), () => this.#make(step, me), subjectOf(step))) acted = true;
		}
		if (!careless) {
			const own = { seen, me, votes: await this.#votes.all(), now };
			const send = this.send.bind(this);
			if (await this.attempt("witnesses", () => this.#witnessing.tick(own, send))) acted = true;
			if (await this.#defend(seen, me)) acted = true;
		}
		if (await this.#answer(seen)) acted = true;
		this.#report = await this.#reported(seen, me);
		return acted;
	}

	/** Says what becomes of an operator that leaves, whichever process has told it to. */
	#tellLeaving({ number, status, exitFrom }: SeenOperator): void {
		if (status === OPERATOR_STATUS.leaving) {
			this.#leaves = true;
			const from = new Date(1000 * exitFrom).toISOString().replace(".000", "");
			this.troubles.tell(
				`Its stake comes back from ${from} on, when all is decided that it can have signed.`,
			);
		} else if (number === undefined && this.#leaves && this.#options.aim === "stay") {
			this.troubles.tell("It has left: it registers anew only when it is started anew.");
		}
	}

	/** Gets what live claims are about and is not here, from where it may be had; what is nowhere is asked for again. */
	async #fetch({ claims }: SeenAttesters): Promise<void> {
		const now = performance.now();
		for (const { id, program, inputsRoot, status } of claims) {
			if (status !== CLAIM_STATUS.live || !this.#execution.covers(program)) continue;
			const before = this.#fetched.get(id);
			if (before !== undefined && now - before < FETCH_PAUSE) continue;
			this.#fetched.set(id, now);
			await this.attempt(`content of claim ${id}`, async () => {
				await fetchQuestion(this.world, program, inputsRoot, (line) => this.troubles.tell(line));
				return false;
			});
		}
	}

	/** What running the programs here says of each claim; what is not here is said nothing of. */
	async #judge(seen: SeenAttesters, game: GameState): Promise<ReadonlyMap<string, Verdict>> {
		const found = await this.#execution.agreements(game);
		const verdicts = new Map<string, Verdict>();
		for (const [i, { program, inputsRoot, outputRoot }] of seen.claims.entries()) {
			const key = `${program} ${inputsRoot} ${outputRoot}`;
			if (found[i] === "agrees") verdicts.set(key, "agrees");
			if (found[i] === "disagrees") verdicts.set(key, "differs");
		}
		for (const witness of seen.records.filter(
			({ claim, status }) => claim === 0 && status === RECORD_STATUS.open,
		)) {
			const verdict = await this.#witnessing.verdictOn(witness);
			verdicts.set(`${witness.program} ${witness.inputsRoot} ${witness.outputRoot}`, verdict);
		}
		return verdicts;
	}

	async #make(step: OperatorStep, me: SeenOperator): Promise<boolean> {
		const { operators, attestations } = this.contracts;
		switch (step.type) {
			case "register": {
				const { twin, key, prove } = await this.#open();
				const message = possessionMessage(this.domain, this.account, twin);
				const args = [twin, key, prove(message)];
				const { stake } = this.#options;
				const call = { contract: operators, functionName: "register", args, value: stake, spare: NEW_EPOCHS };
				return this.send("register-operator", `Registered with a stake of ${formatEther(stake)} ETH.`, call);
			}
			case "sign": {
				const { claim, epoch } = step;
				const { id, program, inputsRoot, outputRoot } = claim;
				const { sign, key } = await this.#open();
				const statement = statementOf(this.world.contracts.market.address, program, inputsRoot, outputRoot);
				const message = voteMessage(this.domain, epoch, statement);
				const stated = { program, inputsRoot, outputRoot };
				const vote = { claim: id, epoch, ...stated, operator: me.number!, signature: sign(message), key };
				await this.#votes.add(vote);
				this.progress(`Signed claim ${id} in epoch ${epoch}.`);
				return false;
			}
			case "accuse": {
				const { record, bond, until } = step;
				const call = { contract: attestations, functionName: "accuse", args: [BigInt(record)], value: bond };
				return this.send(`accuse:${record}`, `Accused record ${record}: its output is wrong.`, call, until);
			}
			case "leave": {
				const call = { contract: operators, functionName: "leave", spare: NEW_EPOCHS };
				return this.send("leave-operators", "Leaving: it signs for no later epoch.", call);
			}
			case "exit": {
				const call = { contract: operators, functionName: "exit", args: [BigInt(step.operator)] };
				return this.send("exit-operators", `Left: ${formatEther(me.stake)} ETH of stake came back.`, call);
			}
		}
	}

	async #open(): Promise<BlsKey> {
		this.#key ??= await this.#keyFile.open();
		return this.#key;
	}

	/** A11: guards the programs whose records can be accused: whoever contradicts what it signed is challenged. */
	async #defend(seen: SeenAttesters, { number }: SeenOperator): Promise<boolean> {
		if (number === undefined) return false;
		const isOwn = (signers: bigint) => ((signers >> BigInt(number)) & 1n) === 1n;
		const open = seen.records.filter(
			({ signers, status }) =>
				isOwn(signers) && (status === RECORD_STATUS.attested || status === RECORD_STATUS.open),
		);
		for (const root of new Set(open.map(({ program }) => program))) {
			if (this.#guards.has(root)) continue;
			await this.attempt(`program ${root}`, async () => {
				const options = { compare: "output", progress: this.progress } as const;
				this.#guards.set(root, await verifier(this.world, root, options));
				return false;
			});
		}
		let acted = false;
		for (const guard of this.#guards.values()) if (await guard.tick()) acted = true;
		return acted;
	}

	/** Claims what its accusations are about. */
	async #answer(seen: SeenAttesters): Promise<boolean> {
		const mine = seen.accusations.filter(({ accuser, closed }) => accuser === this.account && !closed);
		this.#answers = new Set(mine.map(({ request }) => request));
		for (const { program } of mine) {
			if (this.#answering.has(program)) continue;
			await this.attempt(`program ${program}`, async () => {
				const serves = (request: number) => this.#answers.has(request);
				const options = { leastFee: "0", mostBonds: ALL, serves, progress: this.progress };
				this.#answering.set(program, await submitter(this.world, program, options));
				return false;
			});
		}
		let acted = false;
		for (const actor of this.#answering.values()) if (await actor.tick()) acted = true;
		return acted;
	}

	async #reported(seen: SeenAttesters, me: SeenOperator): Promise<AttesterReport> {
		const [set] = seen.sets;
		const { number } = me;
		const votes = await this.#votes.all();
		const live = seen.claims.filter(({ status }) => status === CLAIM_STATUS.live);
		const judged = live.filter((claim) => this.verdictOn(claim) !== undefined);
		const own = seen.records.filter(
			({ signers }) => number !== undefined && ((signers >> BigInt(number)) & 1n) === 1n,
		);
		const names = Object.entries(RECORD_STATUS).slice(1);
		return {
			operator: me,
			epoch: set.epoch,
			isMember: number !== undefined && ((set.members >> BigInt(number)) & 1n) === 1n,
			slashed: number !== undefined && me.stake === 0n,
			signed: votes.length,
			judged: judged.length,
			agreed: judged.filter((claim) => this.verdictOn(claim) === "agrees").length,
			openRecords: own.filter(
				({ status }) => status === RECORD_STATUS.attested || status === RECORD_STATUS.open,
			).length,
			records: Object.fromEntries(
				names.map(([name, status]) => [name, own.filter((one) => one.status === status).length]),
			),
		};
	}
}

function nameOf(step: OperatorStep): string {
	if (step.type === "sign") return `claim ${step.claim.id}`;
	return step.type === "accuse" ? `accusation of record ${step.record}` : step.type;
}

function subjectOf(step: OperatorStep): Subject {
	if (step.type === "sign") return { claim: step.claim.id };
	return step.type === "accuse" ? { record: step.record } : {};
}
