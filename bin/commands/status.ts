import type { ActorStatus } from "@umpire/actors/actor-status.ts";
import { type ChainOptions, command, withChain } from "../command.ts";
import { report, table } from "../output.ts";

export const status = command<ChainOptions>({
	command: "status",
	describe: "what is deployed, registered, requested, claimed and disputed",
	options: (yargs) => withChain(yargs),
	async run(options) {
		const { openView } = await import("@umpire/actors/world.ts");
		const { statusOf } = await import("@umpire/actors/status.ts");
		const found = await statusOf(await openView(options));
		report(options.json, found, () => [
			...table([
				["chain", `${found.chainId} (${found.rpc.join(", ")})`],
				["market", found.market],
				["court", found.court],
			]),
			...found.programs.map(({ number, root }) => `program ${number}  ${root}`),
			...found.actors.map(actorLine),
			...found.requests.map(
				({ request, program, fee, status: state }) =>
					`request ${request}  program ${program}, fee ${fee} ETH, ${state}`,
			),
			...found.claims.map(
				({ claim, request, submitter, status: state, winner }) =>
					`claim ${claim}  request ${request}, by ${submitter}, ${state}${winner === null ? "" : `, won by ${winner}`}`,
			),
			...found.disputes.map(
				({ dispute, claim, phase, turn, winner }) =>
					`dispute ${dispute}  claim ${claim}, ${phase}${turn === "" ? "" : `, ${turn}`}${winner === null ? "" : `, won by ${winner}`}`,
			),
			...found.demands.map(
				({ demand, claim, input, chunk, left }) =>
					`demand ${demand}  claim ${claim}, chunk ${chunk} of input ${input}, ${left} left to publish it`,
			),
		]);
	},
});

function actorLine(actor: ActorStatus): string {
	const { role, account, bonds } = actor;
	const who = `${role} ${account}`;
	return role === "submitter"
		? `${who}  bonds ${bonds} ETH locked, at most ${actor.mostBonds}; least fee ${actor.leastFee} ETH, with a consumer ${actor.leastFeeWithConsumer}`
		: `${who}  bonds ${bonds} ETH locked; demands inputs of ${actor.demandInputs} chunks a claim, ${actor.demandInputsTotal} in all`;
}
