import { linkBytecode } from "@umpire/chain/artifact.ts";
import { buildContracts } from "@umpire/chain/build.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { BaseError, ContractFunctionRevertedError, createWalletClient } from "viem";
import { readContract, waitForTransactionReceipt } from "viem/actions";

/** The contract that gives the libraries' internal functions, on a chain of its own. */
export interface Harness {
	/** Calls a function; its result as viem decodes it. */
	readonly call: (name: string, args: readonly unknown[]) => Promise<unknown>;
	/** The name of the custom error that a call reverts with; undefined if it does not. */
	readonly revert: (name: string, args: readonly unknown[]) => Promise<string | undefined>;
	readonly close: () => Promise<void>;
}

export async function openHarness(): Promise<Harness> {
	await buildContracts();
	const chain = await connectPrivate();
	const poseidon = await deploy(chain, (await readArtifact("PoseidonT6")).bytecode);
	const artifact = await readArtifact("LibrariesHarness");
	const address = await deploy(chain, linkBytecode(artifact, new Map([["PoseidonT6", poseidon]])));
	const call = (functionName: string, args: readonly unknown[]): Promise<unknown> =>
		readContract(chain.reader, { address, abi: artifact.abi, functionName, args });
	const revert = async (name: string, args: readonly unknown[]): Promise<string | undefined> => {
		try {
			await call(name, args);
			return undefined;
		} catch (error) {
			const reverted =
				error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError);
			if (!(reverted instanceof ContractFunctionRevertedError)) throw error;
			return reverted.data?.errorName ?? reverted.signature ?? reverted.reason ?? "no reason";
		}
	};
	return { call, revert, close: chain.close };
}

async function deploy(chain: Connection, data: Hex): Promise<Hex> {
	const wallet = createWalletClient({ chain: chain.chain, transport: chain.transport });
	const [account] = await wallet.getAddresses();
	const hash = await wallet.sendTransaction({ account, data, gas: 16_000_000n });
	const { contractAddress } = await waitForTransactionReceipt(chain.reader, { hash });
	if (!contractAddress) throw new Error("the contract was not deployed");
	return contractAddress;
}
