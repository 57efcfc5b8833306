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
	const compilerOptions = { target: "es2024", module: "nodenext", strict: true, types: [], outDir: "built" };
	await writeFile(
		join(folder, "tsconfig.json"),
		JSON.stringify({ compilerOptions, files: ["program.ts", "every.ts"] }),
	);
	const modules = packed.flatMap(({ name }) => modulesOf(name));
	await writeFile(
		join(folder, "every.ts"),
		modules.map((module, i) => `import * as m${i} from "${module}";\nvoid m${i};\n`).join(""),
	);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** All modules of an installed package by the names that others import them by, but for what starts a thread. */
function modulesOf(name: string): string[] {
	return readdirSync(join(folder, "node_modules", name, "dist"), { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(".js") && file !== "poseidon-worker.js")
		.map((file) => `${name}/${file.slice(0, -3)}`);
}

describe("packed packages", () => {
	test("are those that others build on", () => {
		const names = ["commitment", "compiler", "errors", "game", "graph", "onnx", "operators", "runtime"];
		expect(packed.map(({ name }) => name)).toEqual(names.map((name) => `@umpire/${name}`));
	});

	test("type-check and run in an empty project", async () => {
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
	});
});
