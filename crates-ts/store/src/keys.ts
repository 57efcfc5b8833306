import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { type KeyOptions, privateKeyOf } from "./accounts.ts";
import { readKeystore, writeKeystore } from "./keystore.ts";
import { ask, newPassword, readPassword } from "./password.ts";

/** Makes a new key in a keystore file; gives its address. */
export async function newKey(options: KeyOptions): Promise<Hex> {
	const path = pathOf(options);
	return writeKeystore(path, generatePrivateKey(), await newPassword(options.passwordFile));
}

/** Puts the key of UMPIRE_PRIVATE_KEY (or one that is typed unseen) into a keystore file; gives its address. */
export async function importKey(options: KeyOptions): Promise<Hex> {
	const path = pathOf(options);
	const given = process.env.UMPIRE_PRIVATE_KEY;
	if (!given && process.stdin.isTTY !== true) {
		throw new UmpireError("ACCOUNT", "There is no key to import", {
			advice: "set UMPIRE_PRIVATE_KEY, or run this on a terminal.",
		});
	}
	const key = privateKeyOf(given || (await ask("Private key")));
	return writeKeystore(path, key, await newPassword(options.passwordFile));
}

/** The address of the key in a keystore file, whose password is asked for, or of UMPIRE_PRIVATE_KEY. */
export async function addressOfKey({ keystore, passwordFile }: KeyOptions): Promise<Hex> {
	const given = process.env.UMPIRE_PRIVATE_KEY;
	if (keystore === undefined && given) return privateKeyToAddress(privateKeyOf(given));
	const path = pathOf({ keystore });
	return privateKeyToAddress(
		await readKeystore(path, await readPassword(passwordFile, `Password of ${path}`)),
	);
}

function pathOf({ keystore }: KeyOptions): string {
	if (keystore === undefined)
		throw new UmpireError("ACCOUNT", "Give the file of the key with --keystore FILE.");
	return keystore;
}
