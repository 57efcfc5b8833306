import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GOOD, POOR, squareNetwork } from "@umpire/actors/bounties/demo-square.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { travel } from "@umpire/chain/time.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { localAccount, type Role } from "@umpire/store/accounts.ts";
import { s3Server } from "@umpire/testing/content/servers.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { COMMANDS, main } from "../bin/main.ts";
import { FAILURE, LOG_LINE, SCHEMAS } from "../docs/json-schemas.ts";

const testdata = join(projectRoot, "testdata");
const model = join(testdata, "dnn.onnx");
const input = join(testdata, "dnn-input.json");
/** What was printed by which command. */
const seen = new Set<string>();
const running: ChildProcess[] = [];
let folder: string;
let port: number;
let rpc: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-json-"));
	port = await freePort();
	rpc = `http://127.0.0.1:${port}`;
	vi.stubEnv("UMPIRE_HOME", join(folder, "home"));
	vi.stubEnv("UMPIRE_RPC", "");
});
afterAll(async () => {
	for (const child of running) child.kill("SIGKILL");
	await run("network", "stop").catch(() => {});
	await rm(folder, { recursive: true, force: true });
	vi.unstubAllEnvs();
	process.exitCode = 0;
});

/** Runs a command in this process: its exit code, and what it printed to stdout. */
async function run(...words: string[]): Promise<{ code: number; stdout: string }> {
	let stdout = "";
	const spies = [
		vi.spyOn(process.stdout, "write").mockImplementation((text) => {
			stdout += text;
			return true;
		}),
		vi.spyOn(process.stderr, "write").mockImplementation(() => true),
	];
	process.exitCode = 0;
	try {
		return { code: await main([...words, "--json"]), stdout };
	} finally {
		process.exitCode = 0;
		for (const spy of spies) spy.mockRestore();
	}
}

/** Runs a command that must succeed, and holds what it prints to its schema: one document and nothing else. */
async function json<T = Record<string, unknown>>(...words: string[]): Promise<T> {
	const { code, stdout } = await run(...words);
	expect(code, stdout).toBe(0);
	return check(words, JSON.parse(stdout)) as T;
}

function check(words: readonly string[], data: unknown): unknown {
	const planned = `${words[0]} --plan`;
	const plain = SCHEMAS[words[0]] === undefined ? words.slice(0, 2).join(" ") : words[0];
	const name = words.includes("--plan") ? planned : plain;
	expect(SCHEMAS[name], name).toBeDefined();
	seen.add(name);
	const { error } = SCHEMAS[name].safeParse(data);
	expect(error?.issues ?? [], `${name}: ${JSON.stringify(data).slice(0, 2000)}`).toEqual([]);
	return data;
}

/** A command that runs on, in a process of its own. */
function start(...words: string[]): {
	until(pattern: RegExp): Promise<void>;
	/** The same of what it tells beside its output. */
	tells(pattern: RegExp): Promise<void>;
	/** How it ends by itself. */
	ended(): Promise<{ code: number | null; stdout: string }>;
	stop(): Promise<number | null>;
	/** Ends it at once, as a power cut does. */
	kill(): Promise<void>;
} {
	const child = spawn(process.execPath, [join(projectRoot, "bin", "umpire.ts"), ...words, "--json"], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	running.push(child);
	let stdout = "";
	let told = "";
	const exited = new Promise<number | null>((resolve) => {
		child.on("exit", resolve);
	});
	child.stdout.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		told += chunk;
	});
	return {
		async until(pattern) {
			while (!pattern.test(stdout)) {
				if (child.exitCode !== null) throw new Error(`ended before ${pattern}: ${stdout}${told}`);
				await new Promise((resolve) => setTimeout(resolve, 50));
			}
		},
		async tells(pattern) {
			while (!pattern.test(told)) {
				if (child.exitCode !== null) throw new Error(`ended before ${pattern}: ${stdout}${told}`);
				await new Promise((resolve) => setTimeout(resolve, 50));
			}
		},
		async ended() {
			return { code: await exited, stdout };
		},
		async stop() {
			child.kill("SIGTERM");
			const code = await exited;
			const lines = stdout.trim().split("\n");
			for (const line of lines) check(words, JSON.parse(line));
			return code;
		},
		async kill() {
			child.kill("SIGKILL");
			await exited;
		},
	};
}

describe("what commands print with --json", () => {
	it("is as it is written where no chain is needed", async () => {
		await json("setup");
		const out = join(folder, "out");
		const { file, root } = await json("compile", model, "--calibrate", input, "--out", out);
		expect(await json("run", file as string, "--input", input)).toMatchObject({ program: root });
		const settings = ["--input", input, "--samples", "0", "--seed", "1"];
		await json("check", model, ...settings);
		await mkdir(join(folder, "models"));
		await cp(model, join(folder, "models", "dnn.onnx"));
		await json("conformance", join(folder, "models"), "--samples", "0");
		await writeFile(join(folder, "password"), "secret\n");
		const keystore = ["--keystore", join(folder, "key.json"), "--password-file", join(folder, "password")];
		const { address } = await json("key", "new", ...keystore);
		expect(await json("key", "address", ...keystore)).toEqual({ address });
		await json("inputs", "put", file as string, input);
	});

	it("is as it is written of training and fits", async () => {
		const digits = join(testdata, "optdigits");
		const table = (await readFile(join(digits, "digits.csv"), "utf8")).split("\n").slice(0, 60).join("\n");
		await writeFile(join(folder, "digits.csv"), table);
		const settings = ["--data", join(folder, "digits.csv"), "--out", join(folder, "learnt")];
		await json(
			...["train", join(digits, "model.onnx"), ...settings, "--scale", "0.0625"],
			...["--steps", "2", "--batch", "4", "--plot", join(folder, "curves.svg")],
		);
		await writeFile(join(folder, "points.csv"), "a,b,c\n1,2,3\n2,3,5\n4,1,6\n5,7,9\n");
		for (const method of ["linear", "kmeans", "pca"]) {
			const points = ["--data", join(folder, "points.csv"), "--out", join(folder, "fitted")];
			expect(await json("fit", method, ...points, "--clusters", "2", "--steps", "3")).toMatchObject({
				result: { method },
			});
		}
	});

	it("is the same in rehearsals and the demonstration", async () => {
		const { ok, paid } = await json<{ ok: boolean; paid: Record<string, string> }>(
			"rehearse",
			model,
			...["--input", input, "--defect", "0:3", "--seed", "1"],
		);
		expect([ok, paid.submitter]).toEqual([true, "-100000000000000000"]);
		expect(await json("demo")).toMatchObject({ digit: 3 });
	});

	it("is as it is written on a chain, from the first request to its refund", async () => {
		await json("network", "start", "--port", String(port));
		expect(await json("network", "status")).toMatchObject({ running: true, url: rpc });
		const { market } = await json("deploy", "--increment", "3600", "--challenge-period", "3600");
		await refused();
		const { contracts } = await json("deploy", "--deterministic", "--plan", "--with", "grid", "jobs");
		expect(contracts).toContainEqual(expect.objectContaining({ name: "Market", deployed: false }));
		await writeFile(join(folder, "home", "deployments", "31337.json"), '{"market":');
		expect(JSON.parse((await run("status")).stdout).error).toMatch(
			/31337.json is damaged: umpire deploy --umpire/,
		);
		expect(await json("deploy", "--umpire", market as string)).toMatchObject({ market });
		const registered = await json("register", model, "--calibrate", input);
		expect(registered).toMatchObject({ number: 1, known: false, warnings: [] });
		expect(await json("register", model, "--calibrate", input)).toMatchObject({ number: 1, known: true });
		expect(await json("request", "1", input, "--no-wait")).toMatchObject({ request: 1, status: "open" });
		await json("request", "1", input, "--no-wait", "--within", "4000", "--fee", "0.000001");

		// The walk of the README: what the first submitter loses, a second one answers.
		const liar = start("submit", "1", "--defect", "0:3");
		const guard = start("verify", "1");
		await liar.until(/Claim 1 is rejected: element 3 of operator 0.*--as second-submitter/);
		await guard.until(/Withdrew/);
		const again = start("submit", "1");
		await again.until(/Request 1 is left to others/);
		const honest = start("submit", "1", "--as", "second-submitter");
		await honest.until(/Claimed request 1/);
		await guard.until(/Claim 2 agrees/);
		const watching = start("monitor", "--interval", "0.2");
		await watching.until(/\n.*\n/);
		for (const one of [liar, guard, again, watching]) expect(await one.stop()).toBe(0);

		expect(await json("result", "1")).toMatchObject({
			status: "claimed",
			rejected: [{ claim: 1, dispute: 1 }],
		});
		expect(await json("dispute", "1")).toMatchObject({ end: "wrong number", clocks: null });
		expect(await json("story", "1")).toMatchObject({ isOpen: false, computedHere: expect.any(String) });
		await travel(await connectRpc(rpc), 4001n);
		await honest.until(/Claim 2 is final/);
		expect(await honest.stop()).toBe(0);
		expect(await json("result", "1")).toMatchObject({ status: "final", claim: { claim: 2 } });
		expect(await json("refund", "2")).toMatchObject({ withdrawn: "1000000000000" });
		const asking = start("request", "1", input, "--within", "4000");
		await asking.tells(/Waiting until the result is final/);
		await travel(await connectRpc(rpc), 4001n);
		const unanswered = await asking.ended();
		expect(unanswered.code).toBe(1);
		expect(check(["request"], JSON.parse(unanswered.stdout))).toMatchObject({ status: "expired" });
		const { actors } = await json<{ actors: { role: string }[] }>("status");
		expect(actors.map(({ role }) => role).sort()).toEqual(["submitter", "submitter", "verifier"]);
		expect(await json("monitor", "--once")).toMatchObject({ problems: [] });
		await json("inputs", "get", "1", await inputsRoot());
		await storage(market as string);
		await grids();
		await networks();
		await bounties();
		await json("network", "stop");
		await writeFile(join(folder, "home", "network.json"), "?");
		expect(JSON.parse((await run("status")).stdout).error).toMatch(/damaged: umpire network stop removes it/);
		expect(await json("network", "stop")).toEqual({ stopped: false });
		expect(await json("network", "status")).toEqual({ running: false });
	});

	it("is an error where a command fails", async () => {
		for (const words of [
			["compile", join(folder, "none.onnx")],
			["status", "--rpc", "http://127.0.0.1:9"],
			["check", model, "--samples", "many"],
			["frobnicate"],
		]) {
			const { code, stdout } = await run(...words);
			expect(code).toBe(1);
			expect(FAILURE.safeParse(JSON.parse(stdout)).error?.issues ?? [], stdout).toEqual([]);
		}
		expect(LOG_LINE.safeParse({ time: new Date().toISOString(), level: "info", message: "" }).success).toBe(
			true,
		);
	});

	it("is described for every command, and was seen here but for what takes long or asks", () => {
		const described = new Set(Object.keys(SCHEMAS).map((name) => name.split(" ")[0]));
		expect([...described].sort()).toEqual(
			COMMANDS.map(({ command }) => String(command).split(" ")[0]).sort(),
		);
		const unseen = Object.keys(SCHEMAS).filter((name) => !seen.has(name));
		expect(unseen).toEqual([
			...["demo-training", "demo-grid", "demo-network", "aggregate"],
			...["attest join", "attest leave", "app", "key import"],
			// Its own test holds it to its schema.
			...["farm coordinator", "farm worker", "farm token", "farm status", "farm submit"],
			...["ceremony new", "ceremony contribute", "ceremony beacon", "ceremony verify", "ceremony finish"],
			"ceremony page",
			...["profile", "bench"],
		]);
	});
});

/** A second deployment is refused while the first is there, and so is a second chain on the port. */
async function refused(): Promise<void> {
	const second = await run("deploy");
	expect(second.code).toBe(1);
	expect(JSON.parse(second.stdout).error).toMatch(/are on chain 31337 already .*--replace/);
	vi.stubEnv("UMPIRE_HOME", join(folder, "other"));
	const other = await run("network", "start", "--port", String(port));
	expect(JSON.parse(other.stdout).error).toMatch(/Another chain answers at/);
	const taken = createServer().listen(0, "127.0.0.1");
	await new Promise((resolve) => taken.once("listening", resolve));
	const { port: used } = taken.address() as { port: number };
	const held = await run("network", "start", "--port", String(used));
	taken.close();
	expect(JSON.parse(held.stdout).error).toMatch(/something that is no chain listens there/);
	vi.stubEnv("UMPIRE_HOME", join(folder, "home"));
}

/** Everything by stores alone: provider, verifier and audit have empty folders, a bucket, and the address of the market. */
async function storage(market: string): Promise<void> {
	const s3 = await s3Server("bucket");
	for (const [name, value] of Object.entries(s3.keys)) vi.stubEnv(name, value);
	const store = ["--store", `s3://bucket/umpire?endpoint=${s3.url}`];
	const { cid } = await json("store", "put", model, ...store);
	expect(await json("store", "verify", cid as string, ...store)).toMatchObject({ ok: true });
	await json("store", "pin", cid as string, ...store, "--store", `folder:${join(folder, "pinned")}`);
	const back = join(folder, "back.onnx");
	await json("store", "get", cid as string, "--store", `folder:${join(folder, "pinned")}`, "--out", back);
	expect(await readFile(back)).toEqual(await readFile(model));
	const registered = await json("register", model, "--calibrate", input, ...store);
	expect(registered).toMatchObject({ known: true, content: { announced: true } });
	expect(await json("request", "1", input, "--no-wait", ...store)).toMatchObject({
		request: 4,
		content: { stores: [{ ok: true }] },
	});
	const there = ["--umpire", market, "--rpc", rpc, ...store];
	vi.stubEnv("UMPIRE_HOME", join(folder, "guarding"));
	const guard = start("verify", "1", ...there);
	vi.stubEnv("UMPIRE_HOME", join(folder, "providing"));
	const provide = () => start("provide", "1", "--price", "0.001", ...there);
	const killed = provide();
	await killed.until(/Claimed request 4/);
	await guard.until(/Claim 3 agrees/);
	await killed.kill();
	await travel(await connectRpc(rpc), 4001n);
	const again = provide();
	await again.until(/The record of claim 3 is baf/);
	for (const one of [guard, again]) expect(await one.stop()).toBe(0);
	vi.stubEnv("UMPIRE_HOME", join(folder, "auditing"));
	const page = join(folder, "audit.html");
	expect(await json("audit", "4", ...there, "--html", page)).toMatchObject({
		ok: true,
		claims: [{ claim: 3, right: true, status: "final", records: [{ differences: [] }] }],
	});
	expect(await readFile(page, "utf8")).toMatch(/All is as it should be/);
	vi.stubEnv("UMPIRE_HOME", join(folder, "home"));
	await s3.close();
}

/** A grid of one point, from its contract to its end; what demo-grid prints is looked at where it is played. */
async function grids(): Promise<void> {
	const [small, values, points] = ["small.onnx", "values.json", "points.json"].map((name) =>
		join(folder, name),
	);
	const g = new GraphBuilder("small");
	g.output(g.node("Relu", [g.input("hyper", "float32", [1, 2])]), "float32", [1, 2]);
	await writeFile(small, writeModel(g.model()));
	await writeFile(values, JSON.stringify({ input_data: [[1, -1]] }));
	await writeFile(points, JSON.stringify([{ steps: 1, hyperparameters: [3, 5] }]));
	const chain = await connectRpc(rpc);
	expect(await json("register", small, "--calibrate", values)).toMatchObject({ number: 2 });
	const lengths = ["--rounds", "1", "--round-seconds", "600", "--reservation-seconds", "600"];
	const { grid } = await json("grid", "deploy", "--block-seconds", "600");
	expect(await json("grid", "use", grid as string)).toMatchObject({ grid });
	const terms = ["--hyper", "hyper", "--points", points, "--bounty", "1", "--stake", "0.5", ...lengths];
	expect(await json("grid", "open", "2", values, ...terms)).toEqual({ grid: 1 });
	const worker = start("grid", "work", "1", "--as", "third-submitter");
	await worker.until(/Joined round 0/);
	expect(await json("grid", "status", "1")).toMatchObject({ status: 2, rounds: [{ value: "pending" }] });
	await travel(chain, 600n);
	await worker.until(/Claimed request/);
	expect(await json("grid", "status", "1")).toMatchObject({ points: [{ status: 2, claim: { status: 1 } }] });
	await travel(chain, 3601n);
	await worker.until(/Withdrew .* ETH/);
	expect(await worker.stop()).toBe(0);
	expect(await json("grid", "close", "1")).toMatchObject({ status: 3, accepted: 1, best: 1 });
}

/** Whether a role has sent anything with the account that it has of its own, so that others can run beside it. */
async function hasSent(role: Role): Promise<boolean> {
	const { reader } = await connectRpc(rpc);
	return (await reader.getTransactionCount({ address: localAccount(role).address })) > 0;
}

/** Jobs over the program of the grid: one is computed by a worker that is killed meanwhile, one is taken back. */
async function networks(): Promise<void> {
	const values = join(folder, "values.json");
	const chain = await connectRpc(rpc);
	const as = ["--as", "second-submitter"];
	const { jobs, workers } = await json("job", "deploy", "--block-seconds", "600");
	expect(await json("job", "use", jobs as string)).toMatchObject({ jobs, workers });
	const { attestations, operators } = await json("operators", "deploy");
	expect(await json("operators", "use", attestations as string)).toMatchObject({ attestations, operators });
	expect(await json("operators", "list")).toMatchObject({ epoch: 1, stake: "0", operators: [] });
	expect(await json("operators", "records")).toEqual({ records: [] });
	expect(await json("operators", "cover", "1", "--value", "0.5")).toMatchObject({ request: 1 });
	const work = () => start("work", "join", "--stake", "2", "--gpu", "none", ...as);
	const first = work();
	await first.until(/Registered with a stake of 2 ETH: 1 slots/);
	expect(await json("index", "status")).toMatchObject({ items: { program: expect.any(Number) } });
	const api = start("serve", "--port", "0");
	await api.until(/Serving on/);
	expect(await api.stop()).toBe(0);
	const coordinator = start("coordinate");
	expect(await json("job", "submit", "2", values, "--reward", "0.05")).toEqual({ job: 1 });
	expect(await json("job", "submit", "2", values, "--tries", "1")).toEqual({ job: 2 });
	expect(await json("job", "cancel", "2")).toMatchObject({ status: 7 });
	expect(await json("job", "status", "1")).toMatchObject({ status: 1, reward: "50000000000000000" });
	await travel(chain, 200n);
	await travel(chain, 1n);
	await first.until(/Claimed request/);
	await first.kill();
	await travel(chain, 3601n);
	const second = work();
	await second.until(/Withdrew 0\.05\d* ETH/);
	expect(await json("job", "status", "1")).toMatchObject({ status: 5, claim: { status: 2 } });
	expect(await json("job", "result", "1")).toMatchObject({ job: 1, output: [expect.closeTo(1, 3), 0] });
	expect((await run("job", "result", "2")).code).toBe(1);
	expect(await json("work", "status", ...as)).toMatchObject({ status: 1, reputation: 100, unresolved: 0 });
	expect(await second.stop()).toBe(0);
	const leaving = start("work", "leave", ...as);
	await leaving.until(/Leaving/);
	await travel(chain, 200n);
	await leaving.until(/Nothing is left here/);
	expect(await leaving.stop()).toBe(0);
	expect(await json("work", "status", ...as)).toMatchObject({ status: 3, stake: "0" });
	expect(await coordinator.stop()).toBe(0);
	expect(await hasSent("coordinator")).toBe(true);
}

/** A bounty on x², from its contract to its end; its contributor is killed in between. */
async function bounties(): Promise<void> {
	const [first, better] = ["first.onnx", "better.onnx"].map((name) => join(folder, name));
	await writeFile(first, writeModel(squareNetwork(POOR)));
	await writeFile(better, writeModel(squareNetwork(GOOD)));
	const chain = await connectRpc(rpc);
	const as = ["--as", "second-submitter"];
	const { bounties } = await json("bounty", "deploy", "--block-seconds", "600");
	expect(await json("bounty", "use", bounties as string)).toMatchObject({ bounties });
	expect((await run("bounty", "deploy")).code).toBe(1);
	const times = ["--commit-seconds", "600", "--reveal-seconds", "3600", "--score-seconds", "3600"];
	const task = ["--task", "square", "--range", "2", "--pool", "1"];
	expect(await json("bounty", "open", first, ...task, ...times)).toMatchObject({ bounty: 1 });
	await start("bounty", "submit", "1", first, ...as).until(/These weights gain 0 on drawn data/);
	expect((await run("bounty", "reveal", "1", better, ...as)).stdout).toMatch(/are in no round that runs/);
	const entered = start("bounty", "submit", "1", better, ...as);
	await entered.until(/Committed to weights in round 1/);
	await entered.kill();
	expect(await json("bounty", "status", "1")).toMatchObject({ isRunning: true, candidates: [{ status: 1 }] });
	await travel(chain, 601n);
	expect(await json("bounty", "reveal", "1", better, ...as)).toMatchObject({ candidates: [{ status: 2 }] });
	expect((await run("bounty", "close", "1")).code).toBe(1);
	const watching = start("bounty", "watch", "1", "--score");
	await travel(chain, 3600n);
	await watching.until(/Brought the value of round 1/);
	await travel(chain, 10n ** 5n);
	await watching.until(/its contributor may claim its score/);
	expect(await watching.stop()).toBe(0);
	expect(await hasSent("keeper")).toBe(true);
	expect(await json("bounty", "draw", "1")).toMatchObject({
		round: { value: "known" },
		candidates: [{ status: 3 }],
	});
	const again = start("bounty", "submit", "1", better, ...as);
	await again.until(/Claimed request/);
	await travel(chain, 3601n);
	await again.until(/is scored: it gains/);
	expect(await again.stop()).toBe(0);
	expect(await json("bounty", "close", "1")).toMatchObject({ isRunning: false, round: { best: 1 } });
	expect(await json("bounty", "end", "1")).toMatchObject({ status: 3, pool: "0" });
	expect((await run("bounty", "status", "2")).stdout).toMatch(/There is no bounty 2/);
}

async function inputsRoot(): Promise<string> {
	return (await json<{ inputsRoot: string }>("result", "1")).inputsRoot;
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}
