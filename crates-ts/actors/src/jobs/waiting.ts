import { JOB_STATUS } from "@umpire/markets/network-state.ts";
import { type SeenNetwork, type SeenWorker, stepsForAll } from "@umpire/markets/network-steps.ts";
import { clockText } from "../clock-text.ts";

/** Jobs that are told of one by one. */
const MOST = 3;

/**
 * What workers and jobs wait for at time `now`, in one line.
 *
 * @returns undefined if there is something to do
 */
export function waitsFor(network: SeenNetwork, now: number): string | undefined {
	if (stepsForAll(network, now).length > 0) return undefined;
	const { oldest, genesis, roundSeconds, jobs } = network;
	const lines: string[] = [];
	if (oldest !== undefined) {
		const end = genesis + oldest.round * roundSeconds;
		const waiting = oldest.waiting === 1 ? "a job waits" : `${oldest.waiting} jobs wait`;
		lines.push(
			now < end
				? `${waiting} for the draw after round ${oldest.round}, at ${clockText(end)}`
				: `${waiting} for the block that decides the draw after round ${oldest.round}`,
		);
	}
	const { pending, offered, assigned, completed } = JOB_STATUS;
	for (const { id, status, worker, until, claim, round } of jobs) {
		if (status === offered) lines.push(`job ${id} is offered to ${worker} until ${clockText(until)}`);
		if (status === assigned) lines.push(`job ${id} is computed by ${worker} until ${clockText(until)}`);
		if (status === completed) lines.push(`claim ${claim?.id} for job ${id} is to become final`);
		if (status === pending && round === 0) {
			lines.push(`job ${id} waits for any worker to take it, as nobody was drawn`);
		}
	}
	if (lines.length === 0) return "No job is open: waiting for one.";
	const more = lines.length > MOST ? `; ${lines.length - MOST} more` : "";
	return `Waiting: ${lines.slice(0, MOST).join("; ")}${more}.`;
}

/** What a worker's slots wait for; undefined if nothing of them changes. */
export function slotsWait({ listed, queued }: Pick<SeenWorker, "listed" | "queued">): string | undefined {
	if (queued === 0) return undefined;
	const slots = listed === 1 ? "1 slot" : `${listed} slots`;
	return `${slots} of this worker in the list; a change waits for the end of the round, and is applied with the next draw.`;
}
