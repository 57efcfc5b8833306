import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { packAll } from "../../packaging/pack.ts";

const run = promisify(execFile);

/** Where the repository's own packages are installed. */
export const INSTALLED = join(import.meta.dirname, "..", "..", "node_modules");

/** An empty project of someone who installed the packed packages. */
export class Project {
	readonly folder: string;
	/** Names of the packages. */
	readonly packages: readonly string[];

	private constructor(folder: string, packages: readonly string[]) {
		this.folder = folder;
		this.packages = packages;
	}

	static async open(): Promise<Project> {
		const folder = await mkdtemp(join(tmpdir(), "umpire-installed-"));
		const packed = await packAll(join(folder, "tarballs"));
		const project = new Project(
			folder,
			packed.map(({ name }) => name),
		);
		for (const { name, tarball } of packed) await project.#install(name, tarball);
		await project.write("package.json", JSON.stringify({ type: "module" }));
		return project;
	}

	/** Unpacks as npm installs, with no more of other packages than the packed ones declare. */
	async #install(name: string, tarball: string): Promise<void> {
		const target = this.installed(name);
		await mkdir(target, { recursive: true });
		await run("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
		const { dependencies = {} } = this.manifestOf(name);
		for (const other of Object.keys(dependencies)) if (!other.startsWith("@umpire/")) await this.link(other);
	}

	/** Installs another package, as it is in the repository. */
	async link(name: string): Promise<void> {
		const link = join(this.folder, "node_modules", name);
		if (existsSync(link)) return;
		await mkdir(dirname(link), { recursive: true });
		await symlink(join(INSTALLED, name), link);
	}

	/** What is installed of a package. */
	installed(name: string, file = "."): string {
		return join(this.folder, "node_modules", name, file);
	}

	manifestOf(name: string): { dependencies?: Record<string, string>; exports: Record<string, unknown> } {
		return JSON.parse(readFileSync(this.installed(name, "package.json"), "utf8"));
	}

	/** All modules of an installed package by the names that others import them by. */
	modulesOf(name: string): string[] {
		return Object.keys(this.manifestOf(name).exports)
			.filter((module) => !/\.(ts|sol|txt)$|\*$/.test(module))
			.map((module) => module.replace(".", name));
	}

	/** The example of a package's README. */
	exampleIn(name: string): string {
		const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(this.installed(name, "README.md"), "utf8")) ?? [];
		if (code === undefined) throw new Error(`the README of ${name} has no example`);
		return code;
	}

	async write(file: string, text: string | Uint8Array): Promise<void> {
		await mkdir(dirname(join(this.folder, file)), { recursive: true });
		await writeFile(join(this.folder, file), text);
	}

	async run(command: string, ...words: string[]): Promise<string> {
		return (await run(command, words, { cwd: this.folder })).stdout;
	}

	close(): Promise<void> {
		return rm(this.folder, { recursive: true, force: true });
	}
}
