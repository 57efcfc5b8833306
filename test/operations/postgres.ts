import { type ExecFileException, execFile, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** Where Debian has the programs of its newest PostgreSQL; undefined if there is none. */
export function postgresPrograms(): string | undefined {
	const versions = "/usr/lib/postgresql";
	if (!existsSync(versions)) return undefined;
	const [newest] = readdirSync(versions).sort((a, b) => Number(b) - Number(a));
	const folder = join(versions, newest ?? "none", "bin");
	return existsSync(join(folder, "initdb")) ? folder : undefined;
}

/** A PostgreSQL server of the test's own, in a folder that goes with it. */
export class Postgres {
	readonly #programs: string;
	readonly #folder: string;
	readonly #port: number;
	/** It refuses to run as root, who runs containers. */
	readonly #as: { readonly uid?: number; readonly gid?: number };

	private constructor(programs: string, port: number) {
		this.#programs = programs;
		this.#port = port;
		this.#folder = mkdtempSync(join(tmpdir(), "umpire-postgres-"));
		this.#as = {};
		if (userInfo().uid === 0) {
			const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"])));
			this.#as = { uid, gid };
			chownSync(this.#folder, uid, gid);
		}
	}

	static async start(programs: string, port: number): Promise<Postgres> {
		const server = new Postgres(programs, port);
		await server.#run("initdb", [
			"--auth=trust",
			"--username=umpire",
			"--no-sync",
			join(server.#folder, "data"),
		]);
		await server.start();
		await server.#run("createdb", ["-h", "127.0.0.1", "-p", String(port), "-U", "umpire", "umpire"]);
		return server;
	}

	get url(): string {
		return `postgres://umpire:secret@127.0.0.1:${this.#port}/umpire`;
	}

	async start(): Promise<void> {
		const settings = `-p ${this.#port} -k ${this.#folder} -c listen_addresses=127.0.0.1`;
		const log = join(this.#folder, "log");
		const words = ["-D", join(this.#folder, "data"), "-o", settings, "-l", log, "-w", "start"];
		await new Promise<void>((resolve, reject) => {
			// Its server would hold the pipes of execFile open.
			spawn(join(this.#programs, "pg_ctl"), words, { ...this.#as, cwd: this.#folder, stdio: "ignore" })
				.on("error", reject)
				.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`pg_ctl ended with ${code}`))));
		});
	}

	/** Ends every connection at once. */
	async stop(): Promise<void> {
		await this.#run("pg_ctl", ["-D", join(this.#folder, "data"), "-m", "immediate", "-w", "stop"]);
	}

	/** One schema, as SQL. */
	async dump(schema: string): Promise<string> {
		return this.#run("pg_dump", [
			"-h",
			"127.0.0.1",
			"-p",
			String(this.#port),
			"-U",
			"umpire",
			"-n",
			schema,
			"umpire",
		]);
	}

	/** Runs SQL. */
	async load(sql: string): Promise<void> {
		const words = [
			"-h",
			"127.0.0.1",
			"-p",
			String(this.#port),
			"-U",
			"umpire",
			"-q",
			"-v",
			"ON_ERROR_STOP=1",
			"umpire",
		];
		await new Promise<void>((resolve, reject) => {
			const child = execFile(join(this.#programs, "psql"), words, (error: ExecFileException | null) =>
				error === null ? resolve() : reject(error),
			);
			child.stdin!.end(sql);
		});
	}

	async close(): Promise<void> {
		await this.stop().catch(() => {});
		await sleep(0);
		rmSync(this.#folder, { recursive: true, force: true });
	}

	async #run(program: string, words: readonly string[]): Promise<string> {
		const options = { ...this.#as, cwd: this.#folder, maxBuffer: 2 ** 28 };
		const { stdout } = await promisify(execFile)(join(this.#programs, program), words, options);
		return stdout;
	}
}
