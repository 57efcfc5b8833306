import { describe, expect, test } from "vitest";
import {
	circles,
	FILE_AT,
	FILES,
	type Manifest,
	manifestOf,
	ORDER,
	packageOf,
	reachedFrom,
	type SourceFile,
	textOf,
} from "./boundaries/packages.ts";

const PACKAGES: readonly string[] = ORDER;
const ROOT_MANIFEST = manifestOf("");

/** `found` for every import of the files that `of` takes. */
function offences(
	of: (file: SourceFile) => boolean,
	found: (one: SourceFile["imports"][number], file: SourceFile) => boolean,
): string[] {
	return FILES.filter(of).flatMap((file) =>
		file.imports
			.filter((one) => found(one, file))
			.map(({ specifier }) => `${file.path} imports ${specifier}`),
	);
}

const ownerOf = (path: string): string => /^crates-ts\/([^/]+)\//.exec(path)?.[1] ?? "";
const isTest = (path: string): boolean => /(^|\/)test\//.test(path);

describe("packages", () => {
	test("are those of the workspace, and their imports are of files that exist", () => {
		const workspace = { ...ROOT_MANIFEST.dependencies, ...ROOT_MANIFEST.devDependencies };
		expect(Object.keys(workspace).filter((name) => name.startsWith("@umpire/"))).toHaveLength(ORDER.length);
		expect(FILES.length).toBeGreaterThan(700);
		expect(
			offences(
				() => true,
				({ file }) =>
					file !== undefined && !FILE_AT.has(file) && /\.ts$/.test(file) && file !== "hardhat.config.ts",
			),
		).toEqual([]);
	});

	test("declare what they import", () => {
		const declared = (manifest: Manifest, isProduct: boolean) => ({
			...manifest.dependencies,
			...manifest.peerDependencies,
			...(isProduct ? {} : manifest.devDependencies),
		});
		const manifests = new Map(["", ...PACKAGES].map((owner) => [owner, manifestOf(owner)]));
		expect(
			offences(
				() => true,
				({ specifier }, { owner, path, isProduct }) => {
					const name = packageOf(specifier);
					const manifest = manifests.get(owner)!;
					if (name === undefined || name === manifest.name) return false;
					// Benchmarks play on the stage of the tests: they are the root's own and never installed.
					return !(name in declared(manifest, isProduct && !path.startsWith("bench/")));
				},
			),
		).toEqual([]);
	});

	test.each(PACKAGES)(
		"%s: has exactly the versions of the root, and needs nothing that it does not name",
		(owner) => {
			const manifest = manifestOf(owner);
			const text = textOf(owner);
			expect(manifest.name).toBe(`@umpire/${owner}`);
			expect(manifest.exports).toBeDefined();
			const root = { ...ROOT_MANIFEST.dependencies, ...ROOT_MANIFEST.devDependencies };
			for (const [name, version] of Object.entries({
				...manifest.dependencies,
				...manifest.devDependencies,
			})) {
				expect(version, name).toBe(root[name]);
				if (name.startsWith("@umpire/")) expect(version, name).toBe(manifestOf(name.slice(8)).version);
				expect(text.includes(`"${name}"`) || text.includes(`"${name}/`), name).toBe(true);
			}
		},
	);

	test("are left only by their names", () => {
		expect(
			offences(
				() => true,
				({ specifier, file = "" }, { owner, isProduct }) =>
					specifier.startsWith(".") &&
					ownerOf(file) !== owner &&
					// Examples lie at the root for everyone.
					(isProduct || !file.startsWith("testdata/")),
			),
		).toEqual([]);
	});

	test("import only those below them", () => {
		const rank = (owner: string) => PACKAGES.indexOf(owner);
		expect(
			offences(
				({ path, owner }) => owner !== "" && path.startsWith(`crates-ts/${owner}/src/`),
				({ file }, { owner }) => file !== undefined && rank(ownerOf(file)) > rank(owner),
			),
		).toEqual([]);
	});
});

describe("imports", () => {
	test("go round in no circle", () => {
		expect(circles()).toEqual([]);
	});

	test("of what users run lead to no test", () => {
		expect(
			offences(
				({ isProduct }) => isProduct,
				({ file }, { path }) =>
					file !== undefined && (isTest(file) || (ownerOf(file) === "testing" && !path.startsWith("bench/"))),
			),
		).toEqual([]);
	});

	test("of benchmarks reach no test runner", () => {
		for (const { path } of FILES.filter((file) => file.path.startsWith("bench/"))) {
			const chains = reachedFrom(path);
			expect(
				[...chains].flatMap(([name, chain]) => (/^(vitest|fast-check)/.test(name) ? chain : [])),
			).toEqual([]);
		}
	});
});

/**
 * Files of packages for browsers that lead to modules of Node or to packages that need Node: the work that
 * is left. The lists only become shorter; every other file of these packages is for browsers.
 */
const NEEDS_NODE: Readonly<Record<string, readonly string[]>> = {
	commitment: ["poseidon-threads.ts", "poseidon-worker.ts"],
	onnx: ["external-files.ts", "image.ts", "input-files.ts", "read.ts"],
	graph: [],
	operators: [],
	compiler: [],
	game: [],
	runtime: ["executable.ts", "onnxruntime.ts", "program-file.ts", "runnable.ts"],
	chain: [
		"build.ts",
		"built-artifacts.ts",
		"built-code.ts",
		"deploy.ts",
		"find-deployment.ts",
		"hardhat.ts",
		"node.ts",
		"private-chain.ts",
	],
};

describe("what browsers run", () => {
	const isOfNode = (name: string) => /^(node:|hardhat|onnxruntime-node|snarkjs|circom2)/.test(name);

	test.each(Object.keys(NEEDS_NODE))("in %s leads to nothing of Node", (owner) => {
		const folder = `crates-ts/${owner}/src/`;
		const needing = FILES.filter(
			({ path }) => path.startsWith(folder) && [...reachedFrom(path).keys()].some(isOfNode),
		);
		expect(needing.map(({ path }) => path.slice(folder.length)).sort()).toEqual(NEEDS_NODE[owner]);
	});
});
