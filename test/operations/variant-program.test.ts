import { demoJobs } from "@umpire/actors/jobs/demo-programs.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { variantOf, withOutput } from "@umpire/actors/variant-program.ts";
import type { World } from "@umpire/actors/world.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { send } from "@umpire/chain/send.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { wasTried } from "@umpire/testing/runtime/was-tried.ts";
import { afterEach, beforeEach, expect, test } from "vitest";

let stage: Stage;
let client: World;
beforeEach(async () => {
	stage = await openStage();
	client = await stage.world("requester");
});
afterEach(() => stage.close());

/** The same world, and how often its chain was asked. */
function counted(world: World): { readonly world: World; readonly asked: () => number } {
	let asked = 0;
	const { connection } = world.contracts;
	const reader = new Proxy(connection.reader, {
		get(target, name) {
			if (name === "readContract") asked++;
			return Reflect.get(target, name);
		},
	});
	const contracts = { ...world.contracts, connection: { ...connection, reader } };
	return { world: { ...world, contracts }, asked: () => asked };
}

test("a witness's program is derived from one's own, however many programs others have registered", async () => {
	const [{ program }, { program: unregistered }] = await demoJobs(7);
	const commitment = await commitProgram(program);
	// One that is here, but known to no chain, is in nobody's way.
	await putProgram(stage.home.content, unregistered);
	await registerProgram(client, program, commitment);
	const owed = await commitProgram(withOutput(program, program.operators.length - 2));
	const register = (header: ProgramHeader) =>
		send(client.signer, callOf(client.contracts, { type: "register", header }));
	await register(owed.header);
	const few = counted(client);
	expect((await variantOf(few.world, owed.root))?.commitment.header).toEqual(owed.header);
	for (let i = 1n; i <= 25n; i++) await register({ ...commitment.header, operatorsRoot: wordHex(i) });
	const many = counted(client);
	const derived = await variantOf(many.world, owed.root);
	expect(derived?.program.outputs).toEqual([{ name: "witness", operator: program.operators.length - 2 }]);
	// Another output makes another graph of it.
	expect(derived && (await wasTried(derived.program, owed.root))).toBe(true);
	expect(few.asked()).toBeGreaterThan(0);
	expect(many.asked()).toBe(few.asked());
});
