import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { CIRCUITS, POWERS_OF_TAU, ROOT } from "../src/circuits.ts";
import { ensureKeys } from "../src/keys.ts";
import { exportVerificationKey, newKey, withSnarkjs } from "../src/snarkjs.ts";
import { assertPhase2, KeyError, readVerificationKey } from "../src/verification-key.ts";

const folder = `${ROOT}.umpire/test-keys`;

beforeEach(async () => {
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
});

test.each(CIRCUITS)("the committed verification key of %s has a phase-2 contribution", async (circuit) => {
	const key = await readVerificationKey(circuit);
	expect(() => assertPhase2({ ...key, vk_delta_2: key.vk_gamma_2 })).toThrow(KeyError);
});

test("a key that snarkjs makes without a contribution is refused", async () => {
	const circom = createRequire(import.meta.url).resolve("circom2/cli.js");
	const source = `template Square() { signal input a; signal output b; b <== a * a; } component main = Square();`;
	await writeFile(`${folder}/square.circom`, `pragma circom 2.1.6;\n${source}\n`);
	const output = ".umpire/test-keys";
	await promisify(execFile)(process.execPath, [circom, `${output}/square.circom`, "--r1cs", "-o", output], {
		cwd: ROOT,
	});
	const key = await withSnarkjs(async () => {
		await newKey(`${folder}/square.r1cs`, POWERS_OF_TAU, `${folder}/square.zkey`);
		return exportVerificationKey(`${folder}/square.zkey`);
	});
	expect(() => assertPhase2(key)).toThrow("anyone can forge");
});

describe("a folder of keys", () => {
	test("with a truncated proving key is refused", async () => {
		const { zkey } = await ensureKeys("elements");
		const copy = `${folder}/${basename(dirname(zkey))}`;
		await cp(dirname(zkey), copy, { recursive: true });
		await ensureKeys("elements", undefined, folder);
		await truncate(`${copy}/elements.zkey`, 1000);
		await expect(ensureKeys("elements", undefined, folder)).rejects.toThrow(KeyError);
	});

	test("holds no key when the set-up is stopped half-way", async () => {
		const script = `import { generateKeys } from "${new URL("../src/keys.ts", import.meta.url)}";
			await generateKeys("elements", ({ step }) => console.log(step), ${JSON.stringify(folder)});`;
		const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { cwd: ROOT });
		for await (const line of child.stdout) {
			if (String(line).includes("compute the proving key")) break;
		}
		child.kill("SIGKILL");
		await once(child, "exit");
		const left = await readdir(folder);
		expect(left).toHaveLength(1);
		expect(left[0]).toMatch(/^unfinished-/);
	});
});
