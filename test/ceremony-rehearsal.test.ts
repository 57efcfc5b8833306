import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ceremonyFor } from "@umpire/actors/deployment/public-keys.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { readFinishedCeremony } from "@umpire/prover/ceremony/finished.ts";
import { textOf } from "@umpire/prover/ceremony/records.ts";
import { sha256Of } from "@umpire/prover/ceremony/transcript.ts";
import { readVerifiedCeremony } from "@umpire/prover/ceremony/verified.ts";
import { codeHash } from "@umpire/prover/ceremony/verifier-code.ts";
import { elementsInput } from "@umpire/prover/openings.ts";
import { prove, verify } from "@umpire/prover/prove.ts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { main } from "../bin/main.ts";
import { SCHEMAS } from "../docs/json-schemas.ts";
import { takesProof } from "./ceremony-deployment.ts";

/** A round of drand's evmnet that is over, as rehearsals may announce. */
const ROUND = "drand:10000000";
const SIGNATURE =
	"2c7b65b5acfe55256910ca71cf0a0fa71ac34c2a1167f86a22930a03e70ebec00f7a530796e7ee38600b06da0390634a9b154e3eebc3b323dde2111e1c8ebdf3";
const UMPIRE = join(import.meta.dirname, "..", "bin", "umpire.ts");
const poseidon = await loadPoseidon();
let folder: string;

beforeAll(async () => {
	folder = join(await mkdtemp(join(tmpdir(), "umpire-rehearsal-")), "keys");
});
afterAll(async () => rm(join(folder, ".."), { recursive: true, force: true }));

/** Runs a command with --json and holds what it prints to its schema. */
async function run(action: string, ...words: string[]): Promise<Record<string, unknown>> {
	const written: string[] = [];
	const spies = [
		vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0),
		vi.spyOn(process.stderr, "write").mockImplementation(() => true),
	];
	const code = await main(["ceremony", action, ...(action === "page" ? [] : [folder]), ...words, "--json"]);
	for (const spy of spies) spy.mockRestore();
	const data = JSON.parse(written.join(""));
	if (data.ok !== false) {
		expect(SCHEMAS[`ceremony ${action}`].safeParse(data).error).toBeUndefined();
		expect(code).toBe(0);
	}
	return data;
}

/** Changes a copy of the finished ceremony so that all its files still name one another. */
async function forge(change: (copy: string) => Promise<void>): Promise<string> {
	const copy = join(await mkdtemp(join(tmpdir(), "umpire-forgery-")), "keys");
	await cp(folder, copy, { recursive: true });
	await change(copy);
	return copy;
}

async function edit(copy: string, name: string, change: (text: string) => string): Promise<string> {
	const text = await readFile(join(copy, name), "utf8");
	const changed = change(text);
	expect(changed).not.toBe(text);
	await writeFile(join(copy, name), changed);
	return sha256Of(changed);
}

/** What whoever has the folder could make of it. */
async function forgeries(): Promise<void> {
	// A rehearsal that calls itself a ceremony.
	const real = await forge(async (copy) => {
		let head = await edit(copy, "ceremony.json", (text) => text.replace('"development"', '"hermez"'));
		for (const name of ["0001.json", "0002.json"]) {
			head = await edit(copy, name, (text) => textOf({ ...JSON.parse(text), previous: head }));
		}
		await edit(copy, "fingerprint.json", (text) => textOf({ ...JSON.parse(text), head, isRehearsal: false }));
	});
	await expect(readFinishedCeremony(real)).rejects.toThrow(/does not begin with the phase 1/);
	// A verifier that takes every proof.
	const code = { creationCode: "0x600160005260206000f3", runtimeCode: "0x00" } as const;
	const backdoor = await forge(async (copy) => {
		const sum = await edit(copy, "final/DotVerifier.json", () => textOf(code));
		await edit(copy, "fingerprint.json", (text) => {
			const fingerprint = JSON.parse(text);
			const { dot } = fingerprint.circuits;
			dot.files["DotVerifier.json"] = sum;
			dot.verifier.creationCodeHash = codeHash(code.creationCode);
			dot.verifier.runtimeCodeHash = codeHash(code.runtimeCode);
			return textOf(fingerprint);
		});
	});
	await expect(readFinishedCeremony(backdoor)).rejects.toThrow(/is not what DotVerifier\.sol is compiled to/);
	// Files that belong together, and contributions that nobody has looked at.
	const unseen = await forge(async (copy) => {
		const first = await edit(copy, "0001.json", (text) => {
			const record = JSON.parse(text);
			record.circuits.dot.contribution = "ab".repeat(64);
			return textOf(record);
		});
		const head = await edit(copy, "0002.json", (text) => textOf({ ...JSON.parse(text), previous: first }));
		await edit(copy, "fingerprint.json", (text) => textOf({ ...JSON.parse(text), head }));
	});
	await expect(readFinishedCeremony(unseen)).resolves.toBeDefined();
	await expect(readVerifiedCeremony(unseen)).rejects.toMatchObject({
		code: "CEREMONY",
		contributor: "Alice",
	});
	const connection = await connectPrivate();
	await expect(ceremonyFor(connection, { ceremony: unseen })).rejects.toMatchObject({ contributor: "Alice" });
	await connection.close();
}

test("a rehearsal of both circuits, from its announcement to keys that a deployment accepts for local chains", async () => {
	expect(await run("new", "--rehearsal", "--beacon", ROUND)).toMatchObject({ isRehearsal: true });
	expect(await run("contribute")).toMatchObject({ ok: false, error: expect.stringMatching(/--name/) });
	const { head, contributions } = await run("contribute", "--name", "Alice");
	expect(await run("beacon")).toMatchObject({ ok: false, code: "CEREMONY" });
	await run("beacon", "--signature", SIGNATURE);
	const { fingerprint, verifiers } = await run("finish", "--contains", String(head));
	const [{ contribution }] = contributions as { contribution: string }[];
	expect(await run("verify", "--contains", contribution)).toMatchObject({
		...{ isRehearsal: true, isBeaconDrawn: true, isBeaconChecked: true },
		fingerprint: String(fingerprint).slice(2),
	});
	expect(await run("verify", "--contains", "ab".repeat(32))).toMatchObject({
		error: expect.stringMatching(/left out or replaced/),
	});
	const finished = await readFinishedCeremony(folder);
	expect(finished).toMatchObject({ fingerprint, isRehearsal: true, contributors: ["Alice"] });
	expect(Object.values(finished.circuits).map(({ verifier }) => verifier)).toMatchObject(
		verifiers as object[],
	);
	// What was changed afterwards is no key.
	for (const [name, found] of [
		["elements.zkey", /elements\.zkey is not the one that it was/],
		["DotVerifier.json", /DotVerifier\.json is not the one that it was/],
	] as const) {
		const path = join(folder, "final", name);
		const content = await readFile(path);
		await writeFile(path, Buffer.concat([content, Buffer.from(" ")]));
		await expect(readFinishedCeremony(folder)).rejects.toMatchObject({
			code: "PROVING_KEY",
			message: expect.stringMatching(found),
		});
		await writeFile(path, content);
	}
	await forgeries();
	// Proofs are made and verified with its keys where the environment names it.
	const words = packLeaf([1, 2, 3], 16);
	const opening = {
		reads: [{ width: 16, words, word: 0, lane: 1 }],
		beneficiary: `0x${"ab".repeat(20)}`,
	} as const;
	const input = elementsInput(opening, (leaf) => poseidon.poseidon5(leaf));
	vi.stubEnv("UMPIRE_CEREMONY", folder);
	const { proof, publicSignals } = await prove("elements", input);
	expect(await verify("elements", proof, publicSignals)).toBe(true);
	vi.unstubAllEnvs();
	expect(await verify("elements", proof, publicSignals)).toBe(false);
	// And verified on a chain, by the verifiers that a deployment takes from it.
	const home = join(folder, "..", "home");
	expect(await takesProof(folder, home, proof, publicSignals)).toBe(true);
	expect(await takesProof(folder, home, proof, publicSignals.with(0, publicSignals[0] + 1n))).toBe(false);
	const page = join(folder, "..", "page.html");
	await run("page", "--out", page);
	expect(await readFile(page, "utf8")).toMatch(/^<!doctype html>/);
	// Git takes texts alone.
	expect(await readFile(join(folder, ".gitignore"), "utf8")).toMatch(/\*\.zkey/);
	expect((await readdir(folder)).filter((name) => /unfinished/.test(name))).toEqual([]);
});

test("of two contributions into one folder at once, one is refused and the other is right", async () => {
	const shared = join(await mkdtemp(join(tmpdir(), "umpire-rehearsal-")), "keys");
	const command = (...words: string[]) =>
		promisify(execFile)(process.execPath, [UMPIRE, "ceremony", ...words]).then(
			({ stdout }) => stdout,
			({ stderr }: { stderr: string }) => stderr,
		);
	await command("new", shared, "--rehearsal", "--beacon", ROUND, "--circuit", "elements");
	const ends = await Promise.all(
		["Alice", "Bob"].map((name) => command("contribute", shared, "--name", name)),
	);
	expect(ends.filter((text) => /Process \d+ is writing into/.test(text))).toHaveLength(1);
	expect(ends.filter((text) => /publish this/.test(text))).toHaveLength(1);
	expect(await command("verify", shared)).toMatch(/All is right/);
	await rm(join(shared, ".."), { recursive: true, force: true });
});
