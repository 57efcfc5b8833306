import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wordHex } from "@umpire/commitment/hex.ts";
import type { SeenGrid } from "@umpire/markets/grid-steps.ts";
import { openHome } from "@umpire/store/home.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { putProgram } from "@umpire/store/programs.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoProgram } from "../src/grid/demo-model.ts";
import { requireAtHand } from "../src/grid/grid-worker.ts";
import type { World } from "../src/world.ts";

let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-grid-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("G6: a worker joins only when all programs validate and all inputs are at hand and hash to their roots", async () => {
	const home = openHome(folder);
	const world = { home } as unknown as World;
	const { compiled, inputs } = await demoProgram(5);
	const program = await putProgram(home.content, compiled.program);
	const gridOf = (...points: readonly (readonly [typeof program, typeof program])[]) =>
		({ points: points.map(([root, inputsRoot]) => ({ program: root, inputsRoot })) }) as unknown as SeenGrid;
	const stored = await putInputs(home.content, compiled.program, inputs);
	await requireAtHand(world, gridOf([program, stored]));
	const missing = wordHex(77n);
	await expect(requireAtHand(world, gridOf([program, stored], [program, missing]))).rejects.toThrow(
		/inputs 0x0+4d are not in .*ask the client/,
	);
	await expect(requireAtHand(world, gridOf([missing, stored]))).rejects.toThrow(/program 0x0+4d/);
	// What stands under a root and does not hash to it is not at hand.
	const changed = inputs.with(
		3,
		inputs[3].map((value) => value + 1),
	);
	const other = await putInputs(home.content, compiled.program, changed);
	await copyFile(home.path("inputs", `${other}.bin`), home.path("inputs", `${stored}.bin`));
	await expect(requireAtHand(world, gridOf([program, stored]))).rejects.toThrow(/damaged/);
});
