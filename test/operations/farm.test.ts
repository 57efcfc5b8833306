import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { FarmClient } from "@umpire/farm/client.ts";
import { openToken } from "@umpire/farm/token.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { decodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { folderStore } from "@umpire/store/folder-store.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { carriedProgram } from "@umpire/testing/operators/carried-program.ts";
import { afterEach, expect, it } from "vitest";
import { SCHEMAS } from "../../docs/json-schemas.ts";
import { Postgres, postgresPrograms } from "./postgres.ts";

/** UMPIRE_JOBS=1000 plays as many. */
const JOBS = Number(process.env.UMPIRE_JOBS ?? 160);
const children = new Set<ChildProcess>();
let undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const child of children) child.kill("SIGKILL");
	for (const one of undo.reverse()) await one();
	undo = [];
});

/** A command that runs on, and what it has told so far. */
function start(
	words: readonly string[],
	env: NodeJS.ProcessEnv,
): { child: ChildProcess; told: () => string } {
	const child = spawn(process.execPath, ["bin/umpire.ts", "farm", ...words], {
		cwd: projectRoot,
		env: { ...process.env, DATABASE_URL: "", ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	children.add(child);
	let text = "";
	for (const stream of [child.stdout!, child.stderr!]) {
		stream.on("data", (chunk: Buffer) => {
			text += chunk;
		});
	}
	return { child, told: () => text };
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}

/** Tries until a coordinator that is being started again answers; one that cannot start is not waited for. */
async function patientlyWith<T>(
	{ child, told }: ReturnType<typeof start>,
	attempt: () => Promise<T>,
): Promise<T> {
	for (;;) {
		if (child.exitCode !== null) throw new Error(`The coordinator has ended: ${told()}`);
		try {
			return await attempt();
		} catch (error) {
			if (!(error as { retryable?: boolean }).retryable) throw error;
			await sleep(200);
		}
	}
}

async function playFarm(database: string, restartDatabase?: () => Promise<void>): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	undo.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
	const home = join(folder, "coordinator");
	const tokenFile = join(home, "farm", "token");
	const token = await openToken(tokenFile);
	const store = folderStore(home);
	const program = carriedProgram(2, 2);
	const root = await putProgram(store, program);
	const session = await openSession(program, { record: "outputs" });
	const jobs: { id: string; inputs: string; expected: number[] }[] = [];
	for (let i = 0; i < JOBS; i++) {
		const inputs = [
			Int8Array.from({ length: 6 }, (_, k) => (i >> k) - 60),
			Int8Array.of(i % 100, 1, 2, 3, 4, 5),
		];
		const { outputs } = await session.run(inputs);
		jobs.push({
			id: randomUUID(),
			inputs: await putInputs(store, program, inputs),
			expected: [...outputs[0]],
		});
	}
	await session.release();

	const port = await freePort();
	const env = { DATABASE_URL: database };
	const coordinate = () =>
		start(["coordinator", "--port", `${port}`, "--lease-seconds", "10", "--home", home], env);
	const client = new FarmClient(`http://127.0.0.1:${port}`, token);
	let coordinator = coordinate();
	const patiently = <T>(attempt: () => Promise<T>) => patientlyWith(coordinator, attempt);
	await patiently(() => client.status());
	const workers: ReturnType<typeof start>[] = [];
	const work = () => {
		const name = `worker-${workers.length}`;
		const where = ["--coordinator", client.place, "--token-file", tokenFile, "--home", join(folder, name)];
		workers.push(start(["worker", "--name", name, "--kinds", "evaluate", ...where], {}));
	};
	for (let i = 0; i < 4; i++) work();
	for (const { id, inputs } of jobs) {
		await patiently(() => client.submit({ id, kind: "evaluate", payload: { program: root, inputs } }));
	}

	const done = async () =>
		(await patiently(() => client.status())).kinds.find(({ kind }) => kind === "evaluate")!.done;
	const reach = async (count: number) => {
		while ((await done()) < count) await sleep(100);
	};
	await reach(0.15 * JOBS);
	for (const { child } of workers.slice(0, 2)) child.kill("SIGKILL");
	work();
	work();
	await reach(0.35 * JOBS);
	coordinator.child.kill("SIGKILL");
	coordinator = coordinate();
	await reach(0.55 * JOBS);
	await restartDatabase?.();
	await reach(JOBS);

	// None is lost, each has the one right result, and none is there twice.
	for (const { id, expected } of jobs) {
		const job = await client.job(id);
		expect(job).toMatchObject({ state: "done", outcome: { ok: true } });
		const bytes = new Uint8Array(await new Response(await client.data(id)).arrayBuffer());
		expect([...decodeTensors(bytes)[0]]).toEqual(expected);
	}
	const status = await client.status();
	expect(SCHEMAS["farm status"].safeParse(status).error).toBeUndefined();
	const counted = status.kinds.find(({ kind }) => kind === "evaluate");
	expect(counted).toMatchObject({ waiting: 0, leased: 0, done: JOBS, failed: 0 });
	const recorded = workers.flatMap(({ told }) => [
		...told().matchAll(/evaluate\.([0-9a-f-]{36})\.\d+: done/g),
	]);
	const ids = recorded.map(([, id]) => id);
	expect(new Set(ids).size).toBe(ids.length);
	expect(ids.length).toBeGreaterThan(JOBS / 2);
	for (const { told } of [coordinator, ...workers]) expect(told()).not.toContain(token);
}

it("loses none of many jobs and does none twice while workers and coordinator are killed, on PGlite", async () => {
	await playFarm("");
});

const programs = postgresPrograms();
it.skipIf(programs === undefined)(
	"loses none of many jobs and does none twice while workers and coordinator are killed, on PostgreSQL (needs Debian's postgresql), which is restarted",
	async () => {
		const postgres = await Postgres.start(programs!, await freePort());
		undo.push(() => postgres.close());
		await playFarm(postgres.url, async () => {
			await postgres.stop();
			await sleep(1000);
			await postgres.start();
		});
	},
);
