import { join } from "node:path";
import { getClaim } from "@umpire/chain/contracts.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { folderStore } from "@umpire/store/folder-store.ts";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../src/actor.ts";
import { type CompiledFile, compileFile } from "../src/compile-file.ts";
import type { Mode } from "../src/direct-challenge.ts";
import { openInputs } from "../src/models.ts";
import { playOut } from "../src/play-out.ts";
import { registerProgram } from "../src/register.ts";
import { postRequest } from "../src/requester.ts";
import { setUp } from "../src/set-up.ts";
import { openStage, type Stage } from "../src/stage.ts";
import { submitter } from "../src/submitter.ts";
import { verifier } from "../src/verifier.ts";

const model = join(projectRoot, "testdata", "lenet-5.onnx");
const input = join(projectRoot, "testdata", "lenet-5-input.json");
/** Wrong numbers: in a pooling, in a dense layer, from where it reaches the output, and in the output. */
const [POOLING, HIDDEN, OUTPUT] = ["1:737", "5:75", "7:6"];

let compiled: CompiledFile;
let stage: Stage | undefined;
beforeAll(async () => {
	await setUp(() => {});
	compiled = await compileFile(model, {
		bits: 16,
		calibrate: [input],
		progress: () => {},
	});
}, 600_000);
afterEach(() => stage?.close());

/** An actor that is killed after every look at the chain and starts again from disk and chain. */
function forgetful(name: string, start: () => Promise<Actor>): Actor {
	return { name, tick: async () => (await start()).tick() };
}

interface Play {
	readonly lazy?: boolean;
	readonly segment?: number;
	readonly defect?: string | undefined;
	readonly publishTrace?: boolean;
	readonly mode?: Mode;
	/** Changes what the submitter stored before the verifier looks. */
	readonly tamper?: (stage: Stage, traceRoot: `0x${string}`) => Promise<void>;
}

/** Plays a claim to its end; gives its status, the moves and what was said. */
async function play({ lazy = false, segment, defect, publishTrace, mode, tamper }: Play) {
	stage = await openStage();
	const on = stage;
	const program = { ...compiled.program, lazy, ...(segment === undefined ? {} : { segment }) };
	const requester = await on.world("requester");
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(requester, program, commitment);
	const floats = openInputs(input, compiled.model, new Map());
	const inputs = program.inputs.map((spec) => quantiseInput(floats.get(spec.name)!, spec).elements);
	await postRequest(requester, { number, root, program, commitment }, inputs, {
		fee: "0.01",
		within: 86_400,
	});
	const said: string[] = [];
	const progress = (line: string) => said.push(line);
	const id = String(number);
	const claimant = forgetful("submitter", async () =>
		submitter(await on.world("submitter"), id, { defect, publishTrace, progress }),
	);
	const guard = forgetful("verifier", async () =>
		verifier(await on.world("verifier"), id, { compare: "trace", progress, ...(mode ? { mode } : {}) }),
	);
	await on.settle([claimant]);
	await tamper?.(on, (await getClaim(on.contracts, 1n)).traceRoot);
	await playOut(on, [claimant, guard], 1n);
	const { status } = await getClaim(on.contracts, 1n);
	return { status, moves: on.moves.map(({ move }) => move), said: said.join("\n") };
}

describe("sides that are killed after every move", () => {
	it("defend and bring down lazy claims", async () => {
		const { status, moves } = await play({ lazy: true, defect: HIDDEN, mode: "bisect" });
		expect(status).toBe(CLAIM_STATUS.rejected);
		for (const move of ["challenge", "bindTrace", "enter", "settle"]) {
			expect(moves.filter((made) => made === move)).toHaveLength(1);
		}
	});

	it("bring down claims of checkpoints by a search, also where the submitter's trace is published", async () => {
		const { status, moves } = await play({ segment: 2, defect: POOLING, publishTrace: true, mode: "auto" });
		expect(status).toBe(CLAIM_STATUS.rejected);
		for (const move of ["challenge", "bindTrace", "enter", "settle"]) {
			expect(moves.filter((made) => made === move)).toHaveLength(1);
		}
	});

	it("let right lazy claims pass, of which nothing but the output is committed", async () => {
		const { status, moves } = await play({ lazy: true });
		expect(status).toBe(CLAIM_STATUS.final);
		expect(moves).not.toContain("challenge");
		expect(await folderStore(stage!.home.path("claimed")).list("traces")).toEqual([]);
	});
});

describe("a wrong claim is settled directly", () => {
	it("from the trace that its submitter published", async () => {
		const { status, moves } = await play({ defect: POOLING, publishTrace: true, mode: "direct" });
		expect(status).toBe(CLAIM_STATUS.rejected);
		expect(moves.filter((move) => /challenge|open|descend|settle/.test(move))).toEqual(["settleDirectly"]);
	});

	it("from one's own trace if only the output is false", async () => {
		const { status, moves } = await play({ defect: OUTPUT, mode: "direct" });
		expect(status).toBe(CLAIM_STATUS.rejected);
		expect(moves).not.toContain("challenge");
	});

	it("not if the trace is not to be had, nor from one that the root does not commit to", async () => {
		const hidden = await play({ defect: POOLING, mode: "direct" });
		expect(hidden.status).toBe(CLAIM_STATUS.final);
		expect(hidden.said).toMatch(/left alone: it cannot be settled directly, its trace is not in/);
		await stage!.close();
		const forged = await play({
			defect: POOLING,
			publishTrace: true,
			mode: "auto",
			async tamper({ home }, root) {
				const bytes = (await home.content.read("traces", root))!;
				const changed = bytes.slice();
				changed[changed.length - 5] ^= 1;
				await home.content.write("traces", root, changed);
			},
		});
		expect(forged.status).toBe(CLAIM_STATUS.rejected);
		expect(forged.moves).toContain("challenge");
	});
});
