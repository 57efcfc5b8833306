import type { Hex } from "@umpire/commitment/constants.ts";
import { getCreate2Address, parseEther, zeroHash } from "viem";
import type { Connection, Signer } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { broadcast, mined } from "./landing.ts";
import { explainReading } from "./revert.ts";
import { sendTo } from "./send.ts";
import { sleep } from "./sleep.ts";

/**
 * The deterministic deployment proxy (github.com/Arachnid/deterministic-deployment-proxy): what it deploys has the same
 * address on every chain. Where it is missing, the transaction that brings it is sent: it is signed by an account that
 * nobody has the key of, which has to be given the gas.
 */
export const FACTORY: Hex = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
const FACTORY_DEPLOYER: Hex = "0x3fab184622dc19b6109349b94811493bf2a45362";
const FACTORY_COST = parseEther("0.01");
const FACTORY_CODE =
	"0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
const FACTORY_TRANSACTION: Hex =
	"0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";

/** Where the proxy puts a contract, from its creation code with the constructor's arguments: the same on every chain. */
export function deterministicAddress(creation: Hex): Hex {
	return getCreate2Address({ from: FACTORY, salt: zeroHash, bytecode: creation }).toLowerCase() as Hex;
}

/** What is sent to the proxy so that it deploys a contract. */
export const factoryData = (creation: Hex): Hex => `${zeroHash}${creation.slice(2)}`;

/** The code at an address; undefined if there is none. */
export async function codeAt({ reader }: Connection, address: Hex): Promise<Hex | undefined> {
	const code = await reader.getCode({ address }).catch((error: unknown) => {
		throw explainReading(error, "a contract's code");
	});
	return code === "0x" ? undefined : code;
}

/**
 * Whether the proxy is there.
 *
 * @throws ChainError if something else is at its address
 */
export async function hasFactory(connection: Connection): Promise<boolean> {
	const code = await codeAt(connection, FACTORY);
	if (code !== undefined && code.toLowerCase() !== FACTORY_CODE) {
		throw new ChainError(`Another contract is at the address of the deployment proxy (${FACTORY})`, {
			advice: "contracts cannot have the same addresses on this chain as elsewhere.",
		});
	}
	return code !== undefined;
}

/** Brings the proxy unless it is there; whoever does pays 0.01 ether at most. */
export async function ensureFactory(signer: Signer): Promise<void> {
	const { connection } = signer;
	if (await hasFactory(connection)) return;
	const has = await connection.reader.getBalance({ address: FACTORY_DEPLOYER }).catch((error: unknown) => {
		throw explainReading(error, "a balance");
	});
	if (has < FACTORY_COST) {
		await sendTo(signer, "funding the deployment proxy", {
			to: FACTORY_DEPLOYER,
			value: FACTORY_COST - has,
		});
	}
	await bringFactory(signer);
}

async function bringFactory({ connection, policy }: Signer): Promise<void> {
	const move = "deploying the deployment proxy";
	const started = performance.now();
	await broadcast(connection, FACTORY_TRANSACTION);
	while (performance.now() - started < policy.mostWait) {
		if ((await mined(connection, { move, nonce: 0, attempts: [FACTORY_TRANSACTION] })) !== undefined) return;
		await sleep(connection.pollingInterval);
	}
	throw new ChainError(`${move} failed: the chain does not take its transaction`, { retryable: true });
}
