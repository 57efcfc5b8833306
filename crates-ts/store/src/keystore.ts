import {
	createCipheriv,
	createDecipheriv,
	pbkdf2,
	randomBytes,
	randomUUID,
	type ScryptOptions,
	scrypt,
} from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { concat, keccak256, toHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";

/** Web3 Secret Storage, version 3 (https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage). */
interface Keystore {
	readonly version: 3;
	readonly id: string;
	readonly address?: string;
	readonly crypto: {
		readonly cipher: "aes-128-ctr";
		readonly cipherparams: { readonly iv: string };
		readonly ciphertext: string;
		readonly kdf: "scrypt" | "pbkdf2";
		readonly kdfparams: KeyDerivation;
		readonly mac: string;
	};
}

type KeyDerivation =
	| { readonly dklen: 32; readonly salt: string; readonly n: number; readonly r: number; readonly p: number }
	| { readonly dklen: 32; readonly salt: string; readonly c: number; readonly prf: "hmac-sha256" };

/** The work of guessing a password of a new keystore: geth's. */
const STRENGTH = { n: 2 ** 18, r: 8, p: 1 } as const;
/** Bytes that deriving a key may use; a file that asks for more is refused. */
const MOST_MEMORY = 2 ** 30;

/**
 * Reads a private key from a keystore file (Web3 Secret Storage, version 3, as geth and others write it).
 *
 * @throws UmpireError if the file is no keystore or the password is wrong
 */
export async function readKeystore(path: string, password: string): Promise<Hex> {
	const text = await readFile(path, "utf8").catch((cause: unknown) => {
		throw new UmpireError("ACCOUNT", `The keystore ${path} cannot be read`, {
			advice: "check --keystore.",
			cause,
		});
	});
	const keystore = parseKeystore(path, text);
	const { cipher, cipherparams, ciphertext, kdfparams, mac } = keystore.crypto;
	const derived = await deriveKey(password, kdfparams).catch((cause: unknown) => {
		throw new UmpireError("ACCOUNT", `The key derivation of ${path} cannot be computed here.`, { cause });
	});
	const encrypted = Buffer.from(ciphertext, "hex");
	if (macOf(derived, encrypted) !== mac.toLowerCase()) {
		throw new UmpireError("ACCOUNT", `The password does not open ${path}, or the file is damaged.`);
	}
	const decipher = createDecipheriv(cipher, derived.subarray(0, 16), Buffer.from(cipherparams.iv, "hex"));
	const key = toHex(Buffer.concat([decipher.update(encrypted), decipher.final()]));
	const { address } = keystore;
	if (address !== undefined && !sameAddress(address, privateKeyToAddress(key))) {
		throw new UmpireError("ACCOUNT", `${path} holds the key of another account than the one that it names.`);
	}
	return key;
}

/**
 * Writes a private key into a new keystore file that only its owner can read.
 *
 * @returns the account's address
 * @throws UmpireError if the file exists or the password is empty
 */
export async function writeKeystore(path: string, privateKey: Hex, password: string): Promise<Hex> {
	if (password === "") throw new UmpireError("ACCOUNT", "The password of a keystore must not be empty.");
	const kdfparams = { dklen: 32, salt: randomBytes(32).toString("hex"), ...STRENGTH } as const;
	const derived = await deriveKey(password, kdfparams);
	const iv = randomBytes(16);
	const cipher = createCipheriv("aes-128-ctr", derived.subarray(0, 16), iv);
	const encrypted = Buffer.concat([cipher.update(Buffer.from(privateKey.slice(2), "hex")), cipher.final()]);
	const address = privateKeyToAddress(privateKey);
	const keystore: Keystore = {
		version: 3,
		id: randomUUID(),
		address: address.slice(2).toLowerCase(),
		crypto: {
			cipher: "aes-128-ctr",
			cipherparams: { iv: iv.toString("hex") },
			ciphertext: encrypted.toString("hex"),
			kdf: "scrypt",
			kdfparams,
			mac: macOf(derived, encrypted),
		},
	};
	try {
		await writeFile(path, `${JSON.stringify(keystore)}\n`, { mode: 0o600, flag: "wx" });
	} catch (cause) {
		const why = existsSync(path) ? "it exists already: choose another --keystore" : "choose another folder";
		throw new UmpireError("ACCOUNT", `${path} cannot be written: ${why}.`, { cause });
	}
	return address;
}

async function deriveKey(password: string, kdf: KeyDerivation): Promise<Uint8Array> {
	const salt = Buffer.from(kdf.salt, "hex");
	if ("c" in kdf) return promisify(pbkdf2)(password, salt, kdf.c, kdf.dklen, "sha256");
	const { n: N, r, p, dklen: dkLen } = kdf;
	const native = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
	return native(password, salt, dkLen, { N, r, p, maxmem: MOST_MEMORY }).catch(() =>
		// OpenSSL refuses n ≥ 2^(16r), which the standard's own test vector has.
		scryptAsync(password, salt, { N, r, p, dkLen, maxmem: MOST_MEMORY }),
	);
}

function macOf(derived: Uint8Array, encrypted: Buffer): string {
	return keccak256(concat([derived.subarray(16, 32), encrypted])).slice(2);
}

function parseKeystore(path: string, text: string): Keystore {
	try {
		const raw = JSON.parse(text);
		// Some writers use capitals for the one name.
		const stored = { ...raw, crypto: raw.crypto ?? raw.Crypto } as Keystore;
		const { cipher, cipherparams, ciphertext, kdf, kdfparams, mac } = stored.crypto;
		const hexadecimal = [cipherparams.iv, ciphertext, kdfparams.salt, mac];
		const isKnown =
			stored.version === 3 &&
			cipher === "aes-128-ctr" &&
			(kdf === "scrypt" || (kdf === "pbkdf2" && "prf" in kdfparams && kdfparams.prf === "hmac-sha256")) &&
			kdfparams.dklen === 32 &&
			hexadecimal.every((value) => /^([0-9a-f]{2})+$/i.test(value));
		if (isKnown) return stored;
	} catch {}
	throw new UmpireError(
		"ACCOUNT",
		`${path} is no keystore file of version 3 (aes-128-ctr with scrypt or pbkdf2)`,
		{ advice: "make one with umpire key new or umpire key import." },
	);
}

function sameAddress(one: string, other: string): boolean {
	return one.replace(/^0x/i, "").toLowerCase() === other.slice(2).toLowerCase();
}
