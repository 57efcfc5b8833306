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
import { openedWith, shownBy } from "@umpire/actors/bounties/shown.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { World } from "@umpire/actors/world.ts";
import { type Call, read, send } from "@umpire/chain/send.ts";
import { chainTime, mineBlock } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { leafNode } from "@umpire/commitment/leaf.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
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
/** Half-way between the two, so that data which happens to be drawn does not change their order. */
const FAIR: Kinks = [GOOD[0], GOOD[1], [0.32, 0.7, 1.05, 0.6]];
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
	// By the default rate data that happens to be drawn may give the whole pool to one candidate.
	const given = { token: ETHER, pool: POOL, rate: POOL / 2000n, paidRounds: 3 };
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

	test("a keeper whose moves about some candidates fail makes those about others, and reads each that has ended once", async () => {
		class Hindered extends BountyKeeper {
			protected override send(name: string, ...rest: [string, Call, number?]): Promise<boolean> {
				if (/^mismatch:[123]$/.test(name)) throw new UmpireError("CHAIN", `${name} is refused`);
				return super.send(name, ...rest);
			}
		}
		const hindered = new Hindered(await stage.world("third-submitter"), contracts, { bounty, progress });
		const liar = await wrongDigest(4);
		// Nobody else is there who could do it: all is said by this keeper.
		await playBounty(stage, [liar, hindered], hindered, () => isEnded(4));
		expect(said.join("\n")).toMatch(/mismatch:1 is refused/);
		expect(said.join("\n")).toMatch(/Candidate 4: leaf 0 of its weights has another digest/);
		await play([], async () => (await Promise.all([1, 2, 3].map(isEnded))).every((ended) => ended));
		const asked: string[] = [];
		const { connection } = owner.contracts;
		const reader = new Proxy(connection.reader, {
			get(target, name) {
				if (name !== "readContract") return Reflect.get(target, name);
				return (call: { functionName: string }) => {
					asked.push(call.functionName);
					return target.readContract(call as never);
				};
			},
		});
		const watched = { ...owner, contracts: { ...owner.contracts, connection: { ...connection, reader } } };
		const bounties = new BountyReader(watched, contracts, bounty);
		const before = await bounties.candidates();
		for (let i = 0; i < 5; i++) await mineBlock(connection);
		asked.length = 0;
		expect(await bounties.candidates()).toEqual(before);
		expect(before.map(({ status }) => status)).toEqual([1, 2, 3, 4].map(() => CANDIDATE_STATUS.out));
		expect(asked).toEqual(["candidateCount"]);
	});

	test("a rival who shows other words under the same digests, in a bounty of its own, keeps nobody from a score", async () => {
		const good = await contributor("submitter", GOOD);
		await play([good], async () => (await candidate(1))?.status === CANDIDATE_STATUS.revealed);
		await showOtherWords();
		await play([good], () => good.isDone());
		const { status, gain, weightsRoot } = await candidate(1);
		expect(status).toBe(CANDIDATE_STATUS.scored);
		expect(gain).toBeGreaterThan(0n);
		expect((await keeper.seen()).baseline).toBe(weightsRoot);
		// Nor from the next round, whose baseline they are.
		const fair = await contributor("second-submitter", FAIR, { force: true });
		expect((await fair.rehearse()).gain).toBeLessThan(0);
	});

	test("who is paid withdraws, though others have rounds follow one another", async () => {
		const good = await contributor("submitter", GOOD);
		const { signer } = await stage.world("third-submitter");
		const restless: Actor = {
			name: "restless",
			async tick() {
				const { round, isRunning } = await keeper.seen();
				if (round === undefined || isRunning) return false;
				const args = [BigInt(bounty), BigInt(round.number + 1), `0x${"99".repeat(32)}`];
				await send(signer, { contract: contracts.bounties, functionName: "commit", args, value: DEPOSIT });
				return true;
			},
		};
		await play([restless, good], async () => (await keeper.seen()).round?.number === 2);
		await stage.settle([restless, good]);
		expect(await good.isDone()).toBe(true);
		const { account } = (await stage.world("submitter")).signer;
		expect(await read(owner.contracts, contracts.bounties, "owed", [ETHER, account.address])).toBe(0n);
		expect(said.join("\n")).toMatch(/Withdrew [\d.]+ ETH\./);
	});

	test.each([{ width: 8 }, { elements: 3 }, { baselineInput: 2, statesInput: 0 }])(
		"a bounty with weights that its program does not take is left alone: %o",
		async (change) => {
			const terms = { ...(await openedWith(owner, contracts, bounty)), ...change, paidRounds: 0 };
			const { bounties } = contracts;
			await send(owner.signer, {
				contract: bounties,
				functionName: "open",
				args: [terms],
				value: terms.pool,
			});
			const other = Number(await read(owner.contracts, bounties, "bountyCount", []));
			const good = await contributor("submitter", GOOD, { bounty: other });
			await expect(good.rehearse()).rejects.toThrow(/takes \d+ numbers of \d+ bits, the bounty has/);
		},
	);
});

/** Opens a bounty of one's own, and shows in it the digests of candidate 1 with the words of other weights. */
async function showOtherWords(): Promise<void> {
	const world = await stage.world("third-submitter");
	const { bounties } = contracts;
	const own = { ...(await openedWith(owner, contracts, bounty)), ...{ commitSeconds: 1, paidRounds: 0 } };
	const args = [{ ...own, revealSeconds: 86_400 }];
	await send(world.signer, { contract: bounties, functionName: "open", args, value: own.pool });
	const { weightsRoot } = await read(owner.contracts, bounties, "getCandidate", [1n]);
	const { contentRoot } = await read(owner.contracts, bounties, "getCandidate", [1n]);
	const digests = await shownBy(owner, contracts, 1, contentRoot);
	const first = (await commitInputs(evaluation.program, evaluation.inputs))[own.candidateInput];
	const leaves = shownLeaves(first).map(({ words }, leaf) => ({ words, digest: digests[leaf].digest }));
	const salt: Hex = `0x${"77".repeat(32)}`;
	const contributor = world.signer.account.address.toLowerCase() as Hex;
	const where = { chainId: stage.connection.chain.id, address: bounties.address };
	const other = Number(await read(owner.contracts, bounties, "bountyCount", []));
	const commitment = commitmentOf(where, { bounty: other, round: 1 }, { contributor, weightsRoot, salt });
	const commit = [BigInt(other), 1n, commitment];
	await send(world.signer, { contract: bounties, functionName: "commit", args: commit, value: DEPOSIT });
	await stage.wait(2);
	const reveal = [2n, weightsRoot, salt, 0n, leaves];
	await send(world.signer, { contract: bounties, functionName: "reveal", args: reveal });
}

/** The root of the weights that the bounty was opened with. */
const firstRoot = async (): Promise<Hex> => {
	const { inputRoots, baselineInput } = await openedWith(owner, contracts, bounty);
	return inputRoots[baselineInput];
};

/** An account that commits to weights over a digest that is none of theirs, so often, and reveals them. */
async function wrongDigest(times = 1): Promise<Actor> {
	const world = await stage.world("submitter");
	const at = evaluation.program.inputs.findIndex(({ name }) => name === "candidate");
	const [shown] = shownLeaves((await commitInputs(evaluation.program, evaluation.inputs))[at]);
	const spec = evaluation.program.inputs[at];
	const salt: Hex = `0x${"77".repeat(32)}`;
	const { bounties } = contracts;
	const contributor = world.signer.account.address.toLowerCase() as Hex;
	const where = { chainId: stage.connection.chain.id, address: bounties.address };
	const reveals: unknown[][] = [];
	for (let i = 1; i <= times; i++) {
		const leaves = [{ words: shown.words, digest: shown.digest + BigInt(i) }];
		const weightsRoot = leafNode(spec.width, spec.shape[0], leaves[0].digest);
		const commitment = commitmentOf(where, { bounty, round: 1 }, { contributor, weightsRoot, salt });
		const args = [BigInt(bounty), 1n, commitment];
		await send(world.signer, { contract: bounties, functionName: "commit", args, value: DEPOSIT });
		reveals.push([BigInt(i), weightsRoot, salt, 0n, leaves]);
	}
	return {
		name: "liar",
		async tick() {
			const { round } = await keeper.seen();
			const now = await chainTime(stage.connection);
			if (reveals.length === 0 || round === undefined || now <= round.commitUntil) return false;
			for (const args of reveals.splice(0))
				await send(world.signer, { contract: bounties, functionName: "reveal", args });
			return true;
		},
	};
}
