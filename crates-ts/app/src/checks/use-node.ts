import { useWallet, wallets } from "../wallet/wallet.ts";
import { type Node, SERVER, walletNode } from "./rpc.ts";

/** The visitor's own wallet does not depend on this server: it is asked where it is connected. */
export function useNode(): () => Promise<Node> {
	const { account, isElsewhere } = useWallet();
	return async () => (account === null || isElsewhere ? SERVER : walletNode(await wallets()));
}
