import { gridAbi } from "@umpire/abi/grid.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { SeenGrid } from "@umpire/markets/grid-steps.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { localAccount, ROLES, type Role } from "@umpire/store/accounts.ts";
import { formatEther, parseEther, parseEventLogs } from "viem";
import type { Actor } from "../actor.ts";
import { sameAccount } from "../money.ts";
import { registerProgram } from "../register.ts";
import { setUp } from "../set-up.ts";
import { openStage, type Stage } from "../stage.ts";
import { verifier } from "../verifier.ts";
import { demoProgram } from "./demo-model.ts";
import { deployGrids, type GridContracts, openGrids } from "./grid-contracts.ts";
import { gridWorker } from "./grid-worker.ts";
import { dishonestly, LIES, type Lie } from "./lies.ts";
import { openGrid } from "./open-grid.ts";
import { playGrid } from "./play-grid.ts";
import { readGrid } from "./read-grid.ts";
import type { GridPoint } from "./terms.ts";

const WORKERS = ["submitter", "second-submitter", "third-submitter"] as const;
const BOUNTY = parseEther("9");
const STAKE = parseEther("1");
const BEACON_FEE = parseEther("0.01");
const ROUNDS = 8;
const ROUND_SECONDS = 600;
const RATES = [64, 256, 512];
const STEPS = [4, 8, 12];
const POINTS = STEPS.flatMap((steps) => RATES.map((rate) => ({ steps, hyperparameters: [rate, 2] })));

/** What a point came to: its hyper-parameters, who claimed it, and its error in the program's units. */
export interface DemoPoint {
	readonly steps: number;
	readonly rate: number;
	readonly worker: Role | undefined;
	readonly error: number;
	readonly best: boolean;
}

export interface GridDemonstration {
	readonly lie: Lie;
	readonly points: readonly DemoPoint[];
	/** what each role won or lost by the grid contract, in wei, gas and bonds apart */
	readonly paid: Readonly<Record<string, bigint>>;
	readonly burned: bigint;
	/** how many claims of the third worker were rejected */
	readonly rejected: number;
	readonly seconds: number;
}

/**
 * Plays a grid search on a chain in this process: nine points, three workers of whom the third lies once, and a verifier.
 * Contracts, onnxruntime and proofs are real; waiting is skipped by moving the chain's clock.
 *
 * @param say takes the story, line by line
 */
export async function demonstrateGrid(lie: Lie, say: (line: string) => void): Promise<GridDemonstration> {
	await setUp((line) => say(`     ${line}`));
	const started = performance.now();
	const stage = await openStage();
	try {
		const { end, contracts, actors } = await playDemoGrid(stage, lie, say);
		say(
			"3. Every point is accepted or the rounds are over: the grid is closed, and everybody takes its money.",
		);
		await stage.settle(actors);
		const paid = await paymentsOf(stage, contracts);
		return {
			lie,
			points: end.points.map(({ worker, score }, i) => ({
				steps: POINTS[i].steps,
				rate: POINTS[i].hyperparameters[0],
				worker: ROLES.find((role) => sameAccount(localAccount(role).address, worker)),
				error: Number(score),
				best: end.best === i + 1,
			})),
			...paid,
			seconds: (performance.now() - started) / 1000,
		};
	} finally {
		await stage.close();
	}
}

/** The grid of the demonstration on a stage, or one of fewer points: opened, dealt, claimed, disputed, and closed. */
export async function playDemoGrid(
	stage: Stage,
	lie: Lie,
	say: (line: string) => void,
	points: readonly GridPoint[] = POINTS,
): Promise<{ readonly end: SeenGrid; readonly contracts: GridContracts; readonly actors: readonly Actor[] }> {
	const as = (who: string) => (line: string) => say(`     ${who}: ${line}`);
	// One ether for every point: a stake stays above what a point earns.
	const bounty = (BOUNTY * BigInt(points.length)) / BigInt(POINTS.length);
	say("1. A client registers gradient descent on a small regression, and asks for nine trainings.");
	const client = await stage.world("requester");
	const { compiled, inputs } = await demoProgram(3);
	const { program } = compiled;
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(client, program, commitment);
	// Blocks come when something is sent: every round names one block more.
	const beacon = { beaconFee: BEACON_FEE, blockSeconds: ROUND_SECONDS, drift: 0 };
	await deployGrids(client, { ...beacon, leastStake: STAKE });
	const contracts = await openGrids(client);
	const grid = await openGrid(client, contracts, { number, root, program, commitment }, inputs, {
		hyper: "hyper",
		points,
		bounty,
		stake: STAKE,
		rounds: ROUNDS,
		roundSeconds: ROUND_SECONDS,
		reservationSeconds: ROUND_SECONDS,
		lowest: true,
	});
	say(
		`     bounty ${formatEther(bounty)} ETH, stakes of ${formatEther(STAKE)} ETH, the least error is the best`,
	);

	say(`2. Three workers join and are dealt points by a beacon's values. The third ${LIES[lie]}.`);
	const actors: Actor[] = [];
	for (const [i, role] of WORKERS.entries()) {
		const progress = as(`worker ${i + 1}`);
		const liar = i === 2 ? { claimant: dishonestly(lie, progress), joins: "once" as const } : {};
		actors.push(await gridWorker(await stage.world(role), contracts, { grid, progress, ...liar }));
	}
	actors.push(await gridWorker(client, contracts, { grid, progress: as("client"), joins: "never" }));
	const guard = await stage.world("verifier");
	const seen = await readGrid(client, contracts, grid);
	for (const one of new Set(seen.points.map((point) => point.program))) {
		actors.push(await verifier(guard, one, { compare: "trace", progress: as("verifier") }));
	}
	return { end: await playGrid(stage, client, contracts, actors, grid), contracts, actors };
}

/** What everybody put in and was credited, and what was burned, by the grid contract's own events. */
async function paymentsOf(
	{ connection }: Stage,
	{ grid }: GridContracts,
): Promise<Pick<GridDemonstration, "paid" | "burned" | "rejected">> {
	const logs = await connection.reader.getLogs({ address: grid.address, fromBlock: 0n });
	const paid: Record<string, bigint> = { requester: -BOUNTY - BEACON_FEE * BigInt(ROUNDS) };
	const add = (account: Hex, amount: bigint) => {
		const role = ROLES.find((name) => sameAccount(localAccount(name).address, account)) ?? account;
		paid[role] = (paid[role] ?? 0n) + amount;
	};
	let burned = 0n;
	let rejected = 0;
	for (const event of parseEventLogs({ abi: gridAbi, logs })) {
		if (event.eventName === "Joined") add(event.args.worker, -STAKE);
		if (event.eventName === "Credited") add(event.args.account, event.args.amount);
		if (event.eventName === "Burned") burned += event.args.amount;
		if (event.eventName === "PointRejected") rejected += 1;
	}
	return { paid, burned, rejected };
}
