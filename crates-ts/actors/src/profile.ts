import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { planOf } from "@umpire/operators/plans.ts";
import type { Program } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { executable } from "@umpire/runtime/program-model.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";

/** What one node of the model takes in float, and the operators that it became take exactly, in microseconds a run. */
export interface ProfileRow {
	/** The node or nodes, as operators name them; "" for what belongs to none. */
	readonly node: string;
	readonly opType: string;
	readonly float: number;
	readonly exact: number;
	/** How its operators are computed. */
	readonly plans: readonly string[];
	/** Exact time by onnxruntime's operators. */
	readonly kernels: Readonly<Record<string, number>>;
}

export interface Profile {
	readonly float: number;
	readonly exact: number;
	readonly runs: number;
	/** In the order of the program. */
	readonly rows: readonly ProfileRow[];
}

/** What onnxruntime says of one call of one node. */
interface Call {
	readonly name: string;
	readonly opType: string;
	readonly microseconds: number;
}

/** Runs before what they take counts. */
const WARM_UP = 3;

/**
 * Runs a model and its program with one thread and asks onnxruntime what every node took. Nodes that onnxruntime adds
 * count where they are run: with what is before them.
 */
export async function profileModel(
	model: Model,
	program: Program,
	feeds: ReadonlyMap<string, Tensor>,
	runs: number,
): Promise<Profile> {
	const folder = await mkdtemp(join(tmpdir(), "umpire-profile-"));
	try {
		const float = await createFloatSession(model, { threads: 1, profile: join(folder, "float") });
		for (let run = 0; run < runs + WARM_UP; run++) await float.run(feeds);
		await float.release();
		const once = { ...program, steps: 1 };
		const exact = await openSession(once, { record: "outputs", threads: 1, profile: join(folder, "exact") });
		const inputs = program.inputs.map((spec) => quantiseInput(feeds.get(spec.name)!, spec).elements);
		for (let run = 0; run < runs + WARM_UP; run++) await exact.run(inputs);
		await exact.release();
		const [floatCalls, exactCalls] = [await callsIn(folder, "float"), await callsIn(folder, "exact")];
		return { runs, ...profileOf(model, program, typical(floatCalls, runs), typical(exactCalls, runs)) };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The calls of all runs but the first ones. Sessions of levels that were refused leave files without any. */
async function callsIn(folder: string, prefix: string): Promise<Call[]> {
	const files = (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort();
	const lists = await Promise.all(
		files.map(async (file) => {
			const text = await readFile(join(folder, file), "utf8");
			const events = JSON.parse(text) as {
				readonly cat: string;
				readonly name: string;
				readonly dur: number;
				readonly args?: { readonly op_name?: string };
			}[];
			let begun = 0;
			return events.flatMap(({ cat, name, dur, args }): Call[] => {
				if (name === "model_run") begun++;
				const isCall = cat === "Node" && name.endsWith(KERNEL);
				if (!isCall || begun < WARM_UP) return [];
				return [{ name: name.slice(0, -KERNEL.length), opType: args?.op_name ?? "", microseconds: dur }];
			});
		}),
	);
	return lists.flat();
}

const KERNEL = "_kernel_time";

/** What each node takes in one run: the median of its calls, which nothing else on the machine moves. */
function typical(calls: readonly Call[], runs: number): Call[] {
	return [...Map.groupBy(calls, ({ name }) => name).values()].map((list): Call => {
		const times = list.map(({ microseconds }) => microseconds).sort((a, b) => a - b);
		const median = times[Math.floor(times.length / 2)];
		return { ...list[0], microseconds: (median * times.length) / runs };
	});
}

/** What onnxruntime calls a node that it made of one of this name, or of the one that computes the value of this name. */
const origin = (name: string): string => name.replace(/^fused /, "").replace(/(_nchwc|_token_\d+)+$/, "");

/** Sorts calls to the nodes of the model that they come from; what belongs to none, to the call before it. */
export function profileOf(
	model: Model,
	program: Program,
	floatCalls: readonly Call[],
	exactCalls: readonly Call[],
): Omit<Profile, "runs"> {
	const rows = new Map<
		string,
		ProfileRow & { float: number; exact: number; kernels: Record<string, number> }
	>();
	const rowOf = (node: string, opType = "") => {
		let row = rows.get(node);
		if (row === undefined) {
			row = { node, opType, float: 0, exact: 0, plans: [], kernels: {} };
			rows.set(node, row);
		}
		return row;
	};
	const byName = new Map<string, string>();
	program.operators.forEach(({ node, opType }, index) => {
		const row = rowOf(node, opType);
		rows.set(node, { ...row, plans: [...row.plans, planOf(program, index).plan.name] });
		for (const name of node.split(" + ")) if (!byName.has(name)) byName.set(name, node);
	});
	for (const { name, outputs } of model.graph.nodes) {
		const node = byName.get(name);
		if (node !== undefined) for (const output of outputs) if (!byName.has(output)) byName.set(output, node);
	}
	const names = new Map(executable(program).operators.map((name, index) => [name, index]));
	let last = "";
	for (const { name, opType, microseconds } of exactCalls) {
		const inside = /_inlfunc_[A-Za-z]+_(\d+)_/.exec(name)?.[1];
		const index = inside === undefined ? names.get(origin(name)) : Number(inside);
		if (index !== undefined) last = program.operators[index].node;
		const row = rowOf(last);
		row.exact += microseconds;
		row.kernels[opType] = (row.kernels[opType] ?? 0) + microseconds;
	}
	last = "";
	for (const { name, microseconds } of floatCalls) {
		last = byName.get(name) ?? byName.get(origin(name)) ?? last;
		rowOf(last).float += microseconds;
	}
	const sum = (of: (row: ProfileRow) => number) =>
		[...rows.values()].reduce((total, row) => total + of(row), 0);
	return { float: sum((row) => row.float), exact: sum((row) => row.exact), rows: [...rows.values()] };
}
