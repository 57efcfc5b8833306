import { formatEther } from "viem";
import { command, type SigningOptions, withSigner } from "../command.ts";
import { numberPositional } from "../numbers.ts";
import { report } from "../output.ts";

interface Options extends SigningOptions {
	request: number;
}

export const refund = command<Options>({
	command: "refund <request>",
	describe: "take back the fee of a request that nobody has answered in time",
	examples: [["umpire refund 1", "anybody may; the requester's account also withdraws it"]],
	options: (yargs) =>
		withSigner(yargs).positional("request", numberPositional("request", "number of a request")),
	async run(options) {
		const { openWorld } = await import("@umpire/actors/world.ts");
		const { refund: takeBack } = await import("@umpire/actors/refund.ts");
		const world = await openWorld(options, "requester");
		const done = await takeBack(world, options.request);
		report(options.json, done, () =>
			done.withdrawn > 0n
				? `Request ${done.request} is closed: ${formatEther(done.withdrawn)} ETH were withdrawn.`
				: `Request ${done.request} is closed: its fee of ${formatEther(done.fee)} ETH waits for ${done.requester}.`,
		);
	},
});
