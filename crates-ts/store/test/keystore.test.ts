import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountOf } from "../src/accounts.ts";
import { openHome } from "../src/home.ts";
import { addressOfKey, newKey } from "../src/keys.ts";
import { readKeystore, writeKeystore } from "../src/keystore.ts";

// The test vectors of the Web3 Secret Storage definition.
const KEY = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
const PASSWORD = "testpassword";
const PBKDF2 = {
	crypto: {
		cipher: "aes-128-ctr",
		cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
		ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
		kdf: "pbkdf2",
		kdfparams: {
			c: 262144,
			dklen: 32,
			prf: "hmac-sha256",
			salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
		},
		mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
	},
	id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
	version: 3,
};
const SCRYPT = {
	crypto: {
		cipher: "aes-128-ctr",
		cipherparams: { iv: "83dbcc02d8ccb40e466191a123791e0e" },
		ciphertext: "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
		kdf: "scrypt",
		kdfparams: {
			dklen: 32,
			n: 262144,
			p: 8,
			r: 1,
			salt: "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
		},
		mac: "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
	},
	id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
	version: 3,
};

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-keys-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: unknown): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, JSON.stringify(content));
	return path;
}

describe("a keystore file", () => {
	it.each([
		["pbkdf2", PBKDF2],
		["scrypt", SCRYPT],
	])("of the definition's test vectors opens (%s)", async (name, keystore) => {
		expect(await readKeystore(await file(`${name}.json`, keystore), async () => PASSWORD)).toBe(KEY);
	});

	it("that is written is its owner's alone, opens with its password only, and is not replaced", async () => {
		const path = join(folder, "own.json");
		const address = await writeKeystore(path, KEY, "a password");
		expect((await stat(path)).mode & 0o777).toBe(0o600);
		const text = await readFile(path, "utf8");
		expect(text).not.toContain(KEY.slice(2));
		expect(`0x${JSON.parse(text).address}`).toBe(address.toLowerCase());
		expect(await readKeystore(path, async () => "a password")).toBe(KEY);
		await expect(readKeystore(path, async () => "another")).rejects.toThrow(/password does not open/);
		await expect(writeKeystore(path, KEY, "a password")).rejects.toThrow(/exists already/);
		await expect(writeKeystore(join(folder, "empty.json"), KEY, "")).rejects.toThrow(/must not be empty/);
	});

	it("is refused if it is damaged, of another version, or names another account", async () => {
		const refused = async (keystore: unknown, why: RegExp) =>
			expect(readKeystore(await file("bad.json", keystore), async () => PASSWORD)).rejects.toThrow(why);
		await refused("hello", /no keystore file of version 3/);
		await refused({ ...PBKDF2, version: 1 }, /no keystore file of version 3/);
		const mac = `00${PBKDF2.crypto.mac.slice(2)}`;
		await refused({ ...PBKDF2, crypto: { ...PBKDF2.crypto, mac } }, /password does not open/);
		await refused({ ...PBKDF2, address: "00".repeat(20) }, /another account/);
		await expect(readKeystore(join(folder, "none.json"), async () => PASSWORD)).rejects.toThrow(
			/cannot be read/,
		);
	});

	it("is looked for before its password is asked for, and what is to be made before that is", async () => {
		const missing = { keystore: join(folder, "missing.json"), passwordFile: join(folder, "no-password") };
		await expect(addressOfKey(missing)).rejects.toThrow(/missing\.json cannot be read/);
		const there = { ...missing, keystore: await file("there.json", PBKDF2) };
		await expect(addressOfKey(there)).rejects.toThrow(/no-password cannot be read/);
		await expect(newKey(there)).rejects.toThrow(/there\.json exists already/);
	});

	it("signs for a role on any chain, with the password of a file", async () => {
		const home = openHome(join(folder, "home"));
		const keystore = await file("role.json", PBKDF2);
		const passwordFile = join(folder, "password");
		await writeFile(passwordFile, `${PASSWORD}\n`);
		const account = await accountOf(home, "verifier", false, { keystore, passwordFile });
		expect(account.address).toBe("0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b");
		await expect(accountOf(home, "verifier", false)).rejects.toThrow(/No key to sign with/);
	});
});
