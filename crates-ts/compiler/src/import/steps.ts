import { CompileError } from "@umpire/graph/errors.ts";
import { type Feed, type Feeds, feedsOf } from "@umpire/graph/feeds.ts";
import { createFloatSession, type FloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { isLarge } from "@umpire/onnx/weight-bytes.ts";
import { openSizes } from "./probe.ts";

/** From the second step on, input `input` takes what output `output` was in the step before. */
export interface Carried {
	readonly output: string;
	readonly input: string;
}

/** How often a model is repeated, and what its steps hand on. Inputs that are not carried stay the same. */
export interface Repetition {
	readonly steps: number;
	readonly carried: readonly Carried[];
}

export const ONCE: Repetition = { steps: 1, carried: [] };

/**
 * Checks that a model can be repeated so.
 * @throws CompileError naming the step count, output or input at fault
 */
export function repetitionOf(
	model: Model,
	steps: number | undefined = 1,
	carried: readonly Carried[] = [],
): Repetition {
	if (!Number.isInteger(steps) || steps < 1 || steps >= 2 ** 32) {
		throw new CompileError(`${steps} steps`, { hint: "Give a whole number of steps, at least 1" });
	}
	if (carried.length > 0 && steps === 1) {
		const [{ output, input }] = carried;
		throw new CompileError(`output "${output}" is carried to input "${input}", but there is one step only`, {
			hint: "Say how many steps there are: --steps",
		});
	}
	if (carried.length === 0 && steps > 1) {
		throw new CompileError(`${steps} steps that hand nothing on would all compute the same`, {
			hint: "Say which output is which input of the next step: --carry OUTPUT=INPUT",
		});
	}
	const outputs = model.graph.outputs.map(({ name }) => name);
	const inputs = model.graph.inputs.map(({ name }) => name);
	const taken = new Set<string>();
	for (const { output, input } of carried) {
		known("output", output, outputs);
		known("input", input, inputs);
		if (taken.has(input)) {
			throw new CompileError(`two outputs are carried to input "${input}"`, { hint: "Carry one of them" });
		}
		taken.add(input);
	}
	return { steps, carried };
}

function known(what: string, name: string, names: readonly string[]): void {
	if (names.includes(name)) return;
	throw new CompileError(`the model has no ${what} "${name}" to carry`, {
		hint: `Its ${what}s are ${names.map((each) => `"${each}"`).join(", ")}`,
	});
}

/** What is repeated so often is small: to wake further threads would cost it more than they save. */
const MANY = 64;

/**
 * What the float model reads in every step: the feeds of the first one's steps, then of the second one's, …
 * A step's are forgotten when the next one's are made, but for large models, which are run once for all.
 * @throws CompileError if what is carried does not have the type and shape of its input
 */
export async function feedsOfSteps(
	model: Model,
	first: readonly Feed[],
	{ steps, carried }: Repetition,
): Promise<Feeds> {
	if (steps === 1) return feedsOf(first);
	const open = (): Promise<FloatSession> =>
		createFloatSession(
			{ ...model, graph: openSizes(model.graph) },
			{
				outputs: [...new Set(carried.map(({ output }) => output))],
				optimisation: "basic",
				...(steps > MANY ? { threads: 1 } : {}),
			},
		);
	const session = await open();
	try {
		nextFeed(first[0], await runStep(session, first[0], 0), carried);
	} finally {
		await session.release();
	}
	const each = () => goThrough(open, first, { steps, carried });
	if (isLarge(model.graph)) {
		// Whoever goes through the feeds runs a model of this size too: one at a time.
		const feeds: Feed[] = [];
		for await (const feed of each()) feeds.push(feed);
		return feedsOf(feeds);
	}
	return { first: first[0], count: first.length * steps, each };
}

async function* goThrough(
	open: () => Promise<FloatSession>,
	first: readonly Feed[],
	{ steps, carried }: Repetition,
): AsyncGenerator<Feed> {
	const session = await open();
	try {
		for (let feed of first) {
			for (let step = 0; step < steps - 1; step++) {
				// Before anyone else runs the step: what cannot be run is told as a step's failure.
				const next = nextFeed(feed, await runStep(session, feed, step), carried);
				yield feed;
				feed = next;
			}
			yield feed;
		}
	} finally {
		await session.release();
	}
}

/** What the float model yields in the last step. */
export async function runSteps(
	session: FloatSession,
	inputs: Feed,
	{ steps, carried }: Repetition,
): Promise<Map<string, Tensor>> {
	let feed = inputs;
	for (let step = 0; step < steps - 1; step++)
		feed = nextFeed(feed, await runStep(session, feed, step), carried);
	return runStep(session, feed, steps - 1);
}

async function runStep(session: FloatSession, feed: Feed, step: number): Promise<Map<string, Tensor>> {
	try {
		return await session.run(feed);
	} catch (cause) {
		if (step === 0) throw cause;
		throw new CompileError(`the float model cannot run step ${step}: ${(cause as Error).message}`, {
			hint: "Give sample inputs (--input or --calibrate) that all steps can start from, or fewer --steps",
			cause,
		});
	}
}

/** What the step after one with these inputs and outputs reads. */
function nextFeed(feed: Feed, outputs: Feed, carried: readonly Carried[]): Feed {
	const next = new Map(feed);
	for (const { output, input } of carried) {
		const [now, before] = [outputs.get(output)!, feed.get(input)!];
		if (now.type !== before.type || String(now.dims) !== String(before.dims)) {
			throw new CompileError(
				`output "${output}" is ${now.type} [${now.dims.join(", ")}] and cannot be carried to input "${input}", which is ${before.type} [${before.dims.join(", ")}]`,
				{ hint: grows(before, now) ? GROWING : "Carry outputs to inputs of their type and shape" },
			);
		}
		next.set(input, now);
	}
	return next;
}

const GROWING =
	"What grows by what a step adds has another shape in every step: export the model with a cache of fixed length, which is written at a position (StaticCache in Hugging Face's transformers), or without a cache and decode with --decode IDS=LOGITS";

/** The same tensor but for one axis, which is longer. */
function grows(before: Tensor, now: Tensor): boolean {
	if (now.dims.length !== before.dims.length) return false;
	const other = now.dims.filter((size, axis) => size !== before.dims[axis]);
	return other.length === 1 && now.dims.every((size, axis) => size >= before.dims[axis]);
}
