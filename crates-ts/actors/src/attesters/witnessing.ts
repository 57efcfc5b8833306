import { callOf } from "@umpire/chain/action-call.ts";
import { type Call, read, send as sendAndWait } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { commitTensor, toPhysical } from "@umpire/commitment/tensor.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { GameState } from "@umpire/game/state.ts";
import { bitOf, RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import {
	type SeenAttesters,
	type SeenOperator,
	type SeenRecord,
	signedKey,
	type Verdict,
} from "@umpire/markets/attester-steps.ts";
import { owedOperator, statementOf, witnessLeaf, witnessTree } from "@umpire/markets/witness-tree.ts";
import { encodeDescriptor } from "@umpire/operators/descriptor.ts";
import type { Program, ProgramHeader } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram, putProgram } from "@umpire/store/programs.ts";
import { isVariant, withOutput } from "../variant-program.ts";
import type { World } from "../world.ts";
import type { AttesterContracts } from "./attester-contracts.ts";
import type { SignedVote } from "./signed-votes.ts";

type Send = (name: string, said: string, call: Call, until?: number) => Promise<boolean>;

interface Own {
	readonly seen: SeenAttesters;
	readonly me: SeenOperator;
	readonly votes: readonly SignedVote[];
	readonly now: number;
}

/** A witness that was computed and bound, by its record. */
interface Bound {
	readonly record: number;
	readonly operator: number;
	readonly tensorRoot: Hex;
	readonly leaf: Hex;
}

interface PostedTree {
	readonly root: Hex;
	readonly leaves: readonly Bound[];
}

const isTrees = (value: unknown): boolean =>
	Array.isArray(value) &&
	value.every((tree) => hasAll(tree, { root: (r) => typeof r === "string", leaves: Array.isArray }));

/** Trees that are kept. */
const MOST = 500;

/** Computes, binds, shows and judges witnesses (docs/attesters.md, A9). */
export class Witnessing {
	readonly #world: World;
	readonly #contracts: AttesterContracts;
	readonly #path: string;
	readonly #roots = new Map<string, Hex>();
	#programs: GameState["programs"] = new Map();

	/** @param name of the operator, in names of files */
	constructor(world: World, contracts: AttesterContracts, name: string) {
		this.#world = world;
		this.#contracts = contracts;
		this.#path = world.home.path("attesters", `${name}.witnesses.json`);
	}

	/** Takes note of the programs that are registered. */
	look({ programs }: Pick<GameState, "programs">): void {
		this.#programs = programs;
	}

	/** Binds itself to what it owes, and shows what is due. */
	async tick({ seen, me, votes, now }: Own, send: Send): Promise<boolean> {
		if (me.number === undefined) return false;
		const bit = bitOf(me.number);
		const mine = seen.records.filter(
			({ signers, claim, premium }) => (signers & bit) !== 0n && claim !== 0 && premium > 0n,
		);
		const trees = await this.#trees();
		const known = new Map(trees.flatMap(({ leaves }) => leaves.map((leaf) => [leaf.record, leaf] as const)));
		const byKey = new Map(votes.map((vote) => [signedKey(vote.claim, vote.epoch), vote]));
		const fresh: Bound[] = [];
		for (const record of mine) {
			const vote = byKey.get(signedKey(record.claim, record.epoch));
			if (record.status !== RECORD_STATUS.attested || known.has(record.id) || vote === undefined) continue;
			fresh.push(await this.#owed(record, vote, me.account));
		}
		if (fresh.length > 0) {
			const { root } = witnessTree(fresh.map(({ leaf }) => leaf));
			await writeJson(this.#path, [...trees, { root, leaves: fresh }].slice(-MOST));
		}
		let acted = false;
		for (const tree of fresh.length > 0 ? await this.#trees() : trees) {
			if (await this.#post(tree, mine, me, send)) acted = true;
		}
		for (const record of mine) {
			const bound = known.get(record.id);
			const vote = byKey.get(signedKey(record.claim, record.epoch));
			const until = record.endedAt + seen.accusationSeconds;
			if (
				record.status !== RECORD_STATUS.confirmed ||
				now > until ||
				bound === undefined ||
				vote === undefined
			)
				continue;
			const isShown = seen.records.some(
				({ claim, signers, inputsRoot, outputRoot }) =>
					claim === 0 &&
					signers === bit &&
					inputsRoot === record.inputsRoot &&
					outputRoot === bound.tensorRoot,
			);
			if (isShown) continue;
			const tree = trees.find(({ leaves }) => leaves.some((one) => one.record === record.id))!;
			if (await this.#show(record, bound, tree, vote, me.number, until, send)) acted = true;
		}
		return acted;
	}

	/** What running a witness's program says of it; undefined if that is not to be had here. */
	async verdictOn({ program, inputsRoot, outputRoot }: SeenRecord): Promise<Verdict> {
		const header = this.#programs.get(program);
		const original = await this.#original(header);
		if (header === undefined || original === undefined) return undefined;
		const root = await this.#tensorRoot(original.root, original.program, inputsRoot, header.outputOperator);
		return root === outputRoot ? "agrees" : "differs";
	}

	/** Registers a program unless it is, and keeps it. */
	async #register(program: Program): Promise<Hex> {
		const { contracts, signer, home } = this.#world;
		const commitment = await commitProgram(program);
		await putProgram(home.content, program, commitment);
		if (!this.#programs.has(commitment.root)) {
			const { header } = commitment;
			await sendAndWait(signer, callOf(contracts, { type: "register", header }));
		}
		return commitment.root;
	}

	async #owed(record: SeenRecord, { signature }: SignedVote, account: Hex): Promise<Bound> {
		const { program: root, inputsRoot, outputRoot, epoch, id } = record;
		const { program } = await getProgram(this.#world.home.content, root, this.#world.limits);
		const operator = owedOperator(signature, program.operators.length);
		const tensorRoot = await this.#tensorRoot(root, program, inputsRoot, operator);
		const statement = statementOf(this.#world.contracts.market.address, root, inputsRoot, outputRoot);
		const leaf = witnessLeaf({ account, epoch, statement, operator, root: tensorRoot });
		return { record: id, operator, tensorRoot, leaf };
	}

	async #post(
		{ root, leaves }: PostedTree,
		mine: readonly SeenRecord[],
		me: SeenOperator,
		send: Send,
	): Promise<boolean> {
		const isDue = mine.some(
			({ id, status }) => status === RECORD_STATUS.attested && leaves.some(({ record }) => record === id),
		);
		if (!isDue) return false;
		const { attestations } = this.#contracts;
		const posted = await read(this.#world.contracts, attestations, "postedAt", [me.account, root]);
		if (posted !== 0n) return false;
		const call = { contract: attestations, functionName: "postWitnesses", args: [root] };
		return send(`witnesses:${root}`, `Bound itself to ${leaves.length} witnesses.`, call);
	}

	async #show(
		record: SeenRecord,
		{ operator, tensorRoot, leaf }: Bound,
		tree: PostedTree,
		{ signature, key }: SignedVote,
		number: number,
		until: number,
		send: Send,
	): Promise<boolean> {
		const { program } = await getProgram(this.#world.home.content, record.program, this.#world.limits);
		const { descriptors, descriptorTree } = await commitProgram(program);
		const root = await this.#register(withOutput(program, operator));
		const descriptor = {
			descriptor: encodeDescriptor(descriptors[operator]),
			path: descriptorTree.path(operator),
		};
		const path = witnessTree(tree.leaves.map((one) => one.leaf)).path(leaf);
		const args = [BigInt(record.id), BigInt(number), { signature, key }, root, descriptor, tensorRoot, path];
		const call = { contract: this.#contracts.attestations, functionName: "showWitness", args };
		return send(`show:${record.id}`, `Showed its witness of record ${record.id}.`, call, until);
	}

	/** The program of which a witness's is a variant, in the home folder. */
	async #original(header: ProgramHeader | undefined): Promise<{ root: Hex; program: Program } | undefined> {
		if (header === undefined) return undefined;
		const { content } = this.#world.home;
		for (const [root, other] of this.#programs) {
			if (!isVariant(header, other) || (await content.stamp("programs", root)) === null) continue;
			return { root, program: (await getProgram(content, root, this.#world.limits)).program };
		}
		return undefined;
	}

	/** The root of an operator's output in the last step. @throws UmpireError if the inputs are not here */
	async #tensorRoot(root: Hex, program: Program, inputsRoot: Hex, operator: number): Promise<Hex> {
		const key = `${root} ${inputsRoot} ${operator}`;
		const known = this.#roots.get(key);
		if (known !== undefined) return known;
		const inputs = await getInputs(this.#world.home.content, program, inputsRoot);
		if (inputs === null) {
			throw new UmpireError(
				"STORED",
				`the inputs ${inputsRoot} are not in ${this.#world.home.content.place}`,
				{
					advice: "an attester keeps the inputs of what it has signed.",
				},
			);
		}
		const session = await openSession(program, { record: "trace" });
		try {
			const { operators = [] } = await session.run(inputs);
			const { shape, layout, width } = program.operators[operator];
			const last = operators[operators.length - program.operators.length + operator];
			const { root: found } = await commitTensor(toPhysical(last, shape, layout), width);
			this.#roots.set(key, found);
			return found;
		} finally {
			await session.release();
		}
	}

	async #trees(): Promise<readonly PostedTree[]> {
		const advice = "without it the premiums of what is not shown yet are lost: delete it to go on.";
		return (await readJson<readonly PostedTree[]>(this.#path, isTrees, advice)) ?? [];
	}
}
