import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wordHex } from "@umpire/commitment/hex.ts";
import { DEFAULT_LIMITS } from "@umpire/operators/limits.ts";
import { openHome } from "@umpire/store/home.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoProgram } from "../src/grid/demo-model.ts";
import { obstacleTo } from "../src/jobs/job-worker.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-job-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("W6: a worker declines what it has no program or no inputs for, or only damaged ones", async () => {
	const home = openHome(folder);
	const world = { home, limits: undefined };
	const { compiled, inputs } = await demoProgram(5);
	const program = await putProgram(home.content, compiled.program);
	const inputsRoot = await putInputs(home.content, compiled.program, inputs);
	expect(await obstacleTo(world, { program, inputsRoot })).toBe(undefined);
	// A program that asks for more than this worker allows is not computed here.
	const limits = { ...DEFAULT_LIMITS, operators: 1 };
	expect(await obstacleTo({ home, limits }, { program, inputsRoot })).toMatch(/operators/);
	const missing = wordHex(77n);
	expect(await obstacleTo(world, { program, inputsRoot: missing })).toMatch(/inputs 0x0+4d are not in/);
	expect(await obstacleTo(world, { program: missing, inputsRoot })).toMatch(/program 0x0+4d/);
	// What stands under a root and does not hash to it is not at hand.
	const changed = inputs.with(
		3,
		inputs[3].map((value) => value + 1),
	);
	const other = await putInputs(home.content, compiled.program, changed);
	await copyFile(home.path("inputs", `${other}.bin`), home.path("inputs", `${inputsRoot}.bin`));
	expect(await obstacleTo(world, { program, inputsRoot })).toMatch(/damaged/);
});

test("W6: a worker gets what it lacks from where it is told to", async () => {
	const client = openHome(join(folder, "client"));
	const { compiled, inputs } = await demoProgram(6);
	const program = await putProgram(client.content, compiled.program);
	const inputsRoot = await putInputs(client.content, compiled.program, inputs);
	const server = createServer((request, response) => {
		readFile(join(client.folder, request.url ?? "")).then(
			(bytes) => response.setHeader("content-length", bytes.length).end(bytes),
			() => response.writeHead(404).end(),
		);
	}).listen(0, "127.0.0.1");
	try {
		await once(server, "listening");
		const { port } = server.address() as AddressInfo;
		const home = openHome(join(folder, "worker"));
		expect(await obstacleTo({ home }, { program, inputsRoot })).toMatch(/does not have program/);
		const world = { home, sources: [`http://127.0.0.1:${port}`] };
		expect(await obstacleTo(world, { program, inputsRoot: wordHex(78n) })).toMatch(
			/inputs 0x0+4e are not in/,
		);
		expect(await obstacleTo(world, { program, inputsRoot })).toBe(undefined);
		expect(await obstacleTo({ home }, { program, inputsRoot })).toBe(undefined);
	} finally {
		server.close();
	}
});
