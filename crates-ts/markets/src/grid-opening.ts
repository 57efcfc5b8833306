import { type Hex, LEAF_ELEMENTS, TAG, type Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import { register } from "@umpire/game/market-moves.ts";
import { programRoot } from "@umpire/operators/program-commitment.ts";
import {
	endOfRound,
	FREE_POINT,
	GRID_STATUS,
	type Grid,
	type GridTerms,
	type GridWorld,
	gridIn,
	MOST_POINTS,
	MOST_ROUNDS,
	type PointTerms,
	withGrid,
} from "./grid-state.ts";
import { ETHER, lock, takeEther } from "./token-ledger.ts";

const MOST_AMOUNT = 2n ** 128n - 1n;
const YEAR = 365 * 86_400;

export type OpenMove = { type: "openGrid"; terms: GridTerms };
export type AddPointsMove = { type: "addPoints"; grid: number; points: readonly PointTerms[] };
export type StartMove = { type: "start"; grid: number; value: bigint };
type Sent<T> = T & { readonly sender: Hex };

/** Begins a grid: the sender is its client. */
export function openGrid(world: GridWorld, { terms, sender }: Sent<OpenMove>): GridWorld {
	const header = world.game.programs.get(terms.program);
	if (header === undefined) throw new GameError("UnknownProgram", terms.program);
	const { inputCount } = header;
	requireTerm("outputElements", header.outputElements, 1, leafElements(header.outputWidth));
	requireTerm("inputRoots", terms.inputRoots.length, inputCount, inputCount);
	requireTerm("inputCount", inputCount, 1, 64);
	requireTerm("hyperInput", terms.hyperInput, 0, inputCount - 1);
	requireTerm("hyperElements", terms.hyperElements, 1, leafElements(terms.hyperWidth));
	requireTerm("bounty", terms.bounty, 1n, MOST_AMOUNT);
	requireTerm("stake", terms.stake, world.leastStake, MOST_AMOUNT);
	requireTerm("rounds", terms.rounds, 1, MOST_ROUNDS);
	requireTerm("roundSeconds", terms.roundSeconds, 1, YEAR);
	requireTerm("reservationSeconds", terms.reservationSeconds, 1, YEAR);
	const added: Grid = {
		client: sender,
		status: GRID_STATUS.filling,
		terms,
		startedAt: 0,
		share: 0n,
		credited: 0n,
		budget: 0n,
		points: [],
		free: [],
		returned: [],
		beaconRounds: [],
		rounds: new Map(),
		nextRound: 0,
		waiting: 0,
		open: 0,
		accepted: 0,
		best: 0,
		seated: new Set(),
		dealt: new Map(),
	};
	return { ...world, grids: [...world.grids, added] };
}

/** Adds points: their programs are registered if they were not. */
export function addPoints(world: GridWorld, move: Sent<AddPointsMove>, arbiter: Arbiter): GridWorld {
	const grid = filling(world, move);
	const count = grid.points.length + move.points.length;
	if (count > MOST_POINTS) throw new GameError("InvalidTerm", "points", count, 1, MOST_POINTS);
	return move.points.reduce((next, terms) => addPoint(next, move.grid, terms, arbiter), world);
}

function addPoint(world: GridWorld, id: number, { steps, hyperparameters }: PointTerms, arbiter: Arbiter) {
	const { terms, points, free } = world.grids[id - 1];
	if (hyperparameters.length !== terms.hyperElements) {
		throw new GameError("WrongHyperparameterCount", hyperparameters.length, terms.hyperElements);
	}
	const header = { ...world.game.programs.get(terms.program)!, steps };
	const program = programRoot(header);
	const game = register(world.game, { type: "register", header }, program);
	const inputsRoot = pointInputsRoot(terms, hyperparameters, arbiter);
	if (points.some((point) => point.program === program && point.inputsRoot === inputsRoot)) {
		throw new GameError("DuplicatePoint", program, inputsRoot);
	}
	const added = [...points, { ...FREE_POINT, program, inputsRoot }];
	return withGrid({ ...world, game }, id, { points: added, free: [...free, points.length] });
}

/** The root of a point's inputs: those of the terms, and a leaf of its hyper-parameters. */
export function pointInputsRoot(
	{ inputRoots, hyperInput, hyperWidth }: Pick<GridTerms, "inputRoots" | "hyperInput" | "hyperWidth">,
	hyperparameters: readonly number[],
	arbiter: Pick<Arbiter, "leafNode">,
): Hex {
	const width = hyperWidth as Width;
	const { low, high } = rangeOf(width);
	const beyond = hyperparameters.findIndex((value) => value < low || value > high);
	if (beyond !== -1) throw new GameError("ElementOutOfRange", beyond, hyperparameters[beyond], width);
	const node = arbiter.leafNode(width, hyperparameters.length, packLeaf(hyperparameters, width));
	return MerkleTree.of(inputRoots.with(hyperInput, node), TAG.inputs).root;
}

/** What every accepted point earns. Fixed shares: nobody earns by failing a rival. */
export function shareOf(bounty: bigint, points: number): bigint {
	return points === 1 ? 0n : bounty / 2n / BigInt(points - 1);
}

/** Takes the bounty and the beacon's fees, and lets workers in. */
export function start(world: GridWorld, move: Sent<StartMove>, now: number): GridWorld {
	const { points, terms } = filling(world, move);
	requireTerm("points", points.length, 1, MOST_POINTS);
	const share = shareOf(terms.bounty, points.length);
	const inEther = terms.token === ETHER;
	if (inEther) requireTerm("stake", terms.stake, share, MOST_AMOUNT);
	const budget = BigInt(terms.rounds) * world.beacon.fee;
	const started = withGrid(world, move.grid, { status: GRID_STATUS.open, startedAt: now, share, budget });
	const grid = started.grids[move.grid - 1];
	const beaconRounds = Array.from(
		{ length: terms.rounds },
		(_, round) => endOfRound(grid, round) + world.beacon.drift,
	);
	const taken = takeEther(world.ledger, move.value, inEther ? budget + terms.bounty : budget);
	const ledger = inEther ? taken : lock(taken, terms.token, terms.bounty);
	return { ...withGrid(started, move.grid, { beaconRounds }), ledger };
}

function filling(world: GridWorld, { grid, sender }: { grid: number; sender: Hex }): Grid {
	const found = gridIn(world, grid, GRID_STATUS.filling);
	if (sender !== found.client) throw new GameError("NotTheClient", sender, found.client);
	return found;
}

function leafElements(width: number): number {
	const elements: number | undefined = LEAF_ELEMENTS[width as Width];
	if (elements === undefined) throw new GameError("WrongWidth", width);
	return elements;
}

function requireTerm<T extends number | bigint>(name: string, actual: T, least: T, most: T): void {
	if (actual < least || actual > most) throw new GameError("InvalidTerm", name, actual, least, most);
}
