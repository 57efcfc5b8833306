import { readFile } from "node:fs/promises";
import { runActor } from "@umpire/actors/actor.ts";
import { deployGrids, openGrids, rememberGrids } from "@umpire/actors/grid/grid-contracts.ts";
import { gridWorker } from "@umpire/actors/grid/grid-worker.ts";
import { openGrid } from "@umpire/actors/grid/open-grid.ts";
import { readGrid } from "@umpire/actors/grid/read-grid.ts";
import type { GridPoint } from "@umpire/actors/grid/terms.ts";
import { loadRegistered } from "@umpire/actors/loaded-program.ts";
import { quantiseInputs, readProgramInputs } from "@umpire/actors/run-program.ts";
import { openView, openWorld, type World, type WorldOptions } from "@umpire/actors/world.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { GRID_PRESETS } from "@umpire/markets/grid-parameters.ts";
import { GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import type { SeenGrid } from "@umpire/markets/grid-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { erc20Abi, formatEther, isAddress, parseUnits } from "viem";

export interface GridActionOptions extends WorldOptions {
	readonly action: "deploy" | "use" | "open" | "work" | "status" | "close";
	readonly id?: string | undefined;
	readonly input?: string | undefined;
	readonly hyper?: string | undefined;
	readonly points?: string | undefined;
	/** of an ERC-20 contract in which the bounty is paid */
	readonly token?: string | undefined;
	readonly bounty: string;
	readonly stake: string;
	readonly rounds: number;
	readonly roundSeconds: number;
	readonly reservationSeconds: number;
	readonly lowest: boolean;
	readonly trainingCost: string;
	readonly replace?: boolean | undefined;
	readonly blockSeconds: number;
	readonly preset: keyof typeof GRID_PRESETS;
	readonly as: "submitter" | "second-submitter" | "third-submitter";
	readonly warn: (line: string) => void;
}

interface Told {
	readonly progress: (line: string) => void;
	/** made when it is needed: it listens for Ctrl-C */
	readonly signal: () => AbortSignal;
}

/** What an action found or did: data, and lines or names and values for people. */
export interface GridReport {
	readonly data: unknown;
	readonly lines: readonly string[] | Readonly<Record<string, string>>;
}

/** @returns undefined if all that is to be said was told on the way */
export function runGrid(options: GridActionOptions, told: Told): Promise<GridReport | undefined> {
	return ACTIONS[options.action](options, told);
}

const ACTIONS: Readonly<
	Record<
		GridActionOptions["action"],
		(options: GridActionOptions, told: Told) => Promise<GridReport | undefined>
	>
> = {
	async deploy(options, { progress }) {
		const world = await openWorld(options, "deployer");
		const { leastStake, beaconFee, drift } = GRID_PRESETS[options.preset];
		const { blockSeconds } = options;
		const terms = { leastStake, beaconFee, drift, blockSeconds, replace: options.replace };
		const deployment = await deployGrids(world, terms);
		const { grid, beacon } = deployment;
		progress("Next: umpire grid open PROGRAM INPUT --hyper NAME --points FILE (umpire grid --help).");
		return { data: deployment, lines: { grid, beacon, "least stake": `${formatEther(leastStake)} ETH` } };
	},

	async use(options, { progress }) {
		const used = await rememberGrids(await openView(options), options.id, options.replace === true);
		progress("Next: umpire grid work or umpire grid open.");
		return { data: used, lines: { grid: used.grid, beacon: used.beacon } };
	},

	async open(options, { progress }) {
		const { id, hyper, points } = options;
		if (id === undefined || options.input === undefined || hyper === undefined || points === undefined) {
			throw new UmpireError(
				"USAGE",
				"umpire grid open takes a program, an input file, --hyper and --points.",
			);
		}
		const world = await openWorld(options, "requester");
		const contracts = await openGrids(world);
		const loaded = await loadRegistered(world, id);
		const inputs = quantiseInputs(loaded.program, readProgramInputs(loaded.program, options.input), options);
		const terms = { ...options, hyper, points: await readPoints(points) };
		const token = tokenOf(options.token);
		const decimals = token && (await decimalsOf(world, token));
		const bounty = amountOf("bounty", options.bounty, decimals);
		const stake = amountOf("stake", options.stake);
		const trainingCost = amountOf("training-cost", options.trainingCost);
		const money = { bounty, stake, trainingCost };
		const grid = await openGrid(world, contracts, loaded, inputs, { ...terms, token, ...money });
		progress(
			`Next: umpire grid work ${grid} (each worker; on a local chain also --as second-submitter and third-submitter), umpire grid status ${grid}; umpire verify guards each program that umpire status lists.`,
		);
		return { data: { grid }, lines: { grid: String(grid) } };
	},

	async work(options, { progress, signal }) {
		const world = await openWorld(options, options.as);
		const actor = await gridWorker(world, await openGrids(world), { grid: numberOf(options), progress });
		await runActor(actor, world.contracts.connection.pollingInterval, signal(), options.warn);
		return undefined;
	},

	async status(options) {
		const view = await openView(options);
		await view.feed.poll();
		const grid = await readGrid(view, await openGrids(view), numberOf(options));
		return { data: grid, lines: statusLines(grid) };
	},

	async close(options, { progress }) {
		const world = await openWorld(options, "requester");
		const contracts = await openGrids(world);
		const grid = numberOf(options);
		const actor = await gridWorker(world, contracts, { grid, progress, joins: "never" });
		while (await actor.tick()) progress("Looking again...");
		await world.feed.poll();
		const seen = await readGrid(world, contracts, grid);
		if (seen.status !== GRID_STATUS.closed) {
			throw new UmpireError("OPTION", `Grid ${grid} is not over`, {
				advice: `umpire grid status ${grid} shows what is open.`,
			});
		}
		return { data: seen, lines: statusLines(seen) };
	},
};

const STATUS = ["none", "filling", "open", "closed"] as const;
const POINTS = ["free", "reserved", "claimed", "accepted"] as const;

/** A grid for people. */
function statusLines(grid: SeenGrid): string[] {
	const inToken = (amount: bigint): string =>
		grid.token === ETHER ? `${formatEther(amount)} ETH` : `${amount} of ${grid.token}`;
	const waiting = grid.rounds.reduce((sum, { joiners }) => sum + joiners.length, 0);
	return [
		`grid ${grid.id}: ${STATUS[grid.status]}, bounty ${inToken(grid.bounty)}, share ${inToken(grid.share)}, ${waiting} waiting`,
		...grid.points.map(({ status, worker, request, claim, score }, point) => {
			const whose = status === POINT_STATUS.free ? "" : `  ${worker}  request ${request}`;
			const made = claim === undefined || status === POINT_STATUS.free ? "" : `  claim ${claim.id}`;
			const result = status === POINT_STATUS.accepted ? `  score ${score}` : "";
			const best = grid.best === point + 1 ? "  the best" : "";
			return `  point ${point}: ${POINTS[status]}${whose}${made}${result}${best}`;
		}),
	];
}

function numberOf({ id }: GridActionOptions): number {
	if (id !== undefined && /^\d+$/.test(id)) return Number(id);
	throw new UmpireError("USAGE", "Name a grid by its number, as in umpire grid status 1.");
}

function tokenOf(text: string | undefined): Hex | undefined {
	if (text === undefined || isAddress(text)) return text;
	throw new UmpireError("OPTION", `--token ${text} is not an address.`);
}

async function decimalsOf(world: World, token: Hex): Promise<number> {
	try {
		return await read(world.contracts, { address: token, abi: erc20Abi }, "decimals", []);
	} catch (cause) {
		throw new UmpireError("OPTION", `--token ${token} says nothing of its decimals`, {
			advice: "give the address of an ERC-20 token on this chain.",
			cause,
		});
	}
}

/** An amount of a token of so many decimals; of ether by default. */
function amountOf(name: string, text: string, decimals = 18): bigint {
	const [, fraction = ""] = /^\d+(?:\.(\d+))?$/.exec(text) ?? [];
	if (/^\d+(\.\d+)?$/.test(text) && fraction.length <= decimals) return parseUnits(text, decimals);
	throw new UmpireError(
		"OPTION",
		`--${name} ${text} is not an amount of at most ${decimals} decimals, as in 0.5.`,
	);
}

async function readPoints(path: string): Promise<GridPoint[]> {
	const wrong = (cause?: unknown) =>
		new UmpireError("INPUT", `${path} is no list of points`, {
			advice: 'write [{ "steps": 8, "hyperparameters": [64, 2] }, …] with whole numbers.',
			cause,
		});
	let found: unknown;
	try {
		found = JSON.parse(await readFile(path, "utf8"));
	} catch (cause) {
		throw wrong(cause);
	}
	if (!Array.isArray(found) || found.length === 0 || !found.every(isPoint)) throw wrong();
	return found;
}

function isPoint(value: unknown): value is GridPoint {
	if (typeof value !== "object" || value === null) return false;
	const { steps, hyperparameters } = value as Partial<GridPoint>;
	return Number.isInteger(steps) && Array.isArray(hyperparameters) && hyperparameters.every(Number.isInteger);
}
