import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NEEDS_NODE } from "./boundaries/needs-node.ts";
import { bundle, openPage } from "./packaging/browser.ts";
import { compute } from "./packaging/computation.ts";
import { INSTALLED, Project } from "./packaging/project.ts";

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
/** What the package of contracts has beside. */
const SOLIDITY = ["dapp", "interfaces", "libraries", "remappings.txt"];
let project: Project;

const exampleOf = (name: string): string => `${name.replace("@umpire/", "example-")}.ts`;
/** A program that imports modules, and nothing else. */
const importing = (modules: readonly string[]): string =>
	modules.map((module, i) => `import * as m${i} from "${module}";\nvoid m${i};\n`).join("");

beforeAll(async () => {
	project = await Project.open();
});
afterAll(() => project.close());

describe("packed packages", () => {
	test("are those that others build on", () => {
		const names = [
			"abi",
			"commitment",
			"compiler",
			"contracts",
			"errors",
			"game",
			"graph",
			"onnx",
			"operators",
			"runtime",
			"sdk",
		];
		expect(project.packages).toEqual(names.map((name) => `@umpire/${name}`));
	});

	test("bring README and licence, and nothing but what is built", () => {
		for (const name of project.packages) {
			const files = readdirSync(project.installed(name)).sort();
			const solidity = name === "@umpire/contracts" ? SOLIDITY : [];
			expect(files).toEqual(["LICENSE", "README.md", "dist", "package.json", ...solidity].sort());
			expect(readFileSync(project.installed(name, "README.md"), "utf8")).toMatch(`# ${name}\n`);
		}
	});

	test("are all documented", () => {
		const options = readFileSync(join(import.meta.dirname, "..", "docs", "api", "typedoc.json"), "utf8");
		const { entryPoints } = JSON.parse(options) as { entryPoints: string[] };
		const documented = entryPoints.map((folder) => folder.replace("../../crates-ts/", "@umpire/"));
		expect(documented.sort()).toEqual(project.packages);
	});

	test("let nothing be imported that they do not name", async () => {
		const inner = [
			"compiler/lower/lower",
			"compiler/src/compile.ts",
			"onnx/proto",
			"commitment/dist/tree.js",
		];
		for (const module of inner) {
			const tried = project.run(process.execPath, "-e", "import(process.argv[1])", `@umpire/${module}`);
			await expect(tried, module).rejects.toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
		}
	});

	test("with the examples of their READMEs, type-check and run in an empty project", async () => {
		const examples = project.packages.map(exampleOf);
		const compilerOptions = {
			target: "es2024",
			module: "nodenext",
			strict: true,
			types: [],
			outDir: "built",
		};
		const files = ["program.ts", "every.ts", ...examples];
		await project.write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
		await project.write("program.ts", PROGRAM);
		await project.write("every.ts", importing(project.packages.flatMap((name) => project.modulesOf(name))));
		for (const name of project.packages) await project.write(exampleOf(name), project.exampleIn(name));
		const said = await project
			.run(join(INSTALLED, ".bin", "tsc"), "-p", ".")
			.catch(({ stdout }: { stdout: string }) => stdout);
		// onnx-proto's own declarations name a type that they do not import.
		const errors = said.split("\n").filter((line) => line !== "" && !line.includes("/onnx-proto/dist/"));
		expect(errors).toEqual([]);
		const built = (name: string) => project.run(process.execPath, join("built", `${name}.js`));
		expect(JSON.parse(await built("program"))).toEqual([true, "Relu", "function"]);
		await built("every");
		expect(await built("example-commitment")).toBe("true\n");
		expect(await built("example-onnx")).toBe("Float32Array(2) [ 0, 1 ]\n");
	});
});

/** A convolution, a pooling and a matrix, whose weights are sums of powers of two: no float kernel rounds them. */
function network(): Uint8Array {
	const weights = (count: number) => Array.from({ length: count }, (_, i) => (((i * 37) % 17) - 8) / 64);
	const graph = new GraphBuilder("network");
	const filter = graph.constant("filter", tensorFrom("float32", [4, 1, 3, 3], weights(36)));
	const matrix = graph.constant("matrix", tensorFrom("float32", [36, 5], weights(180)));
	const x = graph.node("Conv", [graph.input("x", "float32", [1, 1, 8, 8]), filter]);
	const pooled = graph.node("MaxPool", [graph.node("Relu", [x])], { kernel_shape: [2, 2], strides: [2, 2] });
	graph.output(graph.node("MatMul", [graph.node("Flatten", [pooled]), matrix]), "float32", [1, 5]);
	return writeModel(graph.model());
}

describe("in a browser", () => {
	const isForBrowsers = (module: string): boolean => {
		const [, owner, file] = /^@umpire\/(\w+)\/(.*)$/.exec(module)!;
		return !(NEEDS_NODE[owner] ?? []).includes(`${file}.ts`);
	};

	test("the packages are bundled without modules of Node, and compute the roots that Node computes", async () => {
		const modules = project.packages.flatMap((name) => project.modulesOf(name)).filter(isForBrowsers);
		for (const file of ["computation.ts", "page.ts"]) {
			await project.write(file, await readFile(join(import.meta.dirname, "packaging", file)));
		}
		await project.write("modules.ts", importing(modules));
		await project.write("public/model.onnx", network());
		const { warnings, naming } = await bundle(project, ["modules.ts", "page.ts"], /["'`]node:\w+["'`]/);
		expect(warnings).toEqual([]);
		// onnxruntime-web asks node:os for the number of cores where there is no `navigator`, that is, in no browser.
		expect(naming.filter((id) => !id.includes("/onnxruntime-web/"))).toEqual([]);
		const sample = Array.from({ length: 64 }, (_, i) => (((i * 11) % 31) - 15) / 16);
		const page = await openPage(project);
		try {
			const found = await page.evaluate((given) => globalThis.computed(given), sample);
			expect(found).toEqual(await compute(network(), sample));
		} finally {
			await page.close();
		}
	});
});
