import type { Connection } from "@umpire/chain/connection.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import type { Page } from "playwright-core";
import type { Account, Hex } from "viem";

/** A wallet of tests. `accepts` is what its owner says when it is asked. */
export interface TestWallet {
	accepts: boolean;
	/** Whether it leaves whoever asks for a transaction waiting. */
	isSilent: boolean;
	/** The chain that it is on; that of the tests unless told. */
	chainId: number | undefined;
	/** Has its owner choose another account, of which it tells pages. */
	choose(account: Account): Promise<void>;
	/** What it was asked to do, by the method's name. */
	readonly asked: string[];
}

interface Transaction {
	readonly to: Hex;
	readonly data: Hex;
	readonly value?: Hex;
	readonly gas?: Hex;
}

/**
 * Lets a wallet announce itself to every page (EIP-6963). It signs with an account of a chain and sends there; its owner
 * accepts or declines.
 */
export async function installWallet(page: Page, connection: Connection, owner: Account): Promise<TestWallet> {
	let account = owner;
	const wallet: TestWallet = {
		...{ accepts: true, isSilent: false, chainId: undefined, asked: [] },
		async choose(chosen) {
			account = chosen;
			await page.evaluate(
				(address) => window.dispatchEvent(new CustomEvent("test-wallet-account", { detail: address })),
				account.address,
			);
		},
	};
	const { reader, chain } = connection;
	let isConnected = false;
	const declined = { error: { code: 4001, message: "User rejected the request." } };
	const answer = async (method: string, params: readonly unknown[]): Promise<unknown> => {
		wallet.asked.push(method);
		switch (method) {
			case "eth_chainId":
				return { result: `0x${(wallet.chainId ?? chain.id).toString(16)}` };
			case "wallet_switchEthereumChain":
				if (!wallet.accepts) return declined;
				wallet.chainId = undefined;
				return { result: null };
			case "eth_accounts":
				return { result: isConnected ? [account.address] : [] };
			case "eth_requestAccounts":
			case "wallet_requestPermissions":
				if (!wallet.accepts) return declined;
				isConnected = true;
				return {
					result:
						method === "eth_requestAccounts"
							? [account.address]
							: [
									{
										parentCapability: "eth_accounts",
										caveats: [{ type: "restrictReturnedAccounts", value: [account.address] }],
									},
								],
				};
			case "wallet_revokePermissions":
				isConnected = false;
				return { result: null };
			case "eth_sendTransaction": {
				if (wallet.isSilent) return new Promise(() => {});
				if (!wallet.accepts) return declined;
				const { wallet: signer } = signerFor(connection, account);
				const [{ to, data, value = "0x0", gas }] = params as readonly [Transaction];
				const hash = await signer.sendTransaction({
					...{ to, data, value: BigInt(value), account, chain },
					...(gas === undefined ? {} : { gas: BigInt(gas) }),
				});
				return { result: hash };
			}
			default:
				return { result: await (reader.request as (of: unknown) => Promise<unknown>)({ method, params }) };
		}
	};
	await page.exposeFunction("askTestWallet", (method: string, params: readonly unknown[]) =>
		answer(method, params).catch((error: Error) => ({ error: { code: -32_000, message: error.message } })),
	);
	await page.addInitScript(() => {
		const ask = (
			globalThis as unknown as {
				askTestWallet(
					method: string,
					params: unknown,
				): Promise<{ result?: unknown; error?: { code: number; message: string } }>;
			}
		).askTestWallet;
		const provider = {
			async request({ method, params = [] }: { method: string; params?: unknown }) {
				const { result, error } = await ask(method, params);
				if (error !== undefined) throw Object.assign(new Error(error.message), { code: error.code });
				return result;
			},
			on(name: string, listener: (accounts: readonly string[]) => void) {
				if (name !== "accountsChanged") return;
				window.addEventListener("test-wallet-account", (event) =>
					listener([(event as CustomEvent<string>).detail]),
				);
			},
			removeListener() {},
		};
		const info = {
			...{ uuid: "350670db-19fa-4704-a166-e52e178b59d2", name: "Test wallet", rdns: "test.umpire" },
			icon: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
		};
		const announce = () =>
			window.dispatchEvent(
				new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }),
			);
		window.addEventListener("eip6963:requestProvider", announce);
		announce();
	});
	return wallet;
}
