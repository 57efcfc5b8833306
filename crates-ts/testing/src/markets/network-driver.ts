import type { Hex } from "@umpire/commitment/constants.ts";
import type { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { initialState } from "@umpire/game/state.ts";
import type { JobsParameters, WorkersParameters } from "@umpire/markets/network-parameters.ts";
import {
	initialNetwork,
	type Job,
	type NetworkWorld,
	slotKey,
	type Worker,
	workerOf,
} from "@umpire/markets/network-state.ts";
import { applyToNetwork, type NetworkAction } from "@umpire/markets/network-world.ts";
import { ETHER, liabilityIn, owedIn } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "../chain/deployed.ts";
import type { Outcome, TestChain } from "../chain/test-chain.ts";
import { arbiter, PARAMETERS } from "../game/game-driver.ts";
import { inTurn, PairDriver, pick } from "./pair-driver.ts";

/** Small amounts and times: a job's fee pays for three draws, three offers that end and three values. */
export const NETWORK: WorkersParameters & JobsParameters = {
	slotStake: 1000n,
	entryFee: 7n,
	changeFee: 2n,
	roundSeconds: 40,
	exitDelay: 60,
	rewardMin: 50n,
	jobFee: 40n,
	pokeFee: 4n,
	acceptSeconds: 25,
	latePermille: 200,
};

/** Workers and jobs with a beacon and a token of their own, on a chain that has a market. */
export interface NetworkStage {
	readonly chain: TestChain;
	readonly workers: Deployed;
	readonly jobs: Deployed;
	readonly beacon: Deployed;
	readonly token: Deployed;
	readonly fee: bigint;
	readonly drift: number;
	readonly genesis: number;
}

/** Contracts whose errors a chain has to know for workers and jobs. */
export const NETWORK_CONTRACTS = ["Workers", "Jobs", "TestBeacon", "TestToken", "HostileToken"] as const;

export async function deployNetwork(
	chain: TestChain,
	{ fee = 3n, drift = 5, token = "TestToken" } = {},
): Promise<NetworkStage> {
	const beacon = await Deployed.deploy(chain, "TestBeacon", [fee, BigInt(drift)]);
	const workers = await Deployed.deploy(chain, "Workers", [chain.market, NETWORK]);
	const genesis = await chain.time();
	const jobs = await Deployed.deploy(chain, "Jobs", [chain.market, beacon.address, workers.address, NETWORK]);
	await workers.send(chain.accounts[0], "bind", [jobs.address]);
	return { chain, workers, jobs, beacon, token: await Deployed.deploy(chain, token), fee, drift, genesis };
}

/** Workers, jobs and their model, played in step. */
export class NetworkDriver extends PairDriver<NetworkWorld, NetworkAction> {
	readonly stage: NetworkStage;
	/** wei that were burned before */
	readonly #burned: bigint;

	constructor(stage: NetworkStage, now: number, burned: bigint) {
		const { chain, workers, jobs, fee, drift, genesis } = stage;
		const addresses = { workers: workers.address, jobs: jobs.address };
		const game = initialState(PARAMETERS, chain.domain);
		super(initialNetwork(game, { addresses, parameters: NETWORK, genesis, fee, drift }), now);
		this.stage = stage;
		this.#burned = burned;
	}

	/** Begins at the chain's time. */
	static async on(stage: NetworkStage): Promise<NetworkDriver> {
		return new NetworkDriver(stage, await stage.chain.time(), await stage.chain.burned());
	}

	/** What an account is owed by one of the contracts, in ether if no token is named. */
	owed(contract: "workers" | "jobs", account: Hex, token: Hex = ETHER): bigint {
		return owedIn(this.world.ledgers[contract], token, account);
	}

	protected override applied(
		move: (NetworkAction | Action) & { readonly sender: Hex },
	): NetworkWorld | GameError {
		return applyToNetwork(this.world, move, this.now, arbiter);
	}

	/** What the contracts and the model know, each, for comparison: workers, list, jobs, rounds, money. */
	async both(people: readonly Hex[]): Promise<readonly [unknown, unknown]> {
		const { chain, workers, jobs, token } = this.stage;
		const { world } = this;
		const tokens = [ETHER, token.address];
		const contracts = [workers, jobs];
		const count = Number(await workers.read<bigint>("slotCount"));
		const [oldest, ...later] = world.rounds;
		const ids = (round: number) => jobs.read<bigint[]>("waiting", [BigInt(round)]);
		const onChain = {
			workers: await inTurn(people, async (account) =>
				pick(await workers.read<Record<string, unknown>>("getWorker", [account]), WORKER_FIELDS),
			),
			entries: await inTurn([...new Array(count).keys()], async (at) =>
				(await workers.read<unknown[]>("slotAt", [BigInt(at)])).map(text),
			),
			changes: (await workers.read<bigint[]>("waitingChanges")).map(Number),
			jobs: await inTurn([...world.jobs.keys()], async (i) =>
				pick(await jobs.read<Record<string, unknown>>("getJob", [BigInt(i + 1)]), JOB_FIELDS),
			),
			oldest: Number(await jobs.read<bigint>("oldestRound")),
			waiting: await inTurn(world.rounds, async ({ round }) => (await ids(round)).map(Number)),
			beaconRounds: await inTurn(world.rounds, async ({ round }) =>
				Number(await jobs.read<bigint>("beaconRound", [BigInt(round)])),
			),
			liabilities: await inTurn(contracts, (contract) =>
				inTurn(tokens, (at) => contract.read<bigint>("liabilities", [at])),
			),
			owed: await inTurn(contracts, (contract) =>
				inTurn(tokens, (at) => inTurn(people, (account) => contract.read<bigint>("owed", [at, account]))),
			),
			held: await inTurn(contracts, async ({ address }) => [
				await chain.balance(address),
				await token.read<bigint>("balanceOf", [address]),
			]),
			burned: (await chain.burned()) - this.#burned,
		};
		const ledgers = [world.ledgers.workers, world.ledgers.jobs];
		const liabilities = ledgers.map((ledger) => tokens.map((at) => liabilityIn(ledger, at)));
		const inModel = {
			workers: people.map((account) => pick(workerFields(workerOf(world, account)), WORKER_FIELDS)),
			entries: world.entries.map(({ worker, slot }) => {
				const { busy = false, freedIn = 0 } = world.slots.get(slotKey(worker, slot)) ?? {};
				return [worker, slot, busy, freedIn].map(text);
			}),
			changes: [world.changes.length, world.changes[0]?.round ?? 0],
			jobs: world.jobs.map((job) => pick(jobFields(job), JOB_FIELDS)),
			oldest: oldest?.round ?? 0,
			waiting: [oldest, ...later].flatMap((one) => (one === undefined ? [] : [one.jobs.slice(one.head)])),
			beaconRounds: world.rounds.map(({ beaconRound }) => beaconRound),
			liabilities,
			owed: ledgers.map((ledger) => tokens.map((at) => people.map((account) => owedIn(ledger, at, account)))),
			held: liabilities,
			burned: ledgers.reduce((sum, { burned }) => sum + burned, world.game.burned),
		};
		return [onChain, inModel];
	}

	protected override sent(sender: Hex, action: NetworkAction | Action): Promise<Outcome> {
		const { chain, workers, jobs, beacon } = this.stage;
		const at = this.now;
		const to = (contract: Deployed, name: string, args: readonly unknown[] = [], value = 0n) =>
			contract.try(sender, name, args, { value, at });
		switch (action.type) {
			case "registerWorker":
				return to(workers, "register", [action.terms, action.stake], action.value);
			case "pause":
				return to(workers, "pause");
			case "resume":
				return to(workers, "resume", [action.terms, action.added], action.value);
			case "leave":
				return to(workers, "leave");
			case "exit":
				return to(workers, "exit", [action.worker]);
			case "applyChanges":
				return to(workers, "applyChanges", [BigInt(action.most)]);
			case "submit":
				return to(jobs, "submit", [action.terms], action.value);
			case "drawJobs":
				return to(jobs, "draw", [BigInt(action.most)]);
			case "cancel":
			case "accept":
			case "decline":
			case "lapse":
				return to(jobs, action.type, [BigInt(action.job)]);
			case "take":
				return to(jobs, "take", [BigInt(action.job)], action.value);
			case "syncJob":
				return to(jobs, "sync", [BigInt(action.job), BigInt(action.claim)]);
			case "expireJob":
				return to(jobs, "expire", [BigInt(action.job)]);
			case "withdrawFrom": {
				const { contract, token, recipient } = action;
				return to(this.stage[contract], "withdrawTo", [token, recipient]);
			}
			case "bring":
				return to(beacon, "bring", [BigInt(action.round), action.beaconValue]);
			case "makeVoid":
				return to(beacon, "makeVoid", [BigInt(action.round)]);
			default:
				return chain.act(sender, action, at);
		}
	}
}

const workerFields = (worker: Worker): Record<string, unknown> => ({
	...worker,
	leastReward: worker.terms.leastReward,
	anyProgram: worker.status !== 0 && worker.terms.programs.length === 0,
	released: worker.releases.at(-1)?.total ?? 0n,
});

const jobFields = (job: Job): Record<string, unknown> => ({ ...job.terms, ...job });

const text = (value: unknown): string => String(value).toLowerCase();

const WORKER_FIELDS = [
	"status",
	"reputation",
	"weight",
	"wanted",
	"anyProgram",
	"slots",
	"listed",
	"queued",
	"unresolved",
	"gainedOn",
	"leftAt",
	"stake",
	"exposure",
	"leastReward",
	"released",
] as const;
const JOB_FIELDS = [
	"client",
	"status",
	"tries",
	"draws",
	"drawn",
	"round",
	"program",
	"inputsRoot",
	"token",
	"reward",
	"exposure",
	"workSeconds",
	"until",
	"budget",
	"worker",
	"slot",
	"request",
	"claim",
] as const;
