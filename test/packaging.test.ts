import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Packed, packAll } from "../packaging/pack.ts";

const run = promisify(execFile);
const INSTALLED = join(import.meta.dirname, "..", "node_modules");

/** A program of someone who installed the packages; it takes so many leaves that threads hash them. */
const PROGRAM = `
import type { Hex } from "@umpire/commitment/constants";
import { loadPoseidon } from "@umpire/commitment/poseidon";
import { commitTensor, commitTensorWith } from "@umpire/commitment/tensor";
import { turnOf } from "@umpire/game/clock";
import { GraphBuilder } from "@umpire/onnx/builder";
import { readModel } from "@umpire/onnx/read";
import { writeModel } from "@umpire/onnx/write";

const elements = Int8Array.from({ length: 155 * 5000 }, (_, index) => (index % 251) - 125);
const root: Hex = (await commitTensor(elements, 8)).root;
const alone: Hex = commitTensorWith(await loadPoseidon(), elements, 8).root;
const graph = new GraphBuilder("one");
graph.output(graph.node("Relu", [graph.input("x", "float32", [2])]), "float32", [2]);
const read = readModel(writeModel(graph.model()));
// @ts-expect-error: the packages have types
const wrong: number = root;
console.log(JSON.stringify([root === alone, read.graph.nodes[0].opType, typeof turnOf]));
`;
let folder: string;
let packed: readonly Packed[];

/** Unpacks as npm installs, with no more of other packages than the packed ones declare. */
async function install({ name, tarball }: Packed): Promise<void> {
	const target = join(folder, "node_modules", name);
	await mkdir(target, { recursive: true });
	await run("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
	const { dependencies = {} } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as {
		dependencies?: Record<string, string>;
	};
	for (const other of Object.keys(dependencies)) {
		const link = join(folder, "node_modules", other);
		if (other.startsWith("@umpire/") || existsSync(link)) continue;
		await mkdir(dirname(link), { recursive: true });
		await symlink(join(INSTALLED, other), link);
	}
}

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-installed-"));
	packed = await packAll(join(folder, "tarballs"));
	for (const one of packed) await install(one);
	await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
	await writeFile(join(folder, "program.ts"), PROGRAM);
	const compilerOptions = {
		target: "es2024",
		module: "nodenext",
		strict: true,
		types: [],
		outDir: "built",
	};
	await writeFile(
		join(folder, "tsconfig.json"),
		JSON.stringify({
			compilerOptions,
			files: ["program.ts", "every.ts", ...packed.map(({ name }) => exampleOf(name))],
		}),
	);
	const modules = packed.flatMap(({ name }) => modulesOf(name));
	await writeFile(
		join(folder, "every.ts"),
		modules.map((module, i) => `import * as m${i} from "${module}";\nvoid m${i};\n`).join(""),
	);
	for (const { name } of packed) await writeFile(join(folder, exampleOf(name)), exampleIn(name));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is installed of a package. */
const installed = (name: string, file: string): string => join(folder, "node_modules", name, file);

/** All modules of an installed package by the names that others import them by. */
function modulesOf(name: string): string[] {
	const { exports } = JSON.parse(readFileSync(installed(name, "package.json"), "utf8")) as {
		exports: Record<string, unknown>;
	};
	return Object.keys(exports)
		.filter((module) => !module.endsWith(".ts"))
		.map((module) => module.replace(".", name));
}

const exampleOf = (name: string): string => `${name.replace("@umpire/", "example-")}.ts`;

/** The example of a package's README. */
function exampleIn(name: string): string {
	const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(installed(name, "README.md"), "utf8")) ?? [];
	if (code === undefined) throw new Error(`the README of ${name} has no example`);
	return code;
}

describe("packed packages", () => {
	test("are those that others build on", () => {
		const names = [
			"abi",
			"commitment",
			"compiler",
			"errors",
			"game",
			"graph",
			"onnx",
			"operators",
			"runtime",
		];
		expect(packed.map(({ name }) => name)).toEqual(names.map((name) => `@umpire/${name}`));
	});

	test("bring README and licence, and nothing but what is built", async () => {
		for (const { name } of packed) {
			const files = readdirSync(installed(name, ".")).sort();
			expect(files).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
			expect(readFileSync(installed(name, "README.md"), "utf8")).toMatch(`# ${name}\n`);
		}
	});

	test("let nothing be imported that they do not name", async () => {
		for (const inner of [
			"compiler/lower/lower",
			"compiler/src/compile.ts",
			"onnx/proto",
			"commitment/dist/tree.js",
		]) {
			const tried = run(process.execPath, ["-e", "import(process.argv[1])", `@umpire/${inner}`], {
				cwd: folder,
			});
			await expect(tried, inner).rejects.toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
		}
	});

	test("with the examples of their READMEs, type-check and run in an empty project", async () => {
		const said = await run(join(INSTALLED, ".bin", "tsc"), ["-p", folder]).then(
			({ stdout }) => stdout,
			({ stdout }: { stdout: string }) => stdout,
		);
		// onnx-proto's own declarations name a type that they do not import.
		const errors = said.split("\n").filter((line) => line !== "" && !line.includes("/onnx-proto/dist/"));
		expect(errors).toEqual([]);
		const { stdout } = await run(process.execPath, [join(folder, "built", "program.js")], { cwd: folder });
		expect(JSON.parse(stdout)).toEqual([true, "Relu", "function"]);
		await run(process.execPath, [join(folder, "built", "every.js")], { cwd: folder });
		for (const [name, said] of [
			["commitment", "true"],
			["onnx", "Float32Array(2) [ 0, 1 ]"],
		]) {
			const example = await run(process.execPath, [join(folder, "built", `example-${name}.js`)], {
				cwd: folder,
			});
			expect(example.stdout.trim()).toBe(said);
		}
	});
});
