import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Account } from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { type Home, hasAll, readJson, writeJson } from "./home.ts";
import { readKeystore } from "./keystore.ts";
import { readPassword } from "./password.ts";

/** Who acts; on a local chain each role has a funded account of its own. */
export const ROLES = [
	"deployer",
	"requester",
	"submitter",
	"verifier",
	"second-submitter",
	"third-submitter",
	"attester",
	"second-attester",
	"third-attester",
	"fourth-attester",
	"keeper",
	"coordinator",
] as const;
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

/** Where a command's key is. */
export interface KeyOptions {
	/** A keystore file. */
	readonly keystore?: string | undefined;
	/** The file that holds its password. */
	readonly passwordFile?: string | undefined;
}

/**
 * The account that acts in a role: the key of the keystore file, else the one in
 * UMPIRE_PRIVATE_KEY, else on development chains the role's place in the mnemonic of
 * `accounts.json` or in Hardhat's.
 *
 * @throws UmpireError if there is none, or it cannot be read
 */
export async function accountOf(
	home: Home,
	role: Role,
	development: boolean,
	{ keystore, passwordFile }: KeyOptions = {},
): Promise<Account> {
	if (keystore !== undefined) {
		return privateKeyToAccount(
			await readKeystore(keystore, () => readPassword(passwordFile, `Password of ${keystore}`)),
		);
	}
	const key = process.env.UMPIRE_PRIVATE_KEY;
	if (key !== undefined && key !== "") return privateKeyToAccount(privateKeyOf(key));
	if (development) {
		const file = await readJson<AccountsFile>(
			home.path("accounts.json"),
			(value) => hasAll(value, { mnemonic: (words) => typeof words === "string" }),
			"delete it: the local chain's own keys are used then.",
		);
		return mnemonicToAccount(file?.mnemonic ?? LOCAL_MNEMONIC, { addressIndex: ROLES.indexOf(role) });
	}
	throw new UmpireError("ACCOUNT", "No key to sign with", {
		advice:
			"give --keystore (umpire key new makes one), or put a private key into the environment variable UMPIRE_PRIVATE_KEY.",
	});
}

/** @throws UmpireError if the text, which is not repeated, is no private key */
export function privateKeyOf(text: string): Hex {
	const key: Hex = `0x${text.trim().replace(/^0x/, "")}`;
	try {
		privateKeyToAccount(key);
		return key;
	} catch {
		throw new UmpireError("ACCOUNT", "The private key that was given (UMPIRE_PRIVATE_KEY) is none", {
			advice: "it has 64 hexadecimal digits.",
		});
	}
}
