import type { World } from "@umpire/actors/world.ts";

/**
 * The same world, whose reads of contracts are counted by name: those that are made together each, and as one
 * `multicall`.
 */
export function counting(world: World, asked: Map<string, number>): World {
	const { connection } = world.contracts;
	const count = (name: string) => asked.set(name, (asked.get(name) ?? 0) + 1);
	const reader = new Proxy(connection.reader, {
		get(target, name) {
			if (name === "readContract") {
				return (call: { functionName: string }) => {
					count(call.functionName);
					return target.readContract(call as never);
				};
			}
			if (name === "multicall") {
				return (calls: { contracts: readonly { functionName: string }[] }) => {
					count("multicall");
					for (const { functionName } of calls.contracts) count(functionName);
					return target.multicall(calls as never);
				};
			}
			return Reflect.get(target, name);
		},
	});
	return { ...world, contracts: { ...world.contracts, connection: { ...connection, reader } } };
}
