import type { Hex } from "@umpire/commitment/constants.ts";
import { POINT_STATUS } from "@umpire/markets/grid-state.ts";
import type { SeenGrid, SeenPoint } from "@umpire/markets/grid-steps.ts";
import type { Program } from "@umpire/operators/program.ts";
import { getProgram } from "@umpire/store/programs.ts";
import type { Actor } from "../actor.ts";
import { sameAccount } from "../money.ts";
import { submitter } from "../submitter.ts";
import { Troubles } from "../troubles.ts";
import type { World } from "../world.ts";

/** Who computes and claims what a worker was dealt: the honest way is a submitter of each program. */
export type Claimant = (
	world: World,
	grid: SeenGrid,
	mine: readonly SeenPoint[],
) => Promise<readonly Actor[]>;

/** In ether; more than there is: a stake is at risk for each bond, so that all that can be paid for is claimed. */
export const ALL = "1000000000";

/**
 * A submitter of each program of which the worker was dealt a point, or has a claim that is not decided: it claims what
 * is reserved for it and nothing that others ask, and defends. A program that cannot be loaded costs its own points.
 *
 * @param defectOf the wrong number that it puts into claims of a program; none by default
 */
export function honestly(
	progress: (line: string) => void,
	defectOf: (program: Program) => string | undefined = () => undefined,
): Claimant {
	const serving = new Map<Hex, Actor>();
	const troubles = new Troubles(progress);
	let reserved: ReadonlySet<number> = new Set();
	return async (world, grid, mine) => {
		reserved = new Set(
			mine.filter(({ status }) => status === POINT_STATUS.reserved).map(({ request }) => request),
		);
		for (const root of new Set([...mine.map(({ program }) => program), ...undecided(world, grid)])) {
			if (serving.has(root)) continue;
			await troubles.attempt(`program ${root}`, async () => {
				const { program } = await getProgram(world.home.content, root, world.limits);
				const options = {
					leastFee: "0",
					mostBonds: ALL,
					serves: (request: number) => reserved.has(request),
					defect: defectOf(program),
					progress,
				};
				serving.set(root, await submitter(world, root, options));
				return false;
			});
		}
		return [...serving.values()];
	};
}

/** Programs of a grid of which the account has claims that are neither final nor rejected, whatever became of their points. */
export function undecided(world: World, { points }: SeenGrid): Set<Hex> {
	const programs = new Set(points.map(({ program }) => program.toLowerCase()));
	return undecidedAmong(world, ({ program }) => programs.has(program.toLowerCase()));
}

/** Programs of which the account has claims that are neither final nor rejected, on requests that are meant. */
export function undecidedAmong(
	{ feed, signer }: World,
	isMeant: (request: { readonly program: Hex; readonly requester: Hex }) => boolean,
): Set<Hex> {
	const asked = new Map<bigint, Hex>();
	const live = new Map<bigint, Hex>();
	for (const { name, args } of feed.events) {
		if (name === "Requested" && isMeant(args)) asked.set(args.request, args.program);
		const program = name === "Claimed" ? asked.get(args.request) : undefined;
		if (name === "Claimed" && program !== undefined && sameAccount(args.submitter, signer.account.address)) {
			live.set(args.claim, program);
		}
		if (name === "Finalised" || name === "Rejected") live.delete(args.claim);
	}
	return new Set(live.values());
}
