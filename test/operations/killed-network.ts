import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { deployAttesters, openAttesters } from "@umpire/actors/attesters/attester-contracts.ts";
import { AttesterReader } from "@umpire/actors/attesters/read-attesters.ts";
import { SignedVotes } from "@umpire/actors/attesters/signed-votes.ts";
import { demoJobs } from "@umpire/actors/jobs/demo-programs.ts";
import { deployNetwork, openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { NetworkReader, readJob } from "@umpire/actors/jobs/read-network.ts";
import { submitJob } from "@umpire/actors/jobs/submit-job.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { worldOf } from "@umpire/actors/world.ts";
import { connectRpc, signerFor } from "@umpire/chain/connection.ts";
import { openContracts } from "@umpire/chain/contracts.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { startNode } from "@umpire/chain/node.ts";
import { chainTime, mineBlock } from "@umpire/chain/time.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import { signedKey } from "@umpire/markets/attester-steps.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { JOB_STATUS } from "@umpire/markets/network-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { localAccount, type Role, writeLocalAccounts } from "@umpire/store/accounts.ts";
import { writeDeployment } from "@umpire/store/deployments.ts";
import { openHome } from "@umpire/store/home.ts";
import { parseEther } from "viem";
import { FAULTS, FaultyRpc } from "./faulty-rpc.ts";

/**
 * `node test/operations/killed-network.ts SECONDS` runs a chain, a worker, a coordinator, three attesters and an
 * aggregator as processes of their own, each between two sound nodes and one that goes wrong ever anew; kills them with
 * SIGKILL at random moments for so many seconds and starts them again; then lets them finish, and looks whether anything
 * was lost or signed twice. It prints what it found; its exit code is 1 if that is anything.
 */
const seconds = Number(process.argv[2] ?? 300);
const SOUND = process.argv.includes("--sound");
const STAKE = parseEther("2");
const EPOCH = 40;
const ROLES = ["attester", "second-attester", "third-attester"] as const;

const random = (from: number, to: number) => from + Math.random() * (to - from);
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === "string") throw new Error("There is no free port.");
	return address.port;
}

/** A command that is killed and started again until it is let be. */
class Mortal {
	kills = 0;
	readonly lines: string[] = [];
	readonly #name: string;
	readonly #args: readonly string[];
	#child: ChildProcess | undefined;
	#isOver = false;

	constructor(name: string, args: readonly string[]) {
		this.#name = name;
		this.#args = args;
	}

	#start(): ChildProcess {
		const child = spawn(process.execPath, [join(projectRoot, "bin", "umpire.ts"), ...this.#args], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		const keep = (chunk: Buffer) => {
			for (const line of chunk.toString("utf8").split("\n")) if (line.trim() !== "") this.lines.push(line);
		};
		child.stdout?.on("data", keep);
		child.stderr?.on("data", keep);
		child.once("exit", (code) => {
			if (!this.#isOver && code !== null) this.lines.push(`(ended by itself with code ${code})`);
		});
		return child;
	}

	async live(until: number): Promise<void> {
		this.#child = this.#start();
		while (Date.now() < until) {
			// Often before it has come up, or while it does its first moves; sometimes long afterwards.
			await sleep(Math.min(random(2000, Math.random() < 0.5 ? 9000 : 30_000), until - Date.now()));
			if (Date.now() >= until) break;
			this.#child.kill("SIGKILL");
			this.kills++;
			await sleep(random(0, 1500));
			this.#child = this.#start();
		}
	}

	/** Starts it again if it has ended. */
	keep(): void {
		if (this.#child === undefined || this.#child.exitCode !== null) this.#child = this.#start();
	}

	stop(): void {
		this.#isOver = true;
		this.#child?.kill("SIGKILL");
		say(`${this.#name}: killed ${this.kills} times`);
	}
}

const found: string[] = [];
const folder = await mkdtemp(join(tmpdir(), "umpire-killed-"));
const node = await startNode({ port: await freePort() });
const rpcs = await Promise.all([1, 2, 3].map(() => FaultyRpc.before(node.url)));
const connection = await connectRpc(node.url);
const home = openHome(folder);
await writeLocalAccounts(home);
const parameters = { ...DEFAULT_PARAMETERS, challengePeriod: 100 };
const deployment = await deploy(signerFor(connection, localAccount("deployer")), parameters);
await writeDeployment(home, deployment);
const contracts = await openContracts(connection, deployment);
const world = (role: Role) => worldOf(home, contracts, localAccount(role));
const client = await world("requester");
const deployer = await world("deployer");
const network = { ...NETWORK_PRESETS.test, roundSeconds: 15, exitDelay: 15 };
await deployNetwork(deployer, { parameters: network, blockSeconds: 2, withToken: false });
await deployAttesters(deployer, { ...ATTESTER_PRESETS.test, epochSeconds: EPOCH });
const jobs = await openNetwork(client);
const attesters = await openAttesters(client);
const programs = [];
for (const { program, inputs } of (await demoJobs(5)).slice(0, 4)) {
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(client, program, commitment);
	programs.push({ loaded: { number, root, program, commitment }, inputs });
}
say(`Everything is deployed in ${folder}.`);

const mining = setInterval(() => void mineBlock(connection).catch(() => {}), 2000);
const failing = setInterval(() => {
	if (SOUND) return;
	const [one] = rpcs.sort(() => Math.random() - 0.5);
	for (const rpc of rpcs) rpc.fault = undefined;
	const faults = FAULTS.filter((fault) => fault !== "other chain");
	void one.fail(faults[Math.floor(Math.random() * faults.length)]);
}, 7000);
const common = ["--home", folder, "--rpc", rpcs.map(({ url }) => url).join(",")];
const ports = await Promise.all(ROLES.map(freePort));
const served = ports.flatMap((port) => ["--attester", `http://127.0.0.1:${port}`]);
const mortals = [
	new Mortal("work", ["work", "--stake", "2", "--capacity", "4", "--least-seconds", "60", ...common]),
	new Mortal("coordinate", ["coordinate", ...common]),
	new Mortal("aggregate", ["aggregate", ...served, ...common]),
	...ROLES.map(
		(as, i) => new Mortal(as, ["attest", "--as", as, "--stake", "2", "--serve", String(ports[i]), ...common]),
	),
];
const until = Date.now() + 1000 * seconds;
const lives = mortals.map((mortal) => mortal.live(until));
const submitted: number[] = [];
const terms = {
	token: ETHER,
	reward: parseEther("0.1"),
	exposure: parseEther("0.2"),
	workSeconds: 3600,
	tries: 2,
};
for (let i = 0; Date.now() < until - 30_000; i++) {
	const { loaded, inputs } = programs[i % programs.length];
	submitted.push(await submitJob(client, jobs, loaded, inputs, terms));
	await sleep(random(10_000, 40_000));
}
await Promise.all(lives);
clearInterval(failing);
for (const rpc of rpcs) rpc.fault = undefined;
say(`${submitted.length} jobs were submitted; nothing is killed any more.`);

const isOver = async (): Promise<boolean> => {
	await client.feed.poll();
	for (const job of submitted)
		if ((await readJob(client, jobs, job)).status !== JOB_STATUS.verified) return false;
	const reader = new AttesterReader(client, attesters, client.signer.account.address);
	const { seen } = await reader.look(Number(await chainTime(connection)));
	return seen.records.every(({ status }) => status !== RECORD_STATUS.attested);
};
for (let i = 0; i < 900 && !(await isOver()); i++) {
	for (const mortal of mortals) mortal.keep();
	await sleep(2000);
}
await sleep(6000);
for (const mortal of mortals) mortal.stop();
clearInterval(mining);

await client.feed.poll();
const worker = localAccount("submitter").address;
for (const job of submitted) {
	const { status, worker: by } = await readJob(client, jobs, job);
	if (status !== JOB_STATUS.verified || by !== worker.toLowerCase())
		found.push(`Job ${job} has status ${status}, worker ${by}.`);
}
const claims = client.feed.events.filter(({ name }) => name === "Claimed");
if (claims.length !== submitted.length) found.push(`${claims.length} claims for ${submitted.length} jobs.`);
const seenWorker = await new NetworkReader(client, jobs).worker(worker);
// What it took brought an exposure of its own, which became stake.
if (seenWorker.stake < STAKE || seenWorker.exposure !== 0n || seenWorker.unresolved !== 0)
	found.push(`The worker: ${JSON.stringify(seenWorker, (_, v) => (typeof v === "bigint" ? String(v) : v))}`);
const reader = new AttesterReader(client, attesters, client.signer.account.address);
const { seen } = await reader.look(Number(await chainTime(connection)));
const operators = await reader.operators();
let signatures = 0;
for (const role of ROLES) {
	const account = localAccount(role).address.toLowerCase();
	const operator = operators.find((one) => one.account === account);
	if (operator?.stake !== STAKE) found.push(`${role} has ${operator?.stake} at stake.`);
	const name = `${connection.chain.id}-${attesters.operators.address.toLowerCase()}-${account}`;
	const votes = await new SignedVotes(home, name).all();
	signatures += votes.length;
	const keys = votes.map(({ claim, epoch }) => signedKey(claim, epoch));
	if (new Set(keys).size !== keys.length) found.push(`${role} has signed a claim twice in an epoch.`);
	const outputs = Map.groupBy(votes, ({ program, inputsRoot }) => `${program} ${inputsRoot}`);
	for (const [question, group] of outputs)
		if (new Set(group.map(({ outputRoot }) => outputRoot)).size > 1)
			found.push(`${role} has signed two outputs of ${question}.`);
	for (const { id, claim, epoch, signers } of seen.records) {
		const isIn = operator !== undefined && ((signers >> BigInt(operator.number)) & 1n) === 1n;
		if (isIn && !keys.includes(signedKey(claim, epoch)))
			found.push(`Record ${id} has a signature of ${role} that its home folder does not know.`);
	}
}
const soft = seen.records.filter(({ softAt }) => softAt !== 0).length;
const files = await readdir(folder, { recursive: true });
const damaged = files.filter((file) => file.includes(".damaged"));
if (damaged.length > 0) found.push(`Damaged files: ${damaged.join(", ")}`);
for (const mortal of mortals) {
	const ends = mortal.lines.filter((line) => /ended by itself|defect|TypeError|at file:/.test(line));
	for (const line of new Set(ends)) found.push(line);
}
say(
	`${submitted.length} jobs, ${claims.length} claims, ${seen.records.length} records (${soft} softly final), ${signatures} signatures, ` +
		`${mortals.reduce((sum, { kills }) => sum + kills, 0)} kills, ${files.filter((file) => file.endsWith(".tmp")).length} files left half written.`,
);
const told = Map.groupBy(
	mortals.flatMap(({ lines }) => lines),
	(line) => line.replaceAll(/\d+|0x[0-9a-f]+/g, "N"),
);
if (process.argv.includes("--lines"))
	for (const [line, all] of [...told].sort(([, a], [, b]) => b.length - a.length).slice(0, 60))
		console.log(`${all.length} × ${line}`);
for (const line of found) say(`FOUND: ${line}`);
for (const rpc of rpcs) rpc.close();
node.process.kill();
if (found.length === 0) await rm(folder, { recursive: true, force: true });
process.exit(found.length === 0 ? 0 : 1);
