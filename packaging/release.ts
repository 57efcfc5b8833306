/**
 * Makes what a release consists of, and checks that it can be made again:
 *
 *     node packaging/release.ts FOLDER     writes tarballs, bill of materials, licences, checksums
 *     node packaging/release.ts --check    does it in a folder of its own, and keeps nothing
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { PROTOCOL_VERSION, UMPIRE_VERSION } from "@umpire/operators/versions.ts";
import {
	billOfMaterials,
	isCopyleft,
	licenceOf,
	licenceReport,
	nameOf,
	neededBy,
} from "./bill-of-materials.ts";
import { packAll } from "./pack.ts";

const ROOT = join(import.meta.dirname, "..");

/** What keeps a version from being released; empty if nothing does. */
export async function findObstacles(version = UMPIRE_VERSION): Promise<string[]> {
	const found: string[] = [];
	for (const name of await readdir(join(ROOT, "crates-ts"))) {
		const manifest = JSON.parse(await readFile(join(ROOT, "crates-ts", name, "package.json"), "utf8"));
		if (manifest.version !== version)
			found.push(`@umpire/${name} has version ${manifest.version}, not ${version}`);
	}
	const changelog = await readFile(join(ROOT, "CHANGELOG.md"), "utf8");
	if (!changelog.includes(`## [${version}]`)) found.push(`CHANGELOG.md has no section [${version}]`);
	if (!(await readdir(join(ROOT, "testdata", "golden"))).includes(version)) {
		found.push(`testdata/golden has no programs of ${version}: run node testdata/golden/make.ts`);
	}
	return found;
}

/**
 * What keeps a working copy from being released: a release follows from a commit, and what a released version wrote never
 * changes. Empty if nothing does.
 */
export async function findChanges(root = ROOT): Promise<string[]> {
	const git = async (...words: string[]): Promise<string> =>
		(await promisify(execFile)("git", words, { cwd: root, maxBuffer: 1 << 26 })).stdout;
	const found = (await git("status", "--porcelain"))
		.split("\n")
		.filter(Boolean)
		.map((line) => `${line.slice(3)} is not as it was committed: nobody could make this release again`);
	for (const tag of (await git("tag", "--list", "v*")).split("\n").filter(Boolean)) {
		const folder = `testdata/golden/${tag.slice(1)}`;
		// A tag of before there were golden programs has none.
		if ((await git("ls-tree", "--name-only", tag, folder)) === "") continue;
		for (const file of (await git("diff", "--name-only", tag, "--", folder)).split("\n").filter(Boolean)) {
			found.push(`${file} is not what the released version ${tag.slice(1)} wrote`);
		}
	}
	return found;
}

/** Writes everything to a folder. @returns SHA-256 by file */
async function make(folder: string): Promise<Map<string, string>> {
	await mkdir(folder, { recursive: true });
	const packed = await packAll(folder);
	const bill = await billOfMaterials();
	const published = packed.map(({ name }) => name);
	for (const name of published) {
		const needed = neededBy(bill, name);
		const bound = bill.components.filter((one) => needed.has(one["bom-ref"]) && isCopyleft(licenceOf(one)));
		if (bound.length > 0) throw new Error(`${name} needs ${bound.map(nameOf).join(", ")}, under copyleft`);
	}
	await writeFile(join(folder, "sbom.cdx.json"), `${JSON.stringify(bill, null, "\t")}\n`);
	await writeFile(join(folder, "LICENCES.md"), licenceReport(bill, published));
	const files = [...packed.map(({ tarball }) => basename(tarball)), "LICENCES.md", "sbom.cdx.json"].sort();
	const sums = new Map<string, string>();
	for (const file of files) {
		sums.set(
			file,
			createHash("sha256")
				.update(await readFile(join(folder, file)))
				.digest("hex"),
		);
	}
	await writeFile(join(folder, "SHA256SUMS"), [...sums].map(([file, sum]) => `${sum}  ${file}\n`).join(""));
	return sums;
}

if (import.meta.main) {
	const [argument] = process.argv.slice(2);
	if (argument === undefined) throw new Error("Name a folder, or give --check.");
	const work = await mkdtemp(join(tmpdir(), "umpire-release-"));
	try {
		const obstacles = [...(await findObstacles()), ...(await findChanges())];
		const folder = argument === "--check" ? join(work, "first") : resolve(argument);
		const first = await make(folder);
		const second = await make(join(work, "second"));
		for (const [file, sum] of first) {
			if (second.get(file) !== sum) obstacles.push(`${file} is another file when it is made again`);
		}
		for (const [file, sum] of first) console.log(`${sum}  ${file}`);
		for (const obstacle of obstacles) console.error(obstacle);
		process.exitCode = obstacles.length === 0 ? 0 : 1;
		const verdict = obstacles.length === 0 ? "can be released" : "cannot be released";
		console.error(
			`Version ${UMPIRE_VERSION} (protocol ${PROTOCOL_VERSION}) ${verdict}; everything was made twice.`,
		);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}
