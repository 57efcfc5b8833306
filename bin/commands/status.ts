import type { ActorStatus } from "@umpire/actors/actor-status.ts";
import type { Status } from "@umpire/actors/status.ts";
import { formatEther } from "viem";
import { type ChainOptions, command, withChain } from "../command.ts";
import { report, table } from "../output.ts";

export const status = command<ChainOptions>({
	command: "status",
	describe: "what is deployed, registered, requested, claimed and disputed",
	options: (yargs) => withChain(yargs),
	async run(options) {
		const { openView } = await import("@umpire/actors/world.ts");
		const { statusOf } = await import("@umpire/actors/status.ts");
		const found = await statusOf(await openView(options), options.warn);
		report(options.json, found, () => [
			...table([
				["chain", `${found.chainId} (${found.rpc.join(", ")})`],
				["market", found.market],
				["court", found.court],
				["keys", KEYS[found.keys]],
				...guardianLines(found),
			]),
			...found.programs.map(({ number, root }) => `program ${number}  ${root}`),
			...found.actors.map(actorLine),
			...found.requests.map(
				({ request, program, fee, status: state }) =>
					`request ${request}  program ${program}, fee ${formatEther(fee)} ETH, ${state}`,
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

const KEYS: Readonly<Record<Status["keys"], string>> = {
	ceremony: "of a ceremony",
	rehearsal: "OF A REHEARSAL: anyone can forge proofs",
	development: "DEVELOPMENT KEYS: anyone can forge proofs",
};

function guardianLines({
	guardian,
	stoppedUntil,
}: Pick<Status, "guardian" | "stoppedUntil">): [string, string][] {
	if (guardian === null) return [];
	const until = new Date(1000 * stoppedUntil).toISOString();
	return [["guardian", stoppedUntil === 0 ? guardian : `${guardian}, no new requests before ${until}`]];
}

function actorLine(actor: ActorStatus): string {
	const { role, account } = actor;
	const who = `${role} ${account}  bonds ${formatEther(actor.bonds)} ETH locked`;
	return role === "submitter"
		? `${who}, ${bondsText(actor.mostBonds)}; least fee ${formatEther(actor.leastFee)} ETH, with a consumer ${formatEther(actor.leastFeeWithConsumer)}`
		: `${who}; demands inputs of ${actor.demandInputs} chunks a claim, ${actor.demandInputsTotal} in all`;
}

/** Gas for a dispute about every live claim stays in the account: an empty one has no bonds to give. */
const bondsText = (most: bigint): string =>
	most === 0n ? "and cannot pay another (fund it)" : `at most ${formatEther(most)}`;
