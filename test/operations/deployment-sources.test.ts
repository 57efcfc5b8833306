import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BESIDE, planPublic } from "@umpire/actors/deployment/public-plan.ts";
import { buildContracts } from "@umpire/chain/build.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { type SourceEntry, writeSources } from "@umpire/chain/source-files.ts";
import { compileVerifiers, verifierFile, verifierInput } from "@umpire/prover/ceremony/verifier-code.ts";
import { readVerificationKey } from "@umpire/prover/verification-key.ts";
import { verifierSource } from "@umpire/prover/verifier-source.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { account, CHOICE } from "./deployment-fixture.ts";

const { default: solc } = (await import("solc")) as { default: { compile(input: string): string } };
let folder: string;
beforeAll(async () => {
	await buildContracts();
	folder = await mkdtemp(join(tmpdir(), "umpire-sources-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

interface Input {
	readonly settings: { readonly outputSelection: unknown };
	readonly sources: Readonly<Record<string, { readonly content: string }>>;
}
interface Linked {
	readonly object: string;
	readonly linkReferences: Readonly<
		Record<string, Readonly<Record<string, readonly { readonly start: number; readonly length: number }[]>>>
	>;
}

/** The creation code of contracts, by solc and the files in the folder alone. */
async function compiled(entries: readonly SourceEntry[]): Promise<Map<string, string>> {
	const codes = new Map<string, string>();
	for (const file of new Set(entries.map(({ input }) => input))) {
		const own = entries.filter(({ input }) => input === file);
		const input: Input = JSON.parse(await readFile(join(folder, file), "utf8"));
		// What is asked for is no part of what is compiled; the rest would only take longer.
		const outputSelection: Record<string, Record<string, string[]>> = {};
		for (const { contract } of own) {
			const [path, name] = contract.split(":") as [string, string];
			outputSelection[path] = {
				...outputSelection[path],
				[name]: ["evm.bytecode.object", "evm.bytecode.linkReferences"],
			};
		}
		const asked = { ...input, settings: { ...input.settings, outputSelection } };
		const output = JSON.parse(solc.compile(JSON.stringify(asked)));
		for (const { contract, address, libraries } of own) {
			const [path, name] = contract.split(":") as [string, string];
			const { object, linkReferences }: Linked = output.contracts[path][name].evm.bytecode;
			let code = object;
			for (const [library, places] of Object.values(linkReferences).flatMap((one) => Object.entries(one))) {
				for (const { start } of places) {
					code = `${code.slice(0, 2 * start)}${libraries[library]?.slice(2)}${code.slice(2 * start + 40)}`;
				}
			}
			codes.set(address, `0x${code}`);
		}
	}
	return codes;
}

test("sources that are written for block explorers compile to what is deployed, by themselves", async () => {
	const { contracts } = await planPublic({ ...CHOICE, beside: BESIDE, governor: account.address });
	const entries = await writeSources(folder, contracts);
	expect(JSON.parse(await readFile(join(folder, "contracts.json"), "utf8"))).toEqual(entries);
	const children = contracts.flatMap((one) => one.children);
	expect(entries).toHaveLength(contracts.length + children.length);
	for (const { compiler } of entries) expect(compiler).toMatch(/^v0\.8\.28\+commit\.[0-9a-f]{8}$/);
	// Each input once, and the largest contract of it: the whole takes solc minutes.
	const chosen = ["Market", "Court", "Arbiter", "PoseidonT6", "DotVerifier", "Governance", "Directory"];
	const codes = await compiled(entries.filter(({ name }) => chosen.includes(name)));
	for (const { name, address, constructorArguments } of entries) {
		const code = codes.get(address);
		if (code === undefined) continue;
		const planned = contracts.find((one) => one.address === address);
		if (planned === undefined) {
			expect(constructorArguments, name).toBeNull();
			expect(code, name).toBe((await readArtifact(name)).bytecode);
		} else expect(`${code}${constructorArguments?.slice(2)}`, name).toBe(planned.creation);
	}
	expect(codes.size).toBe(chosen.length);
});

test("a ceremony's verifier has a source of its own", async () => {
	const key = await readVerificationKey("elements");
	const source = verifierSource("elements", key);
	const { elements } = await compileVerifiers({ elements: source });
	const { contracts } = await planPublic(CHOICE);
	const planned = contracts.filter(({ name }) => name === "ElementsVerifier");
	const contract = `${verifierFile("elements")}:ElementsVerifier`;
	const given = new Map([
		["ElementsVerifier", { contract, input: await verifierInput({ elements: source }) }],
	]);
	const [entry] = await writeSources(folder, planned, given);
	expect(entry).toMatchObject({ contract, input: "ElementsVerifier.json" });
	expect((await compiled([entry!])).get(entry!.address)).toBe(elements.creationCode);
});
