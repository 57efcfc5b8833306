import { bountiesAbi } from "@umpire/abi/bounties.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import type { Role } from "@umpire/store/accounts.ts";
import { parseEther, parseEventLogs } from "viem";
import { type EtherPaid, etherPaid } from "../ether-paid.ts";
import { registerProgram } from "../register.ts";
import type { Stage } from "../stage.ts";
import { verifier } from "../verifier.ts";
import { weightsFor } from "./architecture.ts";
import { deployBounties, openBounties } from "./bounty-contracts.ts";
import { BountyKeeper } from "./bounty-keeper.ts";
import { Contributor } from "./contributor.ts";
import { digitsBounty, trained } from "./demo-digits.ts";
import { evaluationOf } from "./evaluation.ts";
import { endBounty, openBounty, withDefaults } from "./open-bounty.ts";
import { playBounty } from "./play-bounty.ts";

const OWNER = "deployer";
/** Who contributes, and how often each passes over the data: the more the better. */
const CONTRIBUTORS = [
	["second-submitter", 1],
	["third-submitter", 20],
] as const satisfies readonly (readonly [Role, number])[];
const POOL = parseEther("1");
/** For each digit more that is right. */
const RATE = parseEther("0.002");
const STEPS = 10;
const WEIGHT_RANGE = 3;
/** Blocks come when something is sent, or time is moved on: the round's value is that of a block some twenty further on. */
const BLOCK_SECONDS = 60;

export interface DemonstratedCandidate {
	readonly contributor: Role;
	readonly passes: number;
	/** digits that are right, of so many draws */
	readonly score: number;
	readonly gain: number;
	readonly isBest: boolean;
}

export interface BountyDemonstration extends EtherPaid {
	/** digits that the first weights tell right */
	readonly baseline: number;
	readonly draws: number;
	readonly candidates: readonly DemonstratedCandidate[];
	/** what the best was paid */
	readonly reward: bigint;
}

/**
 * Plays a bounty on a stage: an owner wants a network that tells digits apart, two contributors train one, the better
 * one becomes the best.
 *
 * @param say takes the story, line by line
 */
export async function demonstrateBounty(
	stage: Stage,
	say: (line: string) => void,
): Promise<BountyDemonstration> {
	const as = (who: string) => (line: string) => say(`     ${who}: ${line}`);
	const owner = await stage.world(OWNER);
	await deployBounties(owner, { parameters: BOUNTY_PRESETS.test, blockSeconds: BLOCK_SECONDS });
	const contracts = await openBounties(owner);
	const from = await stage.connection.reader.getBlockNumber();
	const digits = digitsBounty();
	const task = { kind: "table", ...digits.test } as const;
	const { program, inputs, draws, perfect } = await evaluationOf(digits.first, {
		task,
		steps: STEPS,
		range: WEIGHT_RANGE,
	});
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(owner, program, commitment);
	const loaded = { number, root, program, commitment };
	const given = { token: ETHER, pool: POOL, rate: RATE, paidRounds: 1 };
	const of = { preset: BOUNTY_PRESETS.test, perfect, draws };
	const terms = await withDefaults(owner, contracts, loaded, inputs, given, of);
	const { minGain } = terms;
	const bounty = await openBounty(owner, contracts, loaded, inputs, terms);
	as("owner")(`Opened a bounty: ${program.inputs[0].shape[0]} weights, at least ${minGain} digits more.`);
	const contributors: Contributor[] = [];
	for (const [i, [role, passes]] of CONTRIBUTORS.entries()) {
		const model = trained(digits, passes);
		const weights = (count: number) => weightsFor(model, count);
		const progress = as(`contributor ${i + 1}`);
		const options = { bounty, weights, progress, warn: progress };
		const contributor = new Contributor(await stage.world(role), contracts, options);
		const { gain } = await contributor.rehearse();
		progress(`Trained for ${passes} ${passes === 1 ? "pass" : "passes"}: some ${gain} digits more.`);
		contributors.push(contributor);
	}
	const guard = await stage.world("verifier");
	const keeper = new BountyKeeper(guard, contracts, { bounty, progress: as("keeper") });
	const guarding = await verifier(guard, root, { compare: "output", progress: as("verifier") });
	await playBounty(stage, [...contributors, keeper, guarding], keeper, async () => {
		const done = await Promise.all(contributors.map((one) => one.isDone()));
		return done.every((isDone) => isDone);
	});
	await endBounty(owner, contracts, bounty);
	const last = new BountyKeeper(owner, contracts, { bounty, progress: as("owner") });
	await stage.settle([last, ...contributors, keeper]);
	return {
		...(await outcomeOf(stage, contracts, bounty, draws)),
		...(await etherPaid(stage, [contracts.bounties.address], contracts.beacon.address, from)),
	};
}

async function outcomeOf(
	{ connection }: Stage,
	contracts: Awaited<ReturnType<typeof openBounties>>,
	bounty: number,
	draws: number,
): Promise<Pick<BountyDemonstration, "baseline" | "draws" | "candidates" | "reward">> {
	const { address } = contracts.bounties;
	const logs = await connection.reader.getLogs({ address, fromBlock: contracts.block });
	const scored = parseEventLogs({ abi: bountiesAbi, logs, eventName: "CandidateScored" });
	const [closed] = parseEventLogs({ abi: bountiesAbi, logs, eventName: "RoundClosed" });
	const candidates = scored
		.map(({ args }) => ({ ...args, id: Number(args.candidate) }))
		.toSorted((a, b) => a.id - b.id)
		.map(({ id, baseline, score }): DemonstratedCandidate => {
			const [contributor, passes] = CONTRIBUTORS[id - 1];
			const isBest = Number(closed.args.best) === id;
			return { contributor, passes, score: Number(score), gain: Number(score - baseline), isBest };
		});
	if (Number(closed.args.bounty) !== bounty) throw new Error("Another bounty's round was closed.");
	return { baseline: Number(scored[0].args.baseline), draws, candidates, reward: closed.args.reward };
}
