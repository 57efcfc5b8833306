import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { readFinishedCeremony } from "@umpire/prover/ceremony/finished.ts";
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
