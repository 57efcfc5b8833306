import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

/** The packages below crates-ts, each of which may import only those before it. */
export const ORDER = [
	"errors",
	"content",
	"abi",
	"contracts",
	"commitment",
	"onnx",
	"graph",
	"operators",
	"compiler",
	"runtime",
	"training",
	"game",
	"sdk",
	"markets",
	"prover",
	"chain",
	"store",
	"indexer",
	"views",
	"farm",
	"actors",
	"server",
	"app",
	"testing",
] as const;

/** Folders of TypeScript that belong to the root's package. */
const ROOT_FOLDERS = ["bin", "bench", "circuits", "docs", "packaging", "test", "testdata"];

export interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly exports?: unknown;
	readonly imports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
	readonly publishConfig?: { readonly include?: Readonly<Record<string, string>> };
	/** of browsers alone, which are not installed here; or of those who use the package */
	readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One import of a file, types included. */
export interface Import {
	/** as it is written, but for names of the package's own (`named`) */
	readonly specifier: string;
	/** the file of this repository that it leads to, from the root; undefined for other packages */
	readonly file: string | undefined;
	/** whether it is gone when the program runs */
	readonly isType: boolean;
}

export interface SourceFile {
	/** from the root */
	readonly path: string;
	/** the folder below crates-ts, "" for the root's own files */
	readonly owner: string;
	/** whether users run it: no test, and nothing that only tests use */
	readonly isProduct: boolean;
	readonly imports: readonly Import[];
}

export function manifestOf(owner: string): Manifest {
	return JSON.parse(readFileSync(join(ROOT, folderOf(owner), "package.json"), "utf8")) as Manifest;
}

/** All text of a package's own files and of its names for imports, to see what it names. */
export function textOf(owner: string): string {
	return FILES.filter((file) => file.owner === owner)
		.map(({ path }) => readFileSync(join(ROOT, path), "utf8"))
		.concat(JSON.stringify(manifestOf(owner).imports ?? {}), solidityOf(owner))
		.join("\n");
}

/** The Solidity that is packed with a package. */
function solidityOf(owner: string): string[] {
	const places = Object.values(manifestOf(owner).publishConfig?.include ?? {});
	return places
		.flatMap((place) =>
			place.includes(".") ? place : readdirSync(join(ROOT, place)).map((name) => `${place}/${name}`),
		)
		.filter((file) => file.endsWith(".sol"))
		.map((file) => readFileSync(join(ROOT, file), "utf8"));
}

/** A file without its comments. */
export function codeOf(path: string): string {
	return readFileSync(join(ROOT, path), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}

/** The npm package of a specifier, as in "viem" of "viem/accounts"; undefined for files and for Node's modules. */
export function packageOf(specifier: string): string | undefined {
	if (/^(\.|node:)/.test(specifier)) return undefined;
	return specifier
		.split("/")
		.slice(0, specifier.startsWith("@") ? 2 : 1)
		.join("/");
}

function folderOf(owner: string): string {
	return owner === "" ? "" : `crates-ts/${owner}`;
}

/** Where a specifier of a file leads: a path from the root, or undefined for other packages. */
function resolve(path: string, specifier: string): string | undefined {
	if (specifier.startsWith(".")) return normalize(join(dirname(path), specifier));
	const [, name, rest] = /^@umpire\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
	return name === undefined ? undefined : `crates-ts/${name}/src/${rest}`;
}

/** What a package's name for one of its imports ("#…") stands for where a browser's bundler resolves it. */
function named(owner: string, specifier: string): string {
	const target = manifestOf(owner).imports?.[specifier];
	const chosen = typeof target === "object" ? (target.browser ?? target.default) : target;
	if (chosen === undefined) throw new Error(`${owner} does not say what ${specifier} stands for`);
	// As a file of the package's sources would write it.
	return chosen.replace(/^\.\/src\//, `@umpire/${owner}/`);
}

/** Statements at the beginning of a line, so that code in strings does not count; calls of import anywhere. */
const IMPORTS =
	/^(?:import|export)\b(?<type>\s+type\b)?[^"';]*?\bfrom\s+"(?<from>[^"]+)"|^import\s+"(?<bare>[^"]+)"|\bimport\("(?<call>[^"]+)"\)/gm;

function read(path: string, owner: string): SourceFile {
	const text = readFileSync(join(ROOT, path), "utf8");
	const imports = [...text.matchAll(IMPORTS)].map(({ groups = {} }): Import => {
		const written = groups.from ?? groups.bare ?? groups.call;
		const specifier = written.startsWith("#") ? named(owner, written) : written;
		return { specifier, file: resolve(path, specifier), isType: groups.type !== undefined };
	});
	const isProduct =
		owner === "" ? /^(bin|bench)\//.test(path) : owner !== "testing" && path.includes(`${owner}/src/`);
	return { path, owner, isProduct, imports };
}

function filesBelow(folder: string): string[] {
	if (!existsSync(join(ROOT, folder))) return [];
	return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
		.filter((file) => file.endsWith(".ts") && !file.includes("node_modules/"))
		.map((file) => `${folder}/${file}`);
}

/** Every TypeScript file of the repository. */
export const FILES: readonly SourceFile[] = [
	// Not "dist", which a test that runs at the same time may just be building.
	...ORDER.flatMap((name) =>
		["src", "test"]
			.flatMap((part) => filesBelow(`crates-ts/${name}/${part}`))
			.map((path) => read(path, name)),
	),
	...ROOT_FOLDERS.flatMap((folder) => filesBelow(folder)).map((path) => read(path, "")),
];

export const FILE_AT: ReadonlyMap<string, SourceFile> = new Map(FILES.map((file) => [file.path, file]));

/** Chains of imports from a file to each import that it reaches when it runs, itself not. */
export function reachedFrom(start: string): Map<string, string> {
	const chains = new Map<string, string>();
	const seen = new Set([start]);
	const visit = (path: string, chain: string): void => {
		for (const { specifier, file, isType } of FILE_AT.get(path)?.imports ?? []) {
			if (isType) continue;
			const name = file ?? specifier;
			if (seen.has(name)) continue;
			seen.add(name);
			chains.set(name, `${chain} → ${name}`);
			visit(name, `${chain} → ${name}`);
		}
	};
	visit(start, start);
	return chains;
}

/** Circles of imports, types included: the files of each, which all reach one another (Tarjan's algorithm). */
export function circles(): string[][] {
	const found: string[][] = [];
	const numbers = new Map<string, number>();
	const lowest = new Map<string, number>();
	const stack: string[] = [];
	const visit = (path: string): void => {
		numbers.set(path, numbers.size);
		lowest.set(path, numbers.get(path)!);
		stack.push(path);
		const next = FILE_AT.get(path)?.imports.flatMap(({ file }) => file ?? []) ?? [];
		for (const file of next) {
			if (!numbers.has(file)) visit(file);
			if (stack.includes(file)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(file)!));
		}
		if (lowest.get(path) !== numbers.get(path)) return;
		const circle = stack.splice(stack.indexOf(path));
		if (circle.length > 1 || next.includes(path)) found.push(circle.sort());
	};
	for (const { path } of FILES) if (!numbers.has(path)) visit(path);
	return found;
}
