/**
 * Builds the public packages to JavaScript with declarations and packs them as npm publishes them.
 *
 *     node packaging/pack.ts [FOLDER]    (default: .umpire/packages)
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..");

/** What a package.json says, as far as packing changes it. */
interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly exports: Readonly<Record<string, string>>;
	readonly publishConfig?: {
		readonly access: string;
		readonly imports?: object;
		/** what is packed beside what is built: by its place in the package, its place in the repository */
		readonly include?: Readonly<Record<string, string>>;
	};
	readonly [field: string]: unknown;
}

/** A package that is packed. */
export interface Packed {
	readonly name: string;
	/** the path of the tarball */
	readonly tarball: string;
}

/**
 * Builds and packs all packages that have a `publishConfig`, with README and licence: what they export then leads to
 * `dist`, while inside this repository it leads to the sources.
 *
 * @param folder where the tarballs are written; it is made if it is missing
 * @throws Error if they do not compile
 */
export async function packAll(folder: string): Promise<Packed[]> {
	const crates = join(ROOT, "crates-ts");
	const all = await Promise.all(
		(await readdir(crates)).sort().map(async (name) => {
			const text = await readFile(join(crates, name, "package.json"), "utf8");
			return { source: join(crates, name), manifest: JSON.parse(text) as Manifest };
		}),
	);
	const published = all.filter(({ manifest }) => manifest.publishConfig !== undefined);
	await build(published.map(({ source }) => source));
	await mkdir(folder, { recursive: true });
	const packed: Packed[] = [];
	for (const { source, manifest } of published) {
		packed.push({ name: manifest.name, tarball: await pack(source, manifest, folder) });
	}
	return packed;
}

/** Compiles packages from nothing, so that no module outlives its source. */
async function build(sources: readonly string[]): Promise<void> {
	for (const source of sources) await rm(join(source, "dist"), { recursive: true, force: true });
	const projects = sources.map((source) => join(source, "tsconfig.build.json"));
	await run(join(ROOT, "node_modules", ".bin", "tsc"), ["--build", ...projects]).catch(
		(error: { stdout?: string }) => {
			throw new Error(`The packages do not compile:\n${error.stdout}`, { cause: error });
		},
	);
}

/** Packs one package and returns the tarball's path. */
async function pack(source: string, manifest: Manifest, folder: string): Promise<string> {
	const stage = await mkdtemp(join(tmpdir(), "umpire-pack-"));
	try {
		await cp(join(source, "dist"), join(stage, "dist"), {
			recursive: true,
			filter: (file) => basename(file) !== ".tsbuildinfo",
		});
		await cp(join(ROOT, "LICENSE"), join(stage, "LICENSE"));
		await cp(join(source, "README.md"), join(stage, "README.md"));
		for (const [place, from] of Object.entries(manifest.publishConfig?.include ?? {})) {
			await cp(join(ROOT, from), join(stage, place), { recursive: true });
		}
		await writeFile(join(stage, "package.json"), `${JSON.stringify(publishedManifest(manifest), null, 2)}\n`);
		const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: stage });
		return join(folder, filenameOf(stdout));
	} finally {
		await rm(stage, { recursive: true, force: true });
	}
}

/** The file that `npm pack --json` says it wrote: npm 11 and older give a list, later ones an object by name. */
function filenameOf(stdout: string): string {
	const [{ filename }] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>);
	return filename;
}

/** A manifest as it is published: npm itself does not apply what `publishConfig` says of exports. */
function publishedManifest(manifest: Manifest): object {
	const { private: _, devDependencies: __, publishConfig, ...kept } = manifest;
	const { access, include = {}, ...replaced } = publishConfig!;
	const exports = { ...publishedExports(manifest.exports), ...includedExports(Object.keys(include)) };
	const files = ["dist", ...Object.keys(include)];
	return { ...kept, ...replaced, exports, files, publishConfig: { access } };
}

/** Each module by its name with and without the extension: the packages themselves import each other with it. */
function publishedExports(exports: Manifest["exports"]): object {
	return Object.fromEntries(
		Object.entries(exports).flatMap(([name, source]) => {
			const built = source.replace("./src/", "./dist/").replace(/\.ts$/, "");
			const target = { types: `${built}.d.ts`, default: `${built}.js` };
			return [
				[name.replace(/\.ts$/, ""), target],
				[name, target],
			];
		}),
	);
}

/** Folders and files that are packed as they are, under their own names. */
function includedExports(places: readonly string[]): object {
	return Object.fromEntries(
		places.map((place) => {
			const name = place.includes(".") ? `./${place}` : `./${place}/*`;
			return [name, name];
		}),
	);
}

if (import.meta.main) {
	const folder = resolve(process.argv[2] ?? join(ROOT, ".umpire", "packages"));
	for (const { name, tarball } of await packAll(folder)) console.log(`${name}  ${tarball}`);
}
