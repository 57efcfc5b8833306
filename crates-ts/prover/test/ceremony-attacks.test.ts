import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bn254 } from "@noble/curves/bn254.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseBeaconSource, timeOfBeacon } from "../src/ceremony/beacon-source.ts";
import { writeNew } from "../src/ceremony/ceremony-files.ts";
import { contributeTo } from "../src/ceremony/contribute.ts";
import { basisOf, contributeFiles } from "../src/ceremony/contribute-files.ts";
import { requirePhaseOne } from "../src/ceremony/known-phase-ones.ts";
import { newCeremony } from "../src/ceremony/new-ceremony.ts";
import { readProvingKey } from "../src/ceremony/proving-key.ts";
import { contributorName, keyName, looksLike, recordName, textOf } from "../src/ceremony/records.ts";
import { readTranscript, sha256Of } from "../src/ceremony/transcript.ts";
import { verifyCeremony } from "../src/ceremony/verify.ts";
import { cheated, handIn, keyOf, ROUND } from "./ceremony-fixture.ts";
import { contributeSecret, contributionsOf, sectionsOf, sizeOf, withContributions } from "./known-secret.ts";

let root: string;
/** Alice has contributed to `elements`. */
let base: string;
/** Mallory's right contribution after it, for him to spoil. */
let right: Buffer;

beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "umpire-ceremony-"));
	base = join(root, "base");
	await newCeremony(base, {
		...{ name: "a rehearsal", beacon: parseBeaconSource(ROUND), isRehearsal: true, circuits: ["elements"] },
	});
	await handIn(base, 1, "Alice", await contributeSecret(await keyOf(base, 0), "Alice", 5n));
	right = Buffer.from(await contributeSecret(await keyOf(base, 1), "Mallory", 7n));
});
afterAll(async () => rm(root, { recursive: true, force: true }));

async function copy(): Promise<string> {
	const folder = await mkdtemp(join(root, "copy-"));
	await cp(base, folder, { recursive: true });
	return folder;
}

/** Hands in what Mallory has made of his key, with a record that fits it. */
async function verdictOn(key: Uint8Array): Promise<unknown> {
	const folder = await copy();
	const record = {
		number: 2,
		name: "Mallory",
		previous: sha256Of(await readFile(join(folder, recordName(1)))),
		circuits: { elements: { contribution: readProvingKey(right).contributions[1].hash, key: sha256Of(key) } },
	};
	await writeFile(join(folder, keyName(2, "elements")), key);
	await writeFile(join(folder, recordName(2)), textOf(record));
	return verifyCeremony(folder).then(
		() => "taken",
		(error: unknown) => error,
	);
}

/** The right key with other bytes at a place. */
function spoilt(at: number, bytes: Uint8Array): Buffer {
	const key = Buffer.from(right);
	key.set(bytes, at);
	return key;
}

describe("a cheater is named who hands in", () => {
	const headerAt = () => sectionsOf(right).get(2)!.at;
	const DELTA = 4 + 32 + 4 + 32 + 12 + 64 + 64 + 128 + 128;
	/** Where Mallory's own points are: δ, s, s·x, spx. */
	const ownAt = () => right.length - sizeOf("Mallory");

	test("the point at infinity for δ or for a point of the contribution", async () => {
		for (const [what, at, size] of [
			["δ₁", headerAt() + DELTA, 64],
			["δ₂", headerAt() + DELTA + 64, 128],
			["δ after it", ownAt(), 64],
			["s", ownAt() + 64, 64],
			["spx", ownAt() + 192, 128],
		] as const) {
			expect(await verdictOn(spoilt(at, new Uint8Array(size))), what).toMatchObject(
				cheated("Mallory", /not of its group/),
			);
		}
	});

	test("a point of the curve that is outside of the group", async () => {
		const { Fp, Fp2 } = bn254.fields;
		// On the twist, of another order than the group's: the first x that has a y, without the cofactor taken away.
		let found: { x: { c0: bigint; c1: bigint }; y: { c0: bigint; c1: bigint } } | undefined;
		const b = Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n]));
		for (let i = 1n; found === undefined; i++) {
			const x = Fp2.fromBigTuple([i, 0n]);
			try {
				found = { x, y: Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b)) };
			} catch {
				// No y for this x.
			}
		}
		const stored = [found.x.c0, found.x.c1, found.y.c0, found.y.c1].map((value) => {
			const digits = Fp.mul(value, Fp.create(1n << 256n))
				.toString(16)
				.padStart(64, "0");
			return Buffer.from(digits, "hex").reverse();
		});
		expect(await verdictOn(spoilt(headerAt() + DELTA + 64, Buffer.concat(stored)))).toMatchObject(
			cheated("Mallory", /not of its group/),
		);
	});

	test("nothing, or points off the curve, in what proofs are made of", async () => {
		for (const section of [8, 9]) {
			const { at } = sectionsOf(right).get(section)!;
			for (const bytes of [new Uint8Array(64), new Uint8Array(64).fill(1)]) {
				expect(await verdictOn(spoilt(at, bytes)), `${section}`).toMatchObject(
					cheated("Mallory", /key does not follow/),
				);
			}
		}
	});

	test("a key that renames those before, or calls one a beacon", async () => {
		const own = contributionsOf(right);
		const renamed = Buffer.from(own);
		renamed.set(Buffer.from("Eve's"), 68 + sizeOf("Alice") - 5);
		expect(await verdictOn(withContributions(right, renamed))).toMatchObject(
			cheated("Mallory", /does not build on contribution 1 as that is recorded/),
		);
		const other = Buffer.from(own);
		other.writeUInt32LE(2, 68 + 384);
		expect(await verdictOn(withContributions(right, other))).toMatchObject(
			cheated("Mallory", /unknown type 2/),
		);
	});

	test("a key with more in it than keys have", async () => {
		const more = Buffer.concat([right, Buffer.from([11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7])]);
		more.writeUInt32LE(11, 8);
		expect(await verdictOn(more)).toMatchObject(cheated("Mallory", /section 11, which no key has/));
	});

	test("a link, a pipe or a huge file in place of a key", async () => {
		const folder = await copy();
		await handIn(folder, 2, "Mallory", right);
		const path = join(folder, keyName(2, "elements"));
		const verdict = () => verifyCeremony(folder);
		await rm(path);
		await writeFile(join(root, "elsewhere"), right);
		await symlink(join(root, "elsewhere"), path);
		await expect(verdict()).rejects.toMatchObject(cheated("Mallory", /is no plain file/));
		await rm(path);
		await promisify(execFile)("mkfifo", [path]);
		await expect(verdict()).rejects.toMatchObject(cheated("Mallory", /is no plain file/));
		await rm(path);
		await writeFile(path, right);
		await truncate(path, 2 ** 33);
		await expect(verdict()).rejects.toMatchObject(cheated("Mallory", /has 8589934592 bytes/));
	});
});

describe("a record is refused that", () => {
	test("is a link, a pipe or a huge file", async () => {
		const folder = await copy();
		const path = join(folder, recordName(2));
		await symlink("/dev/zero", path);
		await expect(readTranscript(folder)).rejects.toThrow(/0002\.json is no plain file/);
		await rm(path);
		await promisify(execFile)("mkfifo", [path]);
		await expect(readTranscript(folder)).rejects.toThrow(/0002\.json is no plain file/);
		await rm(path);
		await writeFile(path, "{}");
		await truncate(path, 2 ** 33);
		await expect(readTranscript(folder)).rejects.toThrow(/0002\.json has 8589934592 bytes/);
	});

	test("says the same in other words, or more", async () => {
		const folder = await copy();
		const path = join(folder, recordName(1));
		const text = await readFile(path, "utf8");
		for (const [from, to] of [
			['"number": 1', '"number": "1"'],
			['"number": 1', '"number": 1.0'],
			['"number": 1', '"number": 1,\n\t"number": 1'],
			['"name": "Alice"', '"name": "\\u0041lice"'],
			['"elements": {', '"__proto__": {},\n\t\t"elements": {'],
			['"elements": {', '"../../evil": {},\n\t\t"elements": {'],
			["{", "\ufeff{"],
			["\n}", "\n}\n"],
		]) {
			expect(text).toContain(from);
			await writeFile(path, text.replace(from, to));
			await expect(readTranscript(folder), to).rejects.toMatchObject({ code: "CEREMONY" });
		}
	});
});

describe("a name", () => {
	test.each([
		["Аlice", "a Cyrillic letter"],
		["Alice\u3164", "a letter that is not seen"],
		["Ａｌｉｃｅ", "wide letters"],
		["𝐀lice", "letters of mathematics, of which a key would cut the name"],
		["Alice  B", "two spaces"],
		["Al\u202eeci", "letters from right to left"],
	])("%j is none: %s", (name) => expect(contributorName.safeParse(name).success).toBe(false));

	test("that looks like somebody else's is refused, in the transcript, the command and the browser", async () => {
		expect(looksLike("Alice", "A1ice")).toBe(true);
		expect(looksLike("Alice B", "alice_b")).toBe(true);
		expect(looksLike("Bob", "B0b")).toBe(true);
		expect(looksLike("Bob", "Rob")).toBe(false);
		const folder = await copy();
		await expect(contributeTo(folder, "aIice")).rejects.toThrow(/aIice looks like Alice/);
		await expect(contributeTo(folder, "Beac0n")).rejects.toThrow(/Beac0n looks like beacon/);
		const files = ["ceremony.json", recordName(1), keyName(1, "elements")].map(async (name) => ({
			name,
			bytes: new Uint8Array(await readFile(join(folder, name))),
		}));
		const basis = basisOf(await Promise.all(files));
		for (const name of ["ALICE", "Beacon"]) {
			await expect(contributeFiles(basis, name, "")).rejects.toThrow(/looks like/);
		}
		const key = await contributeSecret(await keyOf(folder, 1), "ALICE", 7n);
		await handIn(folder, 2, "ALICE", key);
		await expect(verifyCeremony(folder)).rejects.toMatchObject(cheated("ALICE", /looks like Alice/));
	});
});

describe("a ceremony for real keys", () => {
	const about = { r1cs: "0".repeat(64), wasm: "0".repeat(64), initialKey: "0".repeat(64) };
	const circuit = { ...about, circuitHash: "0".repeat(128) };
	/** One that was announced with a beacon; nobody has contributed. */
	async function announced(beacon: object, iterationsExponent = 10): Promise<string> {
		const folder = await mkdtemp(join(root, "real-"));
		const text = textOf({
			...{ version: 1, name: "real", powersOfTau: "hermez", beacon, iterationsExponent },
			circuits: { dot: circuit, elements: circuit },
		});
		await writeFile(join(folder, "ceremony.json"), text);
		return folder;
	}
	const drand = (round: number) => ({ kind: "drand", network: "evmnet", round });
	const block = { kind: "block", chainId: 1, number: 30_000_000 };

	test("takes no contribution after its beacon is known, by a command or a browser", async () => {
		const past = await announced(drand(10_000_000));
		await expect(contributeTo(past, "Mallory")).rejects.toThrow(
			/is known already: no contribution may follow/,
		);
		const bytes = new Uint8Array(await readFile(join(past, "ceremony.json")));
		expect(() => basisOf([{ name: "ceremony.json", bytes }])).toThrow(/is known already/);
		const still = new Uint8Array(
			await readFile(join(await announced(drand(4_000_000_000)), "ceremony.json")),
		);
		expect(() => basisOf([{ name: "ceremony.json", bytes: still }])).toThrow(/0000\.dot\.zkey is missing/);
	});

	test("asks the chain whose block is the beacon whether that is there", async () => {
		const folder = await announced(block, 28);
		await expect(contributeTo(folder, "Mallory")).rejects.toThrow(/only its chain says: name a node/);
		const newestBlock = async () => 30_000_000;
		await expect(contributeTo(folder, "Mallory", { newestBlock })).rejects.toThrow(/is known already/);
		await expect(contributeTo(folder, "Mallory", { newestBlock: async () => 29_999_999 })).rejects.toThrow(
			/powersOfTau28_hez_final_14.ptau is missing/,
		);
		const begin = (more: object) =>
			newCeremony(join(root, "new"), {
				...{ name: "real", beacon: parseBeaconSource("block:1:30000000"), isRehearsal: false, ...more },
			});
		await expect(begin({})).rejects.toThrow(/only its chain says/);
		await expect(begin({ newestBlock })).rejects.toThrow(/is known already/);
	});

	test("lets nobody choose a block after its hash", async () => {
		await expect(readTranscript(await announced(block, 24))).rejects.toThrow(/leave its proposer time/);
		await expect(readTranscript(await announced(block, 25))).resolves.toBeDefined();
		await expect(readTranscript(await announced(drand(4_000_000_000), 10))).resolves.toBeDefined();
	});

	test("begins with Hermez's phase 1 in its keys, whatever its announcement says", async () => {
		const key = readProvingKey(await keyOf(base, 1));
		expect(() => requirePhaseOne("hermez", key)).toThrow(/does not begin with the phase 1/);
		expect(() => requirePhaseOne("development", key)).not.toThrow();
		const [x, y] = [
			20491192805390485299153009773594534940189261866228447918068658471970481763042n,
			9383485363053290200918347156157836566562967994039712273449902621266178545958n,
		];
		bn254.G1.Point.fromAffine({ x, y }).assertValidity();
		expect(() => requirePhaseOne("hermez", { alpha1: { x, y } })).not.toThrow();
	});
});

test("a beacon is announced by its time as well", () => {
	const source = parseBeaconSource("drand:2027-01-31T12:00Z");
	expect(source).toMatchObject({ kind: "drand", round: expect.any(Number) });
	const time = timeOfBeacon(source) ?? 0;
	// The first round that is not before.
	expect(time).toBeGreaterThanOrEqual(Date.UTC(2027, 0, 31, 12) / 1000);
	expect(time).toBeLessThan(Date.UTC(2027, 0, 31, 12) / 1000 + 3);
	expect(parseBeaconSource("drand:2027-01-31")).toEqual(parseBeaconSource("drand:2027-01-31T00:00Z"));
	for (const text of ["drand:2027-13-31", "drand:tomorrow", "drand:2027-01-31T12:00", "drand:99999999999"]) {
		expect(() => parseBeaconSource(text), text).toThrow(/is no beacon/);
	}
});

test("a hash that was copied in part is told as that, and not as a contribution that was left out", async () => {
	for (const hash of ["abcd", "0x", "z".repeat(64)]) {
		await expect(verifyCeremony(base, { expected: [hash] })).rejects.toThrow(/is no hash/);
	}
});

test("a file that must be new is written once, by one of several, and through no link", async () => {
	const folder = await mkdtemp(join(root, "files-"));
	const texts = Array.from({ length: 8 }, (_, i) => `${i}`);
	// One process writes one temporary file: several at once are several names.
	await writeNew(folder, "a", "first");
	await expect(writeNew(folder, "a", "second")).rejects.toThrow(/is there already/);
	expect(await readFile(join(folder, "a"), "utf8")).toBe("first");
	const script = (text: string) =>
		`import { writeNew } from "${new URL("../src/ceremony/ceremony-files.ts", import.meta.url)}";
		console.log(await writeNew(${JSON.stringify(folder)}, "b", "${text}").then(() => "written", (error) => error.message));`;
	const ends = await Promise.all(
		texts.slice(0, 3).map((text) =>
			promisify(execFile)(process.execPath, ["--input-type=module-typescript", "-e", script(text)], {
				cwd: join(import.meta.dirname, ".."),
			}),
		),
	);
	expect(ends.filter(({ stdout }) => stdout === "written\n")).toHaveLength(1);
	expect(ends.filter(({ stdout }) => /is there already/.test(stdout))).toHaveLength(2);
	await writeFile(join(root, "precious"), "mine");
	await symlink(join(root, "precious"), join(folder, `unfinished-${process.pid}-c`));
	await writeNew(folder, "c", "theirs");
	expect(await readFile(join(root, "precious"), "utf8")).toBe("mine");
	expect(await readFile(join(folder, "c"), "utf8")).toBe("theirs");
});
