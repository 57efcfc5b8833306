import type { Folding } from "./folding.ts";

const NOTHING = { owed: "0", credited: "0" };

async function move(on: Folding, account: string, token: string | null, amount: bigint): Promise<void> {
	const { role: contract } = on;
	const { owed, credited } = (await on.get("balance", balanceId(contract, account, token))) ?? NOTHING;
	await on.put("balance", {
		contract,
		account,
		token,
		owed: String(BigInt(owed) + amount),
		credited: String(BigInt(credited) + (amount > 0n ? amount : 0n)),
	});
}

/** One balance for each contract, token and account. */
export const balanceId = (contract: string, account: string, token: string | null): string =>
	`${contract} ${token ?? "ether"} ${account}`;

/** What a ledger tells of an account, in ether (token null) or a token. */
export async function credited(on: Folding, account: string, token: string | null, amount: bigint) {
	await move(on, account, token, amount);
}

export async function withdrawn(
	on: Folding,
	{
		account,
		recipient,
		token,
		amount,
	}: { account: string; recipient: string; token: string | null; amount: bigint },
): Promise<void> {
	await move(on, account, token, -amount);
	await on.put("withdrawal", { contract: on.role, account, recipient, token, amount: String(amount) });
}
