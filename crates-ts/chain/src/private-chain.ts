import { custom } from "viem";
import { type Connection, connectionBy } from "./connection.ts";
import { hardhat } from "./hardhat.ts";

/** A fresh chain inside this process (Hardhat's EVM), for rehearsals and tests. */
export async function connectPrivate(): Promise<Connection> {
	const hre = await hardhat();
	const network = await hre.network.create({ override: { allowUnlimitedContractSize: false } });
	const request = (args: { method: string; params?: unknown }) =>
		network.provider.request({ method: args.method, params: args.params as unknown[] });
	const transport = custom({ request }, { retryCount: 0 });
	const close = async () => network.close();
	return connectionBy(31337, "", transport, 10, { close });
}
