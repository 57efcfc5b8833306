import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "@umpire/actors/actor.ts";
import { compileFile } from "@umpire/actors/compile-file.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { namedSynthetic } from "@umpire/actors/synthetic.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import { type World, worldOf } from "@umpire/actors/world.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { type Connection, signerFor } from "@umpire/chain/connection.ts";
import { type Contracts, getClaim, openContracts } from "@umpire/chain/contracts.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { localAccount, type Role } from "@umpire/store/accounts.ts";
import { type Home, openHome } from "@umpire/store/home.ts";

const model = join(projectRoot, "testdata", "dnn.onnx");

/** A deployment with the small network registered as program 1 and one request for it. */
export interface Fixture {
	readonly home: Home;
	readonly contracts: Contracts;
	world(role: Role, connection?: Connection): Promise<World>;
	close(): Promise<void>;
}

export async function setUpFixture(connection: Connection, increment = 1000): Promise<Fixture> {
	// The chain's clock is that of this machine: however slow it is, nobody runs out of time.
	const parameters = { ...DEFAULT_PARAMETERS, increment, challengePeriod: 3600 };
	const deployment = await deploy(signerFor(connection, localAccount("deployer")), parameters);
	const contracts = await openContracts(connection, deployment, readArtifact);
	const folder = await mkdtemp(join(tmpdir(), "umpire-operations-"));
	const home = openHome(folder);
	const world = async (role: Role, over: Connection = connection) =>
		worldOf(home, await openContracts(over, deployment, readArtifact), localAccount(role));
	const { inputs: infos } = readModel(model).graph;
	const floats = namedSynthetic(infos, 1);
	const { program, commitment } = await compileFile(model, { bits: 16, progress: () => {} }, [
		infos.map(({ name }) => floats.get(name)!),
	]);
	const requester = await world("requester");
	const { number, root } = await registerProgram(requester, program, commitment);
	const inputs = program.inputs.map((spec) => quantiseInput(floats.get(spec.name)!, spec).elements);
	await postRequest(requester, { number, root, program, commitment }, inputs, {
		fee: "0.01",
		within: 86_400,
	});
	return { home, contracts, world, close: () => rm(folder, { recursive: true, force: true }) };
}

/** A submitter that gets one number wrong, and a verifier. */
export async function opponents(liar: World, guard: World): Promise<readonly [Actor, Actor]> {
	return [
		await submitter(liar, "1", { defect: "0:3", progress: () => {} }),
		await verifier(guard, "1", { compare: "trace", progress: () => {} }),
	];
}

/** Lets both look at the chain in turn until a claim has a status; what `between` does happens before each round. */
export async function playUntil(
	fixture: Fixture,
	actors: readonly Actor[],
	claim: bigint,
	status: number,
	between: (round: number) => Promise<void> = async () => {},
): Promise<string[]> {
	const failures: string[] = [];
	for (let round = 0; round < 100; round++) {
		await between(round);
		for (const actor of actors) {
			await actor.tick().catch((error: unknown) => {
				if (!(error instanceof UmpireError)) throw error;
				failures.push(error.message);
			});
		}
		const found = await getClaim(fixture.contracts, claim).catch(() => undefined);
		if (found?.status === status) return failures;
	}
	throw new Error(`The claim was not decided: ${failures.join("; ")}`);
}

/** How often each event happened. */
export async function countEvents(contracts: Contracts): Promise<Record<string, number>> {
	const feed = eventFeed(contracts);
	await feed.poll();
	const counts: Record<string, number> = {};
	for (const { name } of feed.events) counts[name] = (counts[name] ?? 0) + 1;
	return counts;
}
