import { describe, expect, test } from "vitest";
import { NEEDS_NODE } from "./boundaries/needs-node.ts";
import {
	circles,
	codeOf,
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
				// Types are needed by whoever imports what they describe.
				const imported = name.replace("@types/", "");
				expect(text.includes(`"${imported}"`) || text.includes(`"${imported}/`), name).toBe(true);
			}
		},
	);

	test.each(PACKAGES)("%s: names each module that others may import, and only such", (owner) => {
		const exported = manifestOf(owner).exports as Record<string, string>;
		for (const [name, source] of Object.entries(exported)) {
			expect(name, "no wildcards").not.toContain("*");
			expect(source).toBe(name.replace("./", "./src/"));
			expect(FILE_AT.has(`crates-ts/${owner}/${source.slice(2)}`), source).toBe(true);
		}
		expect(Object.keys(exported)).toEqual(Object.keys(exported).sort());
	});

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

describe("what browsers run", () => {
	const isOfNode = (name: string) => /^(node:|hardhat|onnxruntime-node|snarkjs|circom2)/.test(name);

	test.each(Object.keys(NEEDS_NODE))("in %s leads to nothing of Node", (owner) => {
		const folder = `crates-ts/${owner}/src/`;
		const needing = FILES.filter(
			({ path }) => path.startsWith(folder) && [...reachedFrom(path).keys()].some(isOfNode),
		);
		expect(needing.map(({ path }) => path.slice(folder.length)).sort()).toEqual(NEEDS_NODE[owner]);
	});

	test.each(Object.keys(NEEDS_NODE))("in %s uses no global of Node", (owner) => {
		const files = FILES.filter(({ path }) => path.startsWith(`crates-ts/${owner}/src/`)).filter(
			({ path }) => !NEEDS_NODE[owner].some((name) => path.endsWith(`/src/${name}`)),
		);
		const using = files.filter(({ path }) =>
			/\b(Buffer|process|setImmediate|__dirname)\b\s*[.(]|import\.meta\.(dirname|filename)/.test(
				codeOf(path),
			),
		);
		expect(using.map(({ path }) => path)).toEqual([]);
	});
});
