import { randomBytes } from "node:crypto";
import { rename } from "node:fs/promises";
import type { Hex } from "@umpire/commitment/constants.ts";
import { fromHex, toHex } from "@umpire/commitment/hex.ts";
import { type BlsKey, blsKey, secretOf } from "@umpire/markets/bls.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import type { View } from "../world.ts";
import type { AttesterContracts } from "./attester-contracts.ts";

interface KeyFile {
	readonly seed: Hex;
}

const isSeed = (value: unknown): boolean => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);

/** The BLS key of an operator, in the home folder; it signs under one list of operators. */
export class AttesterKeyFile {
	readonly #path: string;

	constructor({ home, contracts }: View, { operators }: AttesterContracts, account: Hex) {
		const { id } = contracts.connection.chain;
		this.#path = home.path("attesters", `${id}-${operators.address.toLowerCase()}-${account}.key.json`);
	}

	/** The key; a new one, readable by its owner only, if there is none. */
	async open(): Promise<BlsKey> {
		const advice = "put the file back from a copy: another key is not this operator's.";
		const found = await readJson<KeyFile>(this.#path, (value) => hasAll(value, { seed: isSeed }), advice);
		const seed = found?.seed ?? toHex(randomBytes(32));
		if (found === undefined) await writeJson(this.#path, { seed } satisfies KeyFile, 0o600);
		return blsKey(secretOf(fromHex(seed)));
	}

	/** A key is registered once ever: that of an operator that is gone is set aside. */
	async setAside(): Promise<void> {
		await rename(this.#path, `${this.#path}.gone-${Date.now()}`).catch((error: NodeJS.ErrnoException) => {
			if (error.code !== "ENOENT") throw error;
		});
	}
}
