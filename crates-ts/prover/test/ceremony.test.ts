import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bn254 } from "@noble/curves/bn254.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBeaconSource } from "../src/ceremony/beacon-source.ts";
import { contributeTo, drawBeacon } from "../src/ceremony/contribute.ts";
import { finishCeremony } from "../src/ceremony/finish.ts";
import { readFinishedCeremony } from "../src/ceremony/finished.ts";
import { newCeremony } from "../src/ceremony/new-ceremony.ts";
import { readProvingKey } from "../src/ceremony/proving-key.ts";
import { keyName, recordName, textOf } from "../src/ceremony/records.ts";
import { readTranscript, sha256Of } from "../src/ceremony/transcript.ts";
import { codeHash, compileVerifiers } from "../src/ceremony/verifier-code.ts";
import { verifyCeremony } from "../src/ceremony/verify.ts";
import { POWERS_OF_TAU, ROOT } from "../src/circuits.ts";
import { contributeBeaconBytes, findWrongKey, newKeyBytes, withSnarkjs } from "../src/snarkjs.ts";
import { readVerificationKey } from "../src/verification-key.ts";
import { verifierSource } from "../src/verifier-source.ts";
import { cheated, handIn, keyOf, ROUND, SIGNATURE, SIGNATURE_OF_1000 } from "./ceremony-fixture.ts";
import { contributeSecret, contributionsOf, sectionsOf, sizeOf, withContributions } from "./known-secret.ts";

const TYPED = "a text that the contributor typed";

let root: string;
/** Alice and Bob have contributed to `elements`. */
let base: string;

beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "umpire-ceremony-"));
	base = join(root, "base");
	await newCeremony(base, {
		...{ name: "a rehearsal", beacon: parseBeaconSource(ROUND), isRehearsal: true, circuits: ["elements"] },
	});
	await contributeTo(base, "Alice", { entropy: TYPED });
	await contributeTo(base, "Bob");
});
afterAll(async () => rm(root, { recursive: true, force: true }));

/** A copy of the transcript for somebody to change. */
async function copy(): Promise<string> {
	const folder = await mkdtemp(join(root, "copy-"));
	await cp(base, folder, { recursive: true });
	return folder;
}

const verified = (folder: string): Promise<unknown> => verifyCeremony(folder);

test("what snarkjs hashes of a contribution is what is read from the key", async () => {
	const { records } = await readTranscript(base);
	const { contributions } = readProvingKey(await keyOf(base, 2));
	expect(contributions.map(({ name }) => name)).toEqual(["Alice", "Bob"]);
	for (const [i, one] of contributions.entries()) {
		expect(one.hash).toBe(records[i].circuits.elements?.contribution);
		expect(one.transcript).toBe(one.expectedTranscript);
	}
	const seen: unknown[] = [];
	const { zKey } = await import("snarkjs");
	const bytes = async (path: string) => ({ type: "mem", data: await readFile(path) });
	const [initial, tau, last] = await Promise.all(
		[join(base, keyName(0, "elements")), POWERS_OF_TAU, join(base, keyName(2, "elements"))].map(bytes),
	);
	const logger = { info: (line: string) => seen.push(line), debug: () => {}, error: () => {} };
	await withSnarkjs(() => zKey.verifyFromInit(initial, tau, last, logger));
	expect(String(seen).replace(/\s/g, "")).toContain(contributions[1].hash.slice(0, 8));
});

test("a rehearsal is verified as long as nobody cheats", async () => {
	await expect(verifyCeremony(base)).resolves.toMatchObject({
		isRehearsal: true,
		isBeaconDrawn: false,
		contributions: [{ name: "Alice" }, { name: "Bob" }],
	});
});

describe("a cheater is named who", () => {
	test("hands in a key that does not follow from the contributions", async () => {
		const folder = await copy();
		const key = await keyOf(folder, 2);
		const { at } = sectionsOf(key).get(8)!;
		const [first, second] = [key.subarray(at, at + 64), key.subarray(at + 64, at + 128)].map((one) =>
			Buffer.from(one),
		);
		key.set([...second, ...first], at);
		await handIn(folder, 2, "Bob", key);
		await expect(verified(folder)).rejects.toMatchObject(cheated("Bob", /key does not follow/));
	});

	test("hands in another key than the record names", async () => {
		const folder = await copy();
		await copyFile(join(folder, keyName(1, "elements")), join(folder, keyName(2, "elements")));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Bob", /not the key that its record names/));
	});

	test("skips the contribution before", async () => {
		const folder = await copy();
		await handIn(folder, 2, "Bob", await contributeSecret(await keyOf(folder, 0), "Bob", 5n));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Bob", /1 contributions instead of 2/));
	});

	test("replaces the contribution before by another", async () => {
		const folder = await copy();
		const other = await contributeSecret(await keyOf(folder, 0), "Alice", 5n);
		await handIn(folder, 2, "Bob", await contributeSecret(other, "Bob", 7n));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Bob", /does not build on contribution 1/));
	});

	test("replays a contribution", async () => {
		const folder = await copy();
		await handIn(folder, 3, "Mallory", await keyOf(folder, 2));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Mallory", /2 contributions instead of 3/));
		const before = Buffer.from(contributionsOf(await keyOf(folder, 2)));
		const bobs = before.subarray(-sizeOf("Bob"));
		before.writeUInt32LE(3, 64);
		const key = withContributions(await keyOf(folder, 2), Buffer.concat([before, bobs]));
		await handIn(folder, 3, "Mallory", key);
		await expect(verified(folder)).rejects.toMatchObject(cheated("Mallory", /replayed or reordered/));
	});

	test("contributes to another circuit", async () => {
		const folder = await copy();
		const work = `${ROOT}.umpire/test-ceremony`;
		await mkdir(work, { recursive: true });
		const source = `template Square() { signal input a; signal output b; b <== a * a; } component main = Square();`;
		await writeFile(`${work}/square.circom`, `pragma circom 2.1.6;\n${source}\n`);
		const circom = createRequire(import.meta.url).resolve("circom2/cli.js");
		const output = ".umpire/test-ceremony";
		await promisify(execFile)(process.execPath, [circom, `${output}/square.circom`, "--r1cs", "-o", output], {
			cwd: ROOT,
		});
		let key = await withSnarkjs(() => newKeyBytes(`${work}/square.r1cs`, POWERS_OF_TAU));
		for (const name of ["Alice", "Bob", "Mallory"]) key = await contributeSecret(key, name, 3n);
		await handIn(folder, 3, "Mallory", key);
		await expect(verified(folder)).rejects.toMatchObject(cheated("Mallory", /of another circuit/));
	});

	test("knows the secrets before and takes them back: γ = δ", async () => {
		const folder = await copy();
		await handIn(folder, 1, "Alice", await contributeSecret(await keyOf(folder, 0), "Alice", 5n));
		await handIn(folder, 2, "Bob", await contributeSecret(await keyOf(folder, 1), "Bob", 7n));
		await expect(verified(folder)).resolves.toBeDefined();
		const inverse = bn254.fields.Fr.inv(35n);
		await handIn(folder, 3, "Mallory", await contributeSecret(await keyOf(folder, 2), "Mallory", inverse));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Mallory", /γ = δ/));
		// Each contribution is right by itself, and that is all that snarkjs looks at.
		const [initial, last, tau] = [
			await keyOf(folder, 0),
			await keyOf(folder, 3),
			await readFile(POWERS_OF_TAU),
		];
		expect(await withSnarkjs(() => findWrongKey(initial, tau, last))).toBeUndefined();
	});

	test("contributes nothing", async () => {
		const folder = await copy();
		await handIn(folder, 3, "Mallory", await contributeSecret(await keyOf(folder, 2), "Mallory", 1n));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Mallory", /changes nothing/));
	});

	test("contributes what everybody can compute", async () => {
		const folder = await copy();
		const key = await withSnarkjs(async () =>
			contributeBeaconBytes(await keyOf(folder, 2), "Mallory", "abcd", 10),
		);
		await handIn(folder, 3, "Mallory", key);
		await expect(verified(folder)).rejects.toMatchObject(
			cheated("Mallory", /whose secret everybody can compute/),
		);
	});

	test("draws another value than the beacon's", async () => {
		const folder = await copy();
		const draw = async (value: string, exponent: number) =>
			withSnarkjs(async () => contributeBeaconBytes(await keyOf(folder, 2), "beacon", value, exponent));
		const other = await draw("abcd", 10);
		await handIn(folder, 3, "beacon", other, { beacon: { signature: SIGNATURE } });
		await expect(verified(folder)).rejects.toMatchObject(cheated("beacon", /not drawn from the value/));
		await handIn(folder, 3, "beacon", other, { beacon: { signature: SIGNATURE_OF_1000 } });
		await expect(verified(folder)).rejects.toMatchObject(
			cheated("beacon", /not the signature of round 10000000/),
		);
		const value = sha256Of(Buffer.from(SIGNATURE, "hex"));
		await handIn(folder, 3, "beacon", await draw(value, 11), { beacon: { signature: SIGNATURE } });
		await expect(verified(folder)).rejects.toMatchObject(cheated("beacon", /not drawn from the value/));
		await handIn(folder, 3, "beacon", await draw(value, 10), { beacon: { signature: SIGNATURE } });
		await expect(verified(folder)).resolves.toMatchObject({ isBeaconDrawn: true, isBeaconChecked: true });
	});

	test("takes another's name", async () => {
		const folder = await copy();
		const key = await contributeSecret(await keyOf(folder, 2), "Alice", 5n);
		await handIn(folder, 3, "Mallory", key);
		await expect(verified(folder)).rejects.toMatchObject(
			cheated("Mallory", /names "Alice" as its contributor/),
		);
		await handIn(folder, 3, "Alice", key);
		await expect(verified(folder)).rejects.toMatchObject(cheated("Alice", /has contributed already/));
	});

	test("hands in points that are on no curve, or none at all", async () => {
		const folder = await copy();
		const key = Buffer.from(await contributeSecret(await keyOf(folder, 2), "Mallory", 5n));
		const good = readProvingKey(key).contributions[2].hash;
		const record = { circuits: { elements: { contribution: good, key: "" } } };
		const { at } = sectionsOf(key).get(2)!;
		key[at + 4 + 32 + 4 + 32 + 12 + 64 + 64 + 128 + 128 + 64]++;
		record.circuits.elements.key = sha256Of(key);
		await writeFile(join(folder, keyName(3, "elements")), key);
		const previous = sha256Of(await readFile(join(folder, recordName(2))));
		await writeFile(join(folder, recordName(3)), textOf({ number: 3, name: "Mallory", previous, ...record }));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Mallory", /not of its group/));
	});
});

describe("a changed transcript is noticed", () => {
	test("if contributions change places", async () => {
		const folder = await copy();
		for (const of of [recordName, (n: number) => keyName(n, "elements")]) {
			await rename(join(folder, of(1)), join(folder, "kept"));
			await rename(join(folder, of(2)), join(folder, of(1)));
			await rename(join(folder, "kept"), join(folder, of(2)));
		}
		await expect(verified(folder)).rejects.toMatchObject(cheated("Bob", /is kept as number 1/));
		for (const [number, name] of [
			[1, "Bob"],
			[2, "Alice"],
		] as const) {
			await handIn(folder, number, name, await keyOf(folder, number));
		}
		await expect(verified(folder)).rejects.toMatchObject(cheated("Bob", /2 contributions instead of 1/));
	});

	test("if a name, the announcement or a number of records changes", async () => {
		const folder = await copy();
		const edit = async (file: string, from: string, to: string) => {
			const text = await readFile(join(base, file), "utf8");
			expect(text).toContain(from);
			await writeFile(join(folder, file), text.replace(from, to));
		};
		await edit("0001.json", "Alice", "Eve");
		await expect(verified(folder)).rejects.toMatchObject(
			cheated("Bob", /does not follow on contribution 1 \(Eve\)/),
		);
		await copyFile(join(base, "0001.json"), join(folder, "0001.json"));
		await edit("ceremony.json", "10000000", "1000");
		await expect(verified(folder)).rejects.toMatchObject(
			cheated("Alice", /does not follow on ceremony.json/),
		);
		await edit("ceremony.json", '"version": 1,', '"version": 1,\n\t"version": 1,');
		await expect(verified(folder)).rejects.toThrow(/not written as ceremonies write it/);
		await edit("ceremony.json", "development", "hermez");
		await expect(verified(folder)).rejects.toThrow(/leaves out a circuit/);
		await copyFile(join(base, "ceremony.json"), join(folder, "ceremony.json"));
		await rm(join(folder, "0001.json"));
		await expect(verified(folder)).rejects.toThrow(/0001.json is missing/);
	});

	test("if a contribution that was published is left out", async () => {
		const folder = await copy();
		const { records, head } = await readTranscript(base);
		const published = [head, records[0].circuits.elements?.contribution ?? ""];
		await expect(verifyCeremony(base, { expected: published })).resolves.toBeDefined();
		await handIn(folder, 1, "Alice", await contributeSecret(await keyOf(folder, 0), "Alice", 5n));
		await rm(join(folder, recordName(2)));
		for (const hash of published) {
			await expect(verifyCeremony(folder, { expected: [hash] })).rejects.toThrow(/left out or replaced/);
		}
	});

	test("if the initial key or the circuits are others", async () => {
		const folder = await copy();
		const text = await readFile(join(folder, "ceremony.json"), "utf8");
		const { r1cs } = JSON.parse(text).circuits.elements;
		await writeFile(join(folder, "ceremony.json"), text.replace(r1cs, sha256Of("another")));
		for (const number of [2, 1]) await rm(join(folder, recordName(number)));
		await expect(verified(folder)).rejects.toThrow(/constraints of elements are not what/);
	});
});

describe("contributing", () => {
	test("leaves nothing of what was typed", async () => {
		const files = await readdir(base);
		expect(files).toContain("0002.elements.zkey");
		for (const file of files) expect((await readFile(join(base, file))).includes(TYPED), file).toBe(false);
	});

	test("that is killed leaves the transcript as it was, and can be done again", async () => {
		const folder = await copy();
		const module = new URL("../src/ceremony/contribute.ts", import.meta.url);
		const script = `import { contributeTo } from "${module}";
			await contributeTo(${JSON.stringify(folder)}, "Carol", { onProgress: (line) => console.log(line) });`;
		const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { cwd: ROOT });
		for await (const line of child.stdout) if (String(line).includes("Contributing")) break;
		child.kill("SIGKILL");
		await once(child, "exit");
		// As if it had been killed between a key and its record.
		await writeFile(join(folder, keyName(3, "elements")), "half a key");
		expect((await readTranscript(folder)).head).toBe((await readTranscript(base)).head);
		await contributeTo(folder, "Carol");
		const [aside] = (await readdir(folder)).filter((name) => name.startsWith("set-aside-"));
		expect(await readFile(join(folder, aside), "utf8")).toBe("half a key");
		await expect(verifyCeremony(folder)).resolves.toMatchObject({
			contributions: [{}, {}, { name: "Carol" }],
		});
	});

	test("refuses a name that was used, is the beacon's, or would not fit", async () => {
		await expect(contributeTo(base, "Alice")).rejects.toThrow(/Alice has contributed already/);
		await expect(contributeTo(base, "beacon")).rejects.toThrow(/is the beacon's/);
		for (const name of ["", "a/b", "x".repeat(49), "\u001b[31m", "a "]) {
			await expect(contributeTo(base, name)).rejects.toThrow(/is no name for a contributor/);
		}
	});

	test("refuses to build on what is wrong", async () => {
		const folder = await copy();
		await handIn(folder, 2, "Bob", await contributeSecret(await keyOf(folder, 0), "Bob", 5n));
		await expect(contributeTo(folder, "Carol")).rejects.toMatchObject(cheated("Bob", /1 contributions/));
		expect(await readdir(folder)).not.toContain(recordName(3));
	});
});

describe("the beacon", () => {
	test("is the announced one, comes once and last, and only then keys are finished", async () => {
		const folder = await copy();
		await expect(finishCeremony(folder)).rejects.toThrow(/beacon was not drawn/);
		await expect(drawBeacon(folder, { signature: SIGNATURE_OF_1000 })).rejects.toThrow(
			/not the signature of round 10000000/,
		);
		await expect(drawBeacon(folder, { blockHash: "ab".repeat(32) })).rejects.toThrow(/not the signature/);
		await drawBeacon(folder, { signature: SIGNATURE });
		await expect(drawBeacon(folder, { signature: SIGNATURE })).rejects.toThrow(/was drawn/);
		await expect(contributeTo(folder, "Carol")).rejects.toThrow(/takes no contributions any more/);
		await handIn(folder, 4, "Mallory", await contributeSecret(await keyOf(folder, 3), "Mallory", 5n));
		await expect(verified(folder)).rejects.toMatchObject(cheated("Mallory", /after the beacon/));
		await rm(join(folder, recordName(4)));
		// A rehearsal of one circuit ends, but gives no keys that could be used.
		await expect(finishCeremony(folder)).rejects.toThrow(/leaves out the circuit dot/);
		await expect(verifyCeremony(folder)).resolves.toMatchObject({ fingerprint: expect.any(String) });
	});

	test("is drawn from no transcript without contributions", async () => {
		const folder = await copy();
		for (const number of [1, 2]) await rm(join(folder, recordName(number)));
		await expect(drawBeacon(folder, { signature: SIGNATURE })).rejects.toThrow(/Nobody has contributed/);
	});

	test("that is a block is compared with its chain", async () => {
		const folder = join(root, "block");
		const beacon = parseBeaconSource("block:1:30000000");
		await newCeremony(folder, { name: "block", beacon, isRehearsal: true, circuits: ["elements"] });
		await handIn(folder, 1, "Alice", await contributeSecret(await keyOf(folder, 0), "Alice", 5n));
		const [hash, other] = ["ab".repeat(32), "cd".repeat(32)];
		const asked: unknown[] = [];
		const chainSays = (said: string) => async (chainId: number, number: number) => {
			asked.push([chainId, number]);
			return said;
		};
		await expect(
			drawBeacon(folder, { blockHash: hash }, { finalBlockHash: chainSays(other) }),
		).rejects.toThrow(/has another hash/);
		await drawBeacon(folder, { blockHash: hash }, { finalBlockHash: chainSays(hash) });
		expect(asked).toEqual([
			[1, 30_000_000],
			[1, 30_000_000],
		]);
		await expect(verifyCeremony(folder)).resolves.toMatchObject({ isBeaconChecked: false });
		await expect(verifyCeremony(folder, { finalBlockHash: chainSays(hash) })).resolves.toMatchObject({
			isBeaconChecked: true,
		});
		await expect(verifyCeremony(folder, { finalBlockHash: chainSays(other) })).rejects.toMatchObject(
			cheated("beacon", /has another hash/),
		);
		await expect(finishCeremony(folder)).rejects.toThrow(/name a node of that chain/);
	});

	test.each(["drand", "drand:", "drand:0", "drand:1:2", "block:1", "block:0:5", "block:1:x", "dice:6"])(
		"is not %j",
		(text) => expect(() => parseBeaconSource(text)).toThrow(/is no beacon/),
	);
});

describe("a ceremony that is none of rehearsal", () => {
	const begin = (folder: string, more: object = {}) =>
		newCeremony(join(root, folder), {
			...{ name: "real", beacon: parseBeaconSource("drand:999999999"), isRehearsal: false, ...more },
		});

	test("begins with phase 1 of Hermez only", async () => {
		await expect(begin("a")).rejects.toThrow(/powersOfTau28_hez_final_14.ptau is missing/);
		await expect(begin("b", { powersOfTau: POWERS_OF_TAU })).rejects.toThrow(
			/is the development powers of tau/,
		);
		const other = join(root, "other.ptau");
		await writeFile(other, "another file");
		await expect(begin("c", { powersOfTau: other })).rejects.toThrow(
			/is not powersOfTau28_hez_final_14.ptau/,
		);
	});

	test("announces a beacon that nobody can know yet", async () => {
		await expect(begin("d", { beacon: parseBeaconSource(ROUND) })).rejects.toThrow(/known already/);
	});

	test("leaves out no circuit, and replaces no other ceremony", async () => {
		await expect(begin("e", { circuits: ["elements"] })).rejects.toThrow(/Only a rehearsal/);
		await expect(begin("base")).rejects.toThrow(/There is a ceremony/);
	});
});

test("verifiers are compiled to what Hardhat makes of them", async () => {
	const key = await readVerificationKey("elements");
	const { elements } = await compileVerifiers({ elements: verifierSource("elements", key) });
	const path = `${ROOT}.umpire/artifacts/contracts/verifiers/ElementsVerifier.sol/ElementsVerifier.json`;
	const artifact = JSON.parse(await readFile(path, "utf8"));
	expect(elements).toEqual({ creationCode: artifact.bytecode, runtimeCode: artifact.deployedBytecode });
	expect(codeHash("0x")).toBe("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
});

test("a folder without a finished ceremony gives no keys", async () => {
	await expect(readFinishedCeremony(base)).rejects.toThrow(/is not finished/);
	await expect(readFinishedCeremony(root)).rejects.toMatchObject({ code: "PROVING_KEY" });
});
