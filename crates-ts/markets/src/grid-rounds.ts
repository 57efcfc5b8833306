import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import { apply } from "@umpire/game/moves.ts";
import { encodeAbiParameters, keccak256 } from "viem";
import { order as orderValue } from "./beacon-state.ts";
import {
	endOfRound,
	GRID_STATUS,
	type GridWorld,
	gridIn,
	gridOf,
	isClaimed,
	NO_ROUND,
	POINT_STATUS,
	withGrid,
	withPoint,
} from "./grid-state.ts";
import { credit, ETHER, lock, takeEther } from "./token-ledger.ts";

export type JoinMove = { type: "join"; grid: number; round: number; value: bigint };
export type DrawMove = { type: "draw"; grid: number; most: number };
type Sent<T> = T & { readonly sender: Hex };

/** Requests of reservations never expire. */
const NEVER = 2 ** 32 - 1;
const DRAWN = ["bytes32", "address", "uint256", "uint256", "uint256"].map((type) => ({ type }));

export function join(world: GridWorld, move: Sent<JoinMove>, now: number): GridWorld {
	const { sender, round } = move;
	const grid = gridIn(world, move.grid, GRID_STATUS.open);
	const { terms, seated, waiting, rounds, beaconRounds } = grid;
	const end = endOfRound(grid, round);
	const from = end - terms.roundSeconds;
	if (round >= terms.rounds || now < from || now >= end) {
		throw new GameError("WrongRound", move.grid, round, now, from, end);
	}
	if (seated.has(sender)) throw new GameError("AlreadyJoined", move.grid, sender);
	const held = heldPoint(world, move.grid, sender);
	if (held !== undefined) throw new GameError("ReservationOpen", move.grid, held, sender);
	const beaconRound = beaconRounds[round];
	if (world.beacon.values.has(beaconRound) || world.beacon.void.has(beaconRound)) {
		throw new GameError("RoundDecided", move.grid, round, beaconRound);
	}
	const { joiners, dealt } = rounds.get(round) ?? NO_ROUND;
	const next: GridWorld = { ...world, ledger: takeEther(world.ledger, move.value, terms.stake) };
	return withGrid(joiners.length === 0 ? order(next, move.grid, beaconRound) : next, move.grid, {
		seated: new Set([...seated, sender]),
		waiting: waiting + 1,
		rounds: new Map(rounds).set(round, { joiners: [...joiners, sender], dealt }),
	});
}

/** The point that an account has reserved without having claimed. */
export function heldPoint(world: GridWorld, id: number, account: Hex): number | undefined {
	const { dealt, points } = world.grids[id - 1];
	const request = dealt.get(account);
	if (request === undefined || isClaimed(world.game, request)) return undefined;
	const at = points.findIndex((point) => point.request === request);
	return at === -1 || points[at].status !== POINT_STATUS.reserved ? undefined : at;
}

/** Pays the beacon's fee for a round that somebody has joined. */
function order(world: GridWorld, id: number, beaconRound: number): GridWorld {
	const beacon = orderValue(world.beacon, beaconRound);
	if (beacon === world.beacon) return world;
	const { fee } = beacon;
	const { budget } = world.grids[id - 1];
	return withGrid({ ...world, beacon, ledger: lock(world.ledger, ETHER, -fee) }, id, {
		budget: budget - fee,
	});
}

/** Deals points to at most so many of those who joined the oldest round that is over, or gives stakes back. */
export function draw(world: GridWorld, move: DrawMove, now: number, arbiter: Arbiter): GridWorld {
	const grid = gridOf(world, move.grid);
	if (grid.waiting === 0) throw new GameError("NothingToDraw", move.grid);
	let round = grid.nextRound;
	while ((grid.rounds.get(round) ?? NO_ROUND).joiners.length === 0) round++;
	const end = endOfRound(grid, round);
	if (now < end) throw new GameError("RoundNotOver", move.grid, round, now, end);
	const later = grid.returned.findIndex((point) => grid.points[point].from > round);
	const merged = later === -1 ? grid.returned.length : later;
	const free = [...grid.free, ...grid.returned.slice(0, merged)];
	let next = withGrid(world, move.grid, {
		nextRound: round,
		free,
		returned: grid.returned.slice(merged),
	});
	const beaconRound = grid.beaconRounds[round];
	const value = world.beacon.values.get(beaconRound);
	if (free.length > 0 && value === undefined && !world.beacon.void.has(beaconRound)) {
		throw new GameError("RoundPending", beaconRound);
	}
	const { joiners } = grid.rounds.get(round)!;
	for (let step = 0; step < Math.min(move.most, joiners.length); step++) {
		const isDealt = value !== undefined && next.grids[move.grid - 1].free.length > 0;
		next = isDealt ? deal(next, move.grid, round, value, now, arbiter) : giveBack(next, move.grid, round);
	}
	return next;
}

/** One step of a Fisher–Yates over joiners and free points. */
function deal(world: GridWorld, id: number, round: number, value: Hex, now: number, arbiter: Arbiter) {
	const { rounds, free, points, terms, open, dealt } = world.grids[id - 1];
	const { joiners, dealt: position } = rounds.get(round)!;
	const drawn = BigInt(
		keccak256(
			encodeAbiParameters(DRAWN, [value, world.address, BigInt(id), BigInt(round), BigInt(position)]),
		),
	);
	const at = Number((drawn & (2n ** 128n - 1n)) % BigInt(joiners.length));
	const chosen = Number((drawn >> 128n) % BigInt(free.length));
	const [worker, point] = [joiners[at], free[chosen]];
	const game = apply(
		world.game,
		{
			type: "request",
			sender: world.address,
			value: 0n,
			program: points[point].program,
			inputsRoot: points[point].inputsRoot,
			deadline: NEVER,
			consumer: world.address,
			submitter: worker,
			exclusiveUntil: NEVER,
		},
		now,
		arbiter,
	);
	if (game instanceof GameError) throw game;
	const request = game.requests.length;
	const places = new Map(world.places).set(request, { grid: id, point });
	const reserved = withPoint({ ...world, game, places }, id, point, {
		status: POINT_STATUS.reserved,
		worker,
		request,
		until: now + terms.reservationSeconds,
		round,
		position,
	});
	const next = withGrid(reserved, id, {
		free: without(free, chosen),
		open: open + 1,
		dealt: new Map(dealt).set(worker, request),
	});
	return unseat(next, id, round, at, position + 1);
}

/** The last joiner gets its stake back. */
function giveBack(world: GridWorld, id: number, round: number): GridWorld {
	const { rounds, terms } = world.grids[id - 1];
	const { joiners, dealt } = rounds.get(round)!;
	const ledger = credit(world.ledger, ETHER, joiners[joiners.length - 1], terms.stake);
	return unseat({ ...world, ledger }, id, round, joiners.length - 1, dealt);
}

function unseat(world: GridWorld, id: number, round: number, at: number, dealt: number): GridWorld {
	const { rounds, waiting, seated } = world.grids[id - 1];
	const { joiners } = rounds.get(round)!;
	return withGrid(world, id, {
		rounds: new Map(rounds).set(round, { joiners: without(joiners, at), dealt }),
		waiting: waiting - 1,
		seated: new Set([...seated].filter((account) => account !== joiners[at])),
	});
}

/** The list with its last entry in the place of another. */
function without<T>(list: readonly T[], at: number): T[] {
	return list.with(at, list[list.length - 1]).slice(0, -1);
}
