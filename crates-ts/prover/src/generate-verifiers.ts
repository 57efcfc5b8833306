import { readFile, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { CIRCUITS, ROOT, VERIFIERS_FOLDER } from "./circuits.ts";
import { CHECKSUMS, type Checksums, checksumsOf, generateKeys } from "./keys.ts";
import { printProgress } from "./progress.ts";
import { exportVerificationKey, withSnarkjs } from "./snarkjs.ts";
import { verificationKeyPath } from "./verification-key.ts";
import { VERIFIER_NAMES, verifierSource } from "./verifier-source.ts";

/**
 * Writes what follows from the circuits and is committed: verification keys, checksums of the
 * keys' files, Solidity verifiers. With --check it writes nothing and fails if one is stale.
 * Run: node crates-ts/prover/src/generate-verifiers.ts [--check]
 */
const files = new Map<string, string>();
const checksums: Record<string, Checksums> = {};
for (const circuit of CIRCUITS) {
	const keys = await generateKeys(circuit, printProgress);
	checksums[circuit] = await checksumsOf(keys);
	await withSnarkjs(async () => {
		const key = await exportVerificationKey(keys.zkey);
		files.set(verificationKeyPath(circuit), `${JSON.stringify(key, null, "\t")}\n`);
		files.set(`${VERIFIERS_FOLDER}${VERIFIER_NAMES[circuit]}.sol`, verifierSource(circuit, key));
	});
}
files.set(CHECKSUMS, `${JSON.stringify(checksums, null, "\t")}\n`);

for (const [path, text] of files) {
	const name = relative(ROOT, path);
	if (!process.argv.includes("--check")) {
		await makeFolder(dirname(path));
		await writeFile(path, text);
		process.stderr.write(`Written: ${name}\n`);
	} else if ((await readFile(path, "utf8").catch(() => undefined)) !== text) {
		process.stderr.write(
			`${name} is stale: run node crates-ts/prover/src/generate-verifiers.ts and commit it\n`,
		);
		process.exitCode = 1;
	}
}
