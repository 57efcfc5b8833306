import type { Actor } from "@umpire/actors/actor.ts";
import type { World, WorldOptions } from "@umpire/actors/world.ts";
import type { Role } from "@umpire/store/accounts.ts";
import { warn } from "./log.ts";

/**
 * Plays a role on the chain until Ctrl-C.
 *
 * @param bond what the account needs at least for its next move
 */
export async function playRole(
	options: WorldOptions,
	role: Role,
	bond: "submitterBond" | "challengerBond",
	actorOf: (world: World) => Promise<Actor>,
): Promise<void> {
	const { untilInterrupted } = await import("./interrupt.ts");
	const { openWorld } = await import("@umpire/actors/world.ts");
	const { withPurse } = await import("@umpire/actors/purse.ts");
	const { runActor } = await import("@umpire/actors/actor.ts");
	const world = await openWorld(options, role);
	const { connection, deployment } = world.contracts;
	const watched = withPurse(await actorOf(world), world, deployment.parameters[bond], warn);
	await runActor(watched, connection.pollingInterval, untilInterrupted(), warn);
}
