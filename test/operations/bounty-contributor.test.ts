import type { Actor } from "@umpire/actors/actor.ts";
import { weightsFor } from "@umpire/actors/bounties/architecture.ts";
import {
	type BountyContracts,
	deployBounties,
	openBounties,
} from "@umpire/actors/bounties/bounty-contracts.ts";
import { BountyKeeper } from "@umpire/actors/bounties/bounty-keeper.ts";
import { Contributor, type ContributorOptions } from "@umpire/actors/bounties/contributor.ts";
import { GOOD, type Kinks, POOR, squareNetwork } from "@umpire/actors/bounties/demo-square.ts";
import { type Evaluation, evaluationOf } from "@umpire/actors/bounties/evaluation.ts";
import { openBounty, withDefaults } from "@umpire/actors/bounties/open-bounty.ts";
import { playBounty } from "@umpire/actors/bounties/play-bounty.ts";
import { BountyReader } from "@umpire/actors/bounties/read-bounty.ts";
import { openedWith } from "@umpire/actors/bounties/shown.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { World } from "@umpire/actors/world.ts";
import { read, send } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { leafNode } from "@umpire/commitment/leaf.ts";
import { commitmentOf } from "@umpire/markets/bounty-entries.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import { CANDIDATE_STATUS, rewardOf } from "@umpire/markets/bounty-state.ts";
import { shownLeaves } from "@umpire/markets/shown-weights.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { commitInputs } from "@umpire/runtime/trace.ts";
import type { Role } from "@umpire/store/accounts.ts";
import { formatEther, parseEther } from "viem";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

const POOL = parseEther("1");
/** Between the two: better than the first weights, worse than the best. */
const FAIR: Kinks = [GOOD[0], GOOD[1], [0.4, 0.6, 1.05, 0.8]];
const { depositMin: DEPOSIT, scoreFeeMin: FEE } = BOUNTY_PRESETS.test;

let evaluation: Evaluation;
let stage: Stage;
let owner: World;
let contracts: BountyContracts;
let bounty: number;
let keeper: BountyKeeper;
let program: string;
let said: string[];
const progress = (line: string) => said.push(line);

beforeAll(async () => {
	evaluation = await evaluationOf(squareNetwork(POOR), { task: { kind: "square" }, steps: 10, range: 2 });
});
beforeEach(async () => {
	said = [];
	stage = await openStage();
	owner = await stage.world("deployer");
	const { program: made, inputs, perfect, draws } = evaluation;
	const commitment = await commitProgram(made);
	const { number, root } = await registerProgram(owner, made, commitment);
	program = root;
	await deployBounties(owner, { parameters: BOUNTY_PRESETS.test, blockSeconds: 60 });
	contracts = await openBounties(owner);
	const loaded = { number, root, program: made, commitment };
	const of = { preset: BOUNTY_PRESETS.test, perfect, draws };
	const given = { token: ETHER, pool: POOL, paidRounds: 3 };
	const terms = await withDefaults(owner, contracts, loaded, inputs, given, of);
	bounty = await openBounty(owner, contracts, loaded, inputs, terms);
	keeper = new BountyKeeper(await stage.world("verifier"), contracts, { bounty, progress });
});
afterEach(() => stage.close());

const contributor = async (role: Role, kinks: Kinks, options: Partial<ContributorOptions> = {}) => {
	const weights = (count: number) => weightsFor(squareNetwork(kinks), count);
	const all = { bounty, weights, progress, warn: progress, ...options };
	return new Contributor(await stage.world(role), contracts, all);
};
const play = (actors: readonly Actor[], isSo: () => Promise<boolean>) =>
	playBounty(stage, [...actors, keeper], keeper, isSo);
const candidate = async (id: number) => {
	await owner.feed.poll();
	const all = await new BountyReader(owner, contracts, bounty).candidates();
	return all.find((one) => one.id === id)!;
};
const isEnded = async (id: number) => (await candidate(id))?.status >= CANDIDATE_STATUS.scored;

describe("contributors of a bounty", () => {
	test("x² is approximated better: the best is paid and becomes the baseline, and the same weights gain 0", async () => {
		const fair = await contributor("second-submitter", FAIR);
		const good = await contributor("third-submitter", GOOD);
		expect((await fair.rehearse()).gain).toBeLessThan((await good.rehearse()).gain);
		const both = [fair, good];
		await play(both, async () => (await Promise.all(both.map((one) => one.isDone()))).every((done) => done));
		const { baseline, pool, rate } = await keeper.seen();
		const { weightsRoot, gain } = await candidate(2);
		expect(baseline).toBe(weightsRoot);
		expect(pool).toBe(POOL - rewardOf({ pool: POOL, rate }, gain));
		expect((await candidate(1)).gain).toBeGreaterThan(0n);
		// M3: what is the baseline now gains exactly nothing, whatever is drawn.
		const copy = await contributor("submitter", GOOD, { force: true });
		expect((await copy.rehearse()).gain).toBe(0);
		await expect(contributor("submitter", GOOD).then((one) => one.rehearse())).rejects.toThrow(
			/These weights gain 0 on drawn data/,
		);
		await play([copy], () => copy.isDone());
		expect(await candidate(3)).toMatchObject({ status: CANDIDATE_STATUS.scored, gain: 0n });
		expect((await keeper.seen()).pool).toBe(pool);
	});

	test("that is killed after every third look commits once, claims once, and is paid", async () => {
		let looks = 0;
		let actor = await contributor("submitter", GOOD);
		const mortal: Actor = {
			name: "mortal",
			async tick() {
				looks++;
				if (looks % 3 === 0) actor = await contributor("submitter", GOOD);
				return actor.tick();
			},
		};
		await play([mortal], async () => {
			actor = await contributor("submitter", GOOD);
			return actor.isDone();
		});
		await stage.settle([actor]);
		expect(looks).toBeGreaterThan(12);
		expect(await read(owner.contracts, contracts.bounties, "candidateCount", [])).toBe(1n);
		await owner.feed.poll();
		expect(owner.feed.events.filter(({ name }) => name === "Claimed").length).toBe(1);
		const { gain } = await candidate(1);
		const { rate } = await keeper.seen();
		const paid = DEPOSIT + rewardOf({ pool: POOL, rate }, gain);
		expect(said.join("\n")).toContain(`Withdrew ${formatEther(paid)} ETH.`);
		// Started once more, it enters nothing again.
		const again = await contributor("submitter", GOOD);
		await stage.settle([again]);
		expect(await again.isDone()).toBe(true);
		expect(await read(owner.contracts, contracts.bounties, "candidateCount", [])).toBe(1n);
	});

	test("a score that is wrong in one number is brought down by anyone, with a proof", async () => {
		const liar = await contributor("submitter", FAIR, {
			defectOf: ({ steps, outputs }) => `${steps - 1}/${outputs[0].operator}:1`,
		});
		const guard = await verifier(await stage.world("verifier"), program, { compare: "output", progress });
		await play([liar, guard], () => isEnded(1));
		expect((await candidate(1)).status).toBe(CANDIDATE_STATUS.out);
		await play([liar], () => liar.isDone());
		const { baseline, pool } = await keeper.seen();
		expect([baseline, pool]).toEqual([await firstRoot(), POOL]);
	});

	test("who has gone after revealing is scored by another, who has the fee", async () => {
		const gone = await contributor("submitter", GOOD);
		await play([gone], async () => (await candidate(1))?.status === CANDIDATE_STATUS.revealed);
		const scorer = new BountyKeeper(await stage.world("third-submitter"), contracts, {
			bounty,
			progress,
			scores: true,
		});
		await play([scorer], () => isEnded(1));
		await play([scorer], async () => !(await keeper.seen()).isRunning);
		await stage.settle([scorer]);
		const { gain } = await candidate(1);
		expect(gain).toBeGreaterThan(0n);
		expect(said.join("\n")).toContain(`Withdrew ${formatEther(FEE)} ETH.`);
		const { rate } = await keeper.seen();
		const account = (await stage.world("submitter")).signer.account.address;
		const owed = await read(owner.contracts, contracts.bounties, "owed", [ETHER, account]);
		expect(owed).toBe(DEPOSIT - FEE + rewardOf({ pool: POOL, rate }, gain));
	});

	test("words that have another digest than was shown are shown by the keeper, before any score", async () => {
		await play([await wrongDigest()], () => isEnded(1));
		expect((await candidate(1)).status).toBe(CANDIDATE_STATUS.out);
		expect(said.join("\n")).toMatch(/Candidate 1: leaf 0 of its weights has another digest than was shown/);
		await owner.feed.poll();
		expect(owner.feed.events.filter(({ name }) => name === "Requested").length).toBe(0);
	});
});

/** The root of the weights that the bounty was opened with. */
const firstRoot = async (): Promise<Hex> => {
	const { inputRoots, baselineInput } = await openedWith(owner, contracts, bounty);
	return inputRoots[baselineInput];
};

/** An account that commits to weights over a digest that is none of theirs, and reveals them. */
async function wrongDigest(): Promise<Actor> {
	const world = await stage.world("submitter");
	const at = evaluation.program.inputs.findIndex(({ name }) => name === "candidate");
	const [shown] = shownLeaves((await commitInputs(evaluation.program, evaluation.inputs))[at]);
	const leaves = [{ words: shown.words, digest: shown.digest + 1n }];
	const spec = evaluation.program.inputs[at];
	const weightsRoot = leafNode(spec.width, spec.shape[0], leaves[0].digest);
	const salt: Hex = `0x${"77".repeat(32)}`;
	const { bounties } = contracts;
	const contributor = world.signer.account.address.toLowerCase() as Hex;
	const where = { chainId: stage.connection.chain.id, address: bounties.address };
	const commitment = commitmentOf(where, { bounty, round: 1 }, { contributor, weightsRoot, salt });
	const id = BigInt(bounty);
	const args = [id, 1n, commitment];
	await send(world.signer, { contract: bounties, functionName: "commit", args, value: DEPOSIT });
	let done = false;
	return {
		name: "liar",
		async tick() {
			const { round } = await keeper.seen();
			const now = await chainTime(stage.connection);
			if (done || round === undefined || now <= round.commitUntil) return false;
			done = true;
			const reveal = [1n, weightsRoot, salt, 0n, leaves];
			await send(world.signer, { contract: bounties, functionName: "reveal", args: reveal });
			return true;
		},
	};
}
