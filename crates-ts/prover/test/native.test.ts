import { chmod, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { findNativeProver } from "../src/native.ts";
import { elementsInput } from "../src/openings.ts";
import { prove, verify } from "../src/prove.ts";

const poseidon = await loadPoseidon();
const beneficiary = "0x00000000000000000000000000000000deadbeef";
const words = packLeaf(
	Array.from({ length: 75 }, (_, i) => i),
	16,
);
const input = elementsInput({ reads: [{ width: 16, words, word: 4, lane: 14 }], beneficiary }, (leaf) =>
	poseidon.poseidon5(leaf),
);
/** snarkjs's command line takes the same four files as rapidsnark's prover. */
const cli = join(dirname(dirname(createRequire(import.meta.url).resolve("snarkjs"))), "cli.js");

describe("a native prover", () => {
	let folder: string;
	const original = process.env.UMPIRE_PROVER;

	/** A program that is called as rapidsnark's prover is. */
	const program = async (name: string, lines: readonly string[]): Promise<string> => {
		const file = join(folder, name);
		await writeFile(file, ["#!/bin/sh", ...lines, ""].join("\n"));
		await chmod(file, 0o755);
		return file;
	};
	const proveWith = async (
		prover: string,
	): Promise<{ readonly isRight: boolean; readonly warnings: readonly string[] }> => {
		const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
		process.env.UMPIRE_PROVER = prover;
		const { proof, publicSignals } = await prove("elements", input);
		const isRight = await verify("elements", proof, publicSignals);
		return { isRight, warnings: warnings.mock.calls.map(([text]) => String(text)) };
	};

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), "umpire-native-"));
	});
	afterEach(() => {
		vi.restoreAllMocks();
		if (original === undefined) delete process.env.UMPIRE_PROVER;
		else process.env.UMPIRE_PROVER = original;
	});

	test("is the one that is named, or on PATH", async () => {
		const prover = await program("rapidsnark", ["exit 0"]);
		expect(await findNativeProver({ PATH: `/nowhere:${folder}` })).toBe(prover);
		expect(await findNativeProver({ PATH: "/nowhere" })).toBeUndefined();
		expect(await findNativeProver({})).toBeUndefined();
		expect(await findNativeProver({ PATH: folder, UMPIRE_PROVER: "/other" })).toBe("/other");
		expect(await findNativeProver({ PATH: folder, UMPIRE_PROVER: "" })).toBeUndefined();
	});

	test("makes the proof", async () => {
		const marker = join(folder, "ran");
		const prover = await program("good", [
			`echo x >> '${marker}'`,
			`exec '${process.execPath}' '${cli}' groth16 prove "$@"`,
		]);
		expect(await proveWith(prover)).toEqual({ isRight: true, warnings: [] });
		expect(await readFile(marker, "utf8")).toBe("x\n");
	});

	test.each([
		["that is missing", ["exit 0"], true],
		["that fails", ["exit 3"], false],
		["that writes no JSON", ['echo "{" > "$3"', 'echo "[]" > "$4"'], false],
		[
			"whose proof is of other signals",
			[`'${process.execPath}' '${cli}' groth16 prove "$@" || exit 1`, `sed -i 's/"\\([0-9]\\)/"1\\1/' "$4"`],
			false,
		],
		[
			"whose proof is wrong",
			[
				`'${process.execPath}' '${cli}' groth16 prove "$@" || exit 1`,
				`'${process.execPath}' -e 'const fs = require("fs"); const p = JSON.parse(fs.readFileSync(process.argv[1])); [p.pi_a, p.pi_c] = [p.pi_c, p.pi_a]; fs.writeFileSync(process.argv[1], JSON.stringify(p))' "$3"`,
			],
			false,
		],
	] as const)(
		"%s is replaced by snarkjs, with a warning, and not asked again",
		async (name, lines, isMissing) => {
			const file = await program(name.replaceAll(" ", "-"), lines);
			const prover = isMissing ? `${file}.not-there` : file;
			const first = await proveWith(prover);
			expect(first.isRight).toBe(true);
			expect(first.warnings).toHaveLength(1);
			expect(first.warnings[0]).toContain(`The native prover ${prover} is not used: `);
			vi.restoreAllMocks();
			expect(await proveWith(prover)).toEqual({ isRight: true, warnings: [] });
		},
	);
});
