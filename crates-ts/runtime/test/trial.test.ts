import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model, Node } from "@umpire/onnx/model.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { levelsFor } from "../src/onnxruntime.ts";
import { parseProgram, programFileModel } from "../src/program-bytes.ts";
import { requireRunnable } from "../src/runnable.ts";
import { tryModels } from "../src/trial.ts";

const node = (opType: string, inputs: string[], output: string): Node => ({
	name: output,
	opType,
	domain: "",
	inputs,
	outputs: [output],
	attributes: new Map(),
});

/** A model of one input `x` of float32, four numbers, and one output `y` of the same. */
const model = (nodes: Node[]): Model => ({
	irVersion: 8,
	producer: "test",
	graph: {
		name: "g",
		inputs: [{ name: "x", type: "float32", dims: [4] }],
		outputs: [{ name: "y", type: "float32", dims: [4] }],
		valueInfo: [],
		initializers: new Map(),
		nodes,
	},
	opsets: new Map([["", 17]]),
	functions: [],
	metadata: new Map(),
});

const sound = model([node("Add", ["x", "x"], "y")]);

/** Calls within calls: onnxruntime follows them when it opens a session, until its stack ends and the process with it. */
const CALLS = 20_000;
const opsets = new Map([
	["", 17],
	["test", 1],
]);
const call = (index: number, from: string, to: string): Node => ({
	...node(`F${index}`, [from], to),
	domain: "test",
});
const fatal: Model = {
	...model([call(0, "x", "y")]),
	opsets,
	functions: Array.from({ length: CALLS }, (_, i) => ({
		name: `F${i}`,
		domain: "test",
		inputs: ["a"],
		outputs: ["b"],
		nodes: [i === CALLS - 1 ? node("Add", ["a", "a"], "b") : call(i + 1, "a", "b")],
		opsets,
		doc: "",
	})),
};

describe("tryModels", () => {
	// What trials leave behind is looked for in a folder that nobody else writes to.
	let folder: string;
	const before = process.env.TMPDIR;
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), "umpire-trial-"));
		process.env.TMPDIR = folder;
	});
	afterAll(() => {
		process.env.TMPDIR = before;
		if (before === undefined) delete process.env.TMPDIR;
		rmSync(folder, { recursive: true });
	});

	it("loads and runs what onnxruntime takes", async () => {
		await tryModels([sound, sound], 1);
	});

	it("tells what onnxruntime refuses", async () => {
		await expect(tryModels([model([node("Sqrt", ["x"], "y")])], 1)).rejects.toThrow(/may round: Sqrt/);
	});

	it("survives what ends onnxruntime's process, and leaves nothing of it on the disk", async () => {
		await expect(tryModels([sound, fatal], 1)).rejects.toThrow("its process ended with SIGSEGV");
		expect(readdirSync(folder)).toEqual([]);
		await tryModels([sound], 1);
	});

	it("is given up after its time, whatever its process does", async () => {
		await expect(tryModels([sound], 1, 0)).rejects.toThrow("it took more than 0 s");
	});

	it("lets some wait when there are many, and all of them have their turn", async () => {
		const trials = Array.from({ length: 9 }, (_, i) => tryModels([i % 2 === 0 ? sound : fatal], 1));
		const results = await Promise.allSettled(trials);
		expect(results.map(({ status }) => status)).toEqual(
			trials.map((_, i) => (i % 2 === 0 ? "fulfilled" : "rejected")),
		);
	});
});

/** What Linux says of a process; null if there is none, or no Linux. */
function told(pid: number, file: string): string | null {
	try {
		return readFileSync(`/proc/${pid}/${file}`, "utf8");
	} catch {
		return null;
	}
}

/** Waits until something is there, however long that takes. */
async function until<T>(look: () => T | null): Promise<T> {
	for (;;) {
		const found = look();
		if (found !== null) return found;
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

describe.runIf(process.platform === "linux")("the process of a trial", () => {
	it("knows no keys and passwords, and ends in the middle of a kernel when its parent is killed", async () => {
		const folder = mkdtempSync(join(tmpdir(), "umpire-trial-"));
		const env = { ...process.env, TMPDIR: folder, UMPIRE_PASSWORD: "a secret" };
		const parent = fork(new URL("trial-parent.ts", import.meta.url), { env, execArgv: [], stdio: "ignore" });
		const pid = parent.pid!;
		const trial = await until(() => {
			const [child] = (told(pid, `task/${pid}/children`) ?? "").split(" ").filter(Boolean);
			return child === undefined ? null : Number(child);
		});
		// Three seconds of the processor's: modules are loaded long before.
		const ticks = () =>
			Number(
				(told(trial, "stat") ?? "")
					.replace(/^.*\) /, "")
					.split(" ")
					.at(11),
			);
		await until(() => (ticks() > 300 ? true : null));
		const variables = (told(trial, "environ") ?? "").split("\0");
		expect(variables.some((variable) => variable.startsWith("PATH="))).toBe(true);
		expect(variables.filter((variable) => variable.startsWith("UMPIRE_"))).toEqual([]);
		expect(told(trial, "oom_score_adj")?.trim()).toBe("1000");
		const before = ticks();
		parent.kill("SIGKILL");
		const end = await until(() => {
			if (!/^State:\s+[^Z]/m.test(told(trial, "status") ?? "")) return "ended";
			return ticks() > before + 300 ? "still at work" : null;
		});
		expect(end).toBe("ended");
		rmSync(folder, { recursive: true });
	});
});

describe("levelsFor", () => {
	it("leaves out the optimisers for so many nodes that they take longer than they save", () => {
		const nodes = (count: number) => model(Array.from({ length: count }, () => node("Add", ["x", "x"], "y")));
		expect(levelsFor(nodes(4095))).toEqual(["all", "basic", "disabled"]);
		expect(levelsFor(nodes(4096))).toEqual(["disabled"]);
	});
});

describe("requireRunnable", () => {
	const spec: TensorSpec = { shape: [4], layout: [0], width: 8, low: -128, high: 127, scale: 1 };
	const program: Program = {
		name: "p",
		steps: 1,
		inputs: [{ name: "x", ...spec }],
		constants: [],
		operators: [
			{
				kind: "Max",
				form: { type: "elementwise" },
				operands: [
					{ source: "input", index: 0 },
					{ source: "input", index: 0 },
				],
				node: "n",
				opType: "Max",
				...spec,
			},
		],
		outputs: [{ name: "y", operator: 0 }],
	};

	it("opens no session in this process, and tries a program once", async () => {
		const create = vi.spyOn(InferenceSession, "create");
		const commitment = await commitProgram(program);
		const first = requireRunnable(program, commitment);
		expect(requireRunnable(structuredClone(program), commitment)).toBe(first);
		await first;
		const model = programFileModel(program, commitment);
		expect(await parseProgram(writeModel(model))).toEqual({ program, commitment });
		expect(create).not.toHaveBeenCalled();
	});

	it("takes programs under one root for several where their bodies may differ", async () => {
		const commitment = await commitProgram(program);
		const { form: _, ...rest } = program.operators[0];
		const other: Program = { ...program, operators: [{ ...rest, form: { type: "reduce", axes: [] } }] };
		const tries = [program, other].map((one) => requireRunnable(one, commitment));
		expect(tries[0]).not.toBe(tries[1]);
		await Promise.allSettled(tries);
	});
});
