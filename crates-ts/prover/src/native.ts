import { execFile } from "node:child_process";
import { access, constants, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { SnarkjsProof } from "./snarkjs.ts";

const run = promisify(execFile);

/** A proof with its public signals, in snarkjs's JSON. */
export interface JsonProof {
	readonly proof: SnarkjsProof;
	readonly publicSignals: readonly string[];
}

/** The name under which a native prover is looked for on PATH. */
const NAME = process.platform === "win32" ? "rapidsnark.exe" : "rapidsnark";

/**
 * The native prover to use: $UMPIRE_PROVER, or `rapidsnark` on PATH; undefined if there is none. It is called as
 * rapidsnark's `prover` is: `PROVER circuit.zkey witness.wtns proof.json public.json`.
 */
export async function findNativeProver(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
	if (env.UMPIRE_PROVER !== undefined) return env.UMPIRE_PROVER === "" ? undefined : env.UMPIRE_PROVER;
	for (const folder of (env.PATH ?? "").split(delimiter).filter(Boolean)) {
		const file = join(folder, NAME);
		const runs = await access(file, constants.X_OK).then(
			() => true,
			() => false,
		);
		if (runs) return file;
	}
	return undefined;
}

/**
 * Proves with a native prover.
 *
 * @param witness the bytes of a .wtns file
 * @throws Error if it cannot be run, fails, or writes no JSON
 */
export async function proveNatively(prover: string, zkey: string, witness: Uint8Array): Promise<JsonProof> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-proof-"));
	try {
		const [wtns, proof, signals] = ["witness.wtns", "proof.json", "public.json"].map((name) =>
			join(folder, name),
		);
		await writeFile(wtns, witness, { mode: 0o600 });
		await run(prover, [zkey, wtns, proof, signals], { windowsHide: true });
		const read = async (file: string): Promise<unknown> => JSON.parse(plain(await readFile(file, "utf8")));
		return {
			proof: (await read(proof)) as SnarkjsProof,
			publicSignals: (await read(signals)) as readonly string[],
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Some versions of rapidsnark leave zero bytes behind the JSON. */
function plain(text: string): string {
	return text.replaceAll("\0", "");
}
