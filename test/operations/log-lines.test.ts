import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { setUp } from "@umpire/actors/set-up.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Running, script } from "../running.ts";
import { freePort } from "./free-port.ts";

const testdata = join(projectRoot, "testdata");

/** A line of a log: its text and the numbers that it carries. */
interface Line {
	readonly message: string;
	readonly [number: string]: unknown;
}

let folder: string;
let node: LocalNode;
let environment: NodeJS.ProcessEnv;
const running: Running[] = [];
const start = (...words: string[]): Running => {
	const actor = new Running(environment, words);
	running.push(actor);
	return actor;
};
const run = async (...words: string[]) => {
	const { stdout } = await promisify(execFile)(process.execPath, [script, ...words, "--json"], {
		env: environment,
	});
	return JSON.parse(stdout);
};

const jsonLines = ({ printed }: Running): Line[] =>
	printed
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));

/** Lines of text that begin with a time and may end with `[request=1 claim=1]`. */
const textLines = ({ printed }: Running): Line[] =>
	printed
		.trim()
		.split("\n")
		.map((line) => {
			const [, message, numbers = ""] = /^\S+Z (?:info|warning|error) +(.*?)(?: \[((?:\w+=\w+ ?)+)\])?$/.exec(
				line,
			)!;
			const fields = numbers.split(" ").filter((one) => one !== "");
			return {
				message,
				...Object.fromEntries(fields.map((one) => [one.split("=")[0], Number(one.split("=")[1])])),
			};
		});

beforeAll(async () => {
	await setUp(() => {});
	folder = await mkdtemp(join(tmpdir(), "umpire-log-lines-"));
	node = await startNode({ port: await freePort() });
	environment = { ...process.env, UMPIRE_HOME: folder, UMPIRE_RPC: node.url, NO_COLOR: "1" };
});

afterAll(async () => {
	for (const { child } of running) child.kill("SIGKILL");
	node?.process.kill();
	await rm(folder, { recursive: true, force: true });
});

it("carry the numbers of the request, claim and dispute that they are about", async () => {
	await run("deploy", "--challenge-period", "3600", "--increment", "3600");
	const input = join(testdata, "dnn-input.json");
	await run("register", join(testdata, "dnn.onnx"), "--calibrate", input);
	// The dispute that is read is the second one, of the second claim, on the second request.
	const honest = start("submit", "1", "--as", "second-submitter");
	await run("request", "1", input, "--no-wait");
	await honest.until(/Claimed request 1/);
	await honest.stop("SIGINT");
	await run("request", "1", join(testdata, "digits", "input-3.json"), "--no-wait");

	const lying = ["submit", "1", "--defect", "1:3", "--log-format", "json"];
	const claimed = start(...lying);
	await claimed.until(/Claimed request 2/);
	await claimed.stop("SIGINT");
	// So that it has to compute in the dispute, of which it tells without a number in its words.
	await rm(join(folder, "claimed"), { recursive: true });
	const liar = start(...lying);
	const guard = start("verify", "1", "--mode", "bisect");
	await guard.until(/the claim is rejected[\s\S]*Withdrew/);
	await liar.until(/bond of .* is lost/);
	for (const actor of [liar, guard]) expect(await actor.stop("SIGINT")).toBe(0);

	const all = [claimed, liar].flatMap(jsonLines).concat(textLines(guard));
	for (const line of all) {
		for (const [, kind, id] of line.message.matchAll(/\b(request|claim|dispute) (\d+)\b/gi)) {
			expect(line).toMatchObject({ [kind.toLowerCase()]: Number(id) });
		}
	}
	const story = all.filter(({ dispute }) => dispute === 1);
	for (const line of story) expect(line).toMatchObject({ request: 2, claim: 2, dispute: 1 });
	expect(story.map(({ message }) => message)).toEqual([
		"Computing the trace of a challenged claim...",
		"Dispute 1: opened the demanded node.",
		"Dispute 1: published the words of the demanded leaf.",
		expect.stringMatching(/^Claim 2 is rejected: .* \(dispute 1\)/),
		expect.stringMatching(/^Dispute 1: the leftmost difference is below/),
		expect.stringMatching(/^Dispute 1: .*; proving\.\.\.$/),
		expect.stringMatching(/^Dispute 1: proved in/),
	]);
});
