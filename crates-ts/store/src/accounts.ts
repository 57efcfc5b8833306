import { UserError } from "@umpire/chain/errors.ts";
import type { Account } from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { type Home, readJson, writeJson } from "./home.ts";

/** Who acts; on a local chain each role has a funded account of its own. */
export const ROLES = ["deployer", "requester", "submitter", "verifier", "second-submitter"] as const;
export type Role = (typeof ROLES)[number];

/** The mnemonic that Hardhat's chains fund; worth nothing anywhere else. */
const LOCAL_MNEMONIC = "test test test test test test test test test test test junk";

interface AccountsFile {
	readonly mnemonic: string;
}

/** Writes the local chain's keys into the home folder, where `accountOf` finds them. */
export async function writeLocalAccounts(home: Home): Promise<void> {
	await writeJson(home.path("accounts.json"), { mnemonic: LOCAL_MNEMONIC } satisfies AccountsFile);
}

/** The account of a role on a chain of this process. */
export function localAccount(role: Role): Account {
	return mnemonicToAccount(LOCAL_MNEMONIC, { addressIndex: ROLES.indexOf(role) });
}

/**
 * The account that acts in a role: the key in UMPIRE_KEY, else the role's place in the
 * mnemonic of `accounts.json`, else (on development chains) Hardhat's funded account.
 *
 * @throws UserError if there is none, or UMPIRE_KEY is not a private key
 */
export async function accountOf(home: Home, role: Role, development: boolean): Promise<Account> {
	const key = process.env.UMPIRE_KEY;
	if (key !== undefined && key !== "") {
		if (!/^0x[0-9a-fA-F]{64}$/.test(key)) {
			throw new UserError("UMPIRE_KEY is not a private key: give 0x and 64 hexadecimal digits.");
		}
		return privateKeyToAccount(key as `0x${string}`);
	}
	if (development) {
		const file = await readJson<AccountsFile>(home.path("accounts.json"));
		return mnemonicToAccount(file?.mnemonic ?? LOCAL_MNEMONIC, { addressIndex: ROLES.indexOf(role) });
	}
	throw new UserError("No key to sign with: put a private key into the environment variable UMPIRE_KEY.");
}
