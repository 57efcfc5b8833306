import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import { endOf, roundToJoin, type SeenGrid } from "@umpire/markets/grid-steps.ts";
import { clockText } from "../clock-text.ts";

/** Whether a round that an account has joined is over, and the block that decides it not made. */
export function awaitsBlock(grid: SeenGrid, account: string, now: number): boolean {
	const round = roundOf(grid, account);
	return round !== -1 && now >= endOf(grid, round) && grid.rounds[round].value === "pending";
}

/** The round that an account waits in; -1 if it does not. */
const roundOf = ({ rounds }: SeenGrid, account: string): number =>
	rounds.findIndex(({ joiners }) => (joiners as readonly string[]).includes(account));

/**
 * What a worker waits for at time `now`, in one line: rounds take minutes, and claims become final after that.
 *
 * @param account in lower case
 * @returns undefined if it has something to do
 */
export function waitsFor(grid: SeenGrid, account: string, now: number): string | undefined {
	if (grid.status === GRID_STATUS.filling)
		return `Grid ${grid.id} is not started yet: waiting for its client.`;
	if (grid.status === GRID_STATUS.closed) {
		return `Grid ${grid.id} is closed: what is left is to withdraw (Ctrl-C stops; umpire grid status ${grid.id} shows the points).`;
	}
	const round = roundOf(grid, account);
	if (round !== -1) {
		const end = endOf(grid, round);
		if (now < end)
			return `Waiting for the end of round ${round} at ${clockText(end)}, after which points are dealt.`;
		if (!awaitsBlock(grid, account, now)) return undefined;
		return `Round ${round} is over: waiting for the block that decides it.`;
	}
	const own = grid.points.flatMap((point, i) => (point.worker === account ? [{ ...point, number: i }] : []));
	if (own.some(({ status }) => status === POINT_STATUS.reserved)) return undefined;
	if (roundToJoin(grid, account as SeenGrid["client"], now) !== undefined) return undefined;
	const live = own.filter(({ claim }) => claim?.status === CLAIM_STATUS.live);
	if (live.length > 0) {
		const claims = live.map(({ number, claim }) => `claim ${claim?.id} for point ${number}`).join(", ");
		return `Waiting until what is claimed is final: ${claims}.`;
	}
	if (now >= endOf(grid, grid.rounds.length - 1))
		return "The last round is over: waiting for the grid to close.";
	return "No point is free for this account: waiting for one that comes back.";
}
