import { send } from "@umpire/chain/send.ts";
import type { World } from "../world.ts";
import type { AttesterContracts } from "./attester-contracts.ts";

/** Asks that the answer to a request of this account can be relied on before it is final; amounts in wei. */
export async function askCover(
	world: World,
	{ attestations }: AttesterContracts,
	request: number,
	{ value, premium }: { readonly value: bigint; readonly premium: bigint },
): Promise<void> {
	const args = [BigInt(request), value];
	const sent = await send(world.signer, {
		contract: attestations,
		functionName: "cover",
		args,
		value: premium,
	});
	world.onSent(sent, world.signer.account.address);
}
