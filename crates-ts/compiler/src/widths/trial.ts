import type { Feeds } from "@umpire/graph/feeds.ts";
import { toReal } from "@umpire/graph/real.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import type { ErrorBudget } from "../fidelity/error-budget.ts";
import { errorBy, Judge } from "../fidelity/judge.ts";
import type { Labels } from "../fidelity/labels.ts";
import { type Executor, quantise } from "../fidelity/measure.ts";
import { type Parts, partsOf } from "../fidelity/parts.ts";
import { probabilitiesOf } from "../fidelity/probabilities.ts";
import type { Lowered } from "../lower/lower.ts";
import { isHeldBack } from "./hold-back.ts";
import { type Moments, momentsOf, type TracedRun } from "./moments.ts";
import type { Tried } from "./search.ts";

/** One run of the float model: what its first step reads, and what it gives in the end. */
interface Run {
	readonly feed: ReadonlyMap<string, Tensor>;
	readonly expected: ReadonlyMap<string, Float64Array>;
}

export interface TrialOptions {
	readonly execute: Executor;
	readonly budget: ErrorBudget;
	readonly labels?: Labels | undefined;
}

/** As many inputs tell the mean squared error of a program well enough to choose by. */
const FEW = 4;

/** Measures programs against one float model on the same runs, which are computed once. */
export class Trial {
	readonly #runs: readonly Run[];
	readonly #probabilities: ReadonlySet<string>;
	readonly #execute: Executor;
	readonly #budget: ErrorBudget;
	readonly #labels: Labels | undefined;
	readonly #parts: ReadonlyMap<string, Parts>;

	private constructor(
		runs: readonly Run[],
		model: Model,
		parts: ReadonlyMap<string, Parts>,
		{ execute, budget, labels }: TrialOptions,
	) {
		this.#runs = runs;
		this.#parts = parts;
		this.#probabilities = probabilitiesOf(model.graph);
		this.#execute = execute;
		this.#budget = budget;
		this.#labels = labels;
	}

	/** @param steps how many of the feeds are one run */
	static async of(model: Model, feeds: Feeds, steps: number, options: TrialOptions): Promise<Trial> {
		const session = await createFloatSession(model, { optimisation: "basic" });
		const runs: Run[] = [];
		try {
			let [index, first] = [0, feeds.first];
			for await (const feed of feeds.each()) {
				const step = index++ % steps;
				if (step === 0) first = feed;
				if (step < steps - 1) continue;
				const values = await session.run(feed);
				runs.push({
					feed: first,
					expected: new Map([...values].map(([name, tensor]) => [name, toReal(tensor).data])),
				});
			}
		} finally {
			await session.release();
		}
		return new Trial(runs, model, await partsOf(model, feeds.first), options);
	}

	/** What products of a program read on inputs that set ranges. */
	async moments(lowered: Lowered): Promise<ReadonlyMap<string, Moments>> {
		const { program } = lowered;
		const seen = this.#runs.filter((_, index) => !isHeldBack(index, this.#runs.length));
		const session = await this.#execute(program, true);
		const traced = async function* (): AsyncGenerator<TracedRun> {
			for (const { feed } of seen) {
				const inputs = inputsOf(program, feed);
				yield { inputs, steps: session.steps(inputs) };
			}
		};
		try {
			return await momentsOf(lowered, traced(), seen.length);
		} finally {
			await session.release?.();
		}
	}

	/** Whether there are more inputs than mean squared errors need. */
	get hasMany(): boolean {
		return this.#runs.length > FEW;
	}

	/** What a program loses on few inputs. */
	roughly(program: Program): Promise<Tried> {
		return this.of(program, this.#runs.slice(0, FEW));
	}

	/** The largest error of a program; where the largest element of a row is another, that alone is no reason against it. */
	async of(program: Program, runs: readonly Run[] = this.#runs): Promise<Tried> {
		const session = await this.#execute(program, false);
		const judges = program.outputs.map(
			({ name }) => new Judge(this.#probabilities.has(name), undefined, this.#parts.get(name)),
		);
		const squares = program.outputs.map(() => ({
			sum: 0,
			count: 0,
			low: Number.POSITIVE_INFINITY,
			high: Number.NEGATIVE_INFINITY,
		}));
		try {
			for (const [run, { feed, expected }] of runs.entries()) {
				const inputs = inputsOf(program, feed);
				let last: readonly Elements[] | undefined;
				let step = 0;
				for await (const result of session.steps(inputs)) {
					step += 1;
					if (step === program.steps) last = result.outputs();
				}
				for (const [k, { name, operator }] of program.outputs.entries()) {
					const real = expected.get(name);
					if (!real || !last) continue;
					const { scale, shape } = program.operators[operator];
					const values = Float64Array.from(last[k], (integer) => integer * scale);
					const classes = name === this.#labels?.output ? this.#labels.sets[run] : undefined;
					judges[k].add(real, values, shape, scale, classes);
					const square = squares[k];
					for (let i = 0; i < real.length; i++) {
						if (!Number.isFinite(real[i])) continue;
						square.sum += (real[i] - values[i]) ** 2;
						square.count += 1;
						square.low = Math.min(square.low, real[i]);
						square.high = Math.max(square.high, real[i]);
					}
				}
			}
		} finally {
			await session.release?.();
		}
		const largest = Math.max(0, ...judges.map(({ judgement }) => errorBy(judgement, this.#budget)));
		const means = squares.map(
			({ sum, count, low, high }) => sum / Math.max(1, count) / ((high - low) ** 2 || 1),
		);
		return { largest: roundedUp(largest), meanSquare: rounded(means.reduce((a, b) => a + b, 0)) };
	}
}

const inputsOf = (program: Program, feed: Run["feed"]): Elements[] =>
	program.inputs.map((spec) => quantise(feed.get(spec.name)!, spec).elements);

/** Three digits: what is beyond depends on the machine that ran the float model. */
const rounded = (value: number): number => Number(value.toPrecision(3));

/** The same of what a budget is held against: never less than was measured. */
function roundedUp(value: number): number {
	const near = rounded(value);
	return near >= value ? near : rounded(near + 10 ** (Math.floor(Math.log10(near)) - 2));
}
