import { nameNodes } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { FoldedModel } from "@umpire/graph/facts.ts";
import { type Feeds, feedsOf } from "@umpire/graph/feeds.ts";
import { foldModel } from "@umpire/graph/fold.ts";
import { union } from "@umpire/graph/ranges.ts";
import type { Graph, Model, Tensor } from "@umpire/onnx/model.ts";
import { upgradeOpset } from "@umpire/onnx/opset.ts";
import { buildProgram } from "../build.ts";
import { budgetOf } from "../fidelity/error-budget.ts";
import { fixInputs } from "../import/fix-inputs.ts";
import { fixShapes } from "../import/fix-shapes.ts";
import { withoutHalf, withoutHalfFloats } from "../import/half-floats.ts";
import { inlineModel } from "../import/inline.ts";
import { missingNumbers } from "../import/missing-numbers.ts";
import { feedsOfSteps, repetitionOf } from "../import/steps.ts";
import { syntheticInputs } from "../import/synthetic.ts";
import { tokenLimits } from "../import/token-limits.ts";
import type { CompileOptions } from "../options.ts";
import { centreOffsets } from "../powers/centre.ts";
import { AS_IT_WAS, evenedFeeds, evenFeatures } from "../powers/even.ts";
import { defaultMethod } from "../quantise/calibration.ts";
import { withoutHeldBack } from "../widths/hold-back.ts";
import { decomposeModel } from "./decompose.ts";
import { removeIdentities } from "./identities.ts";
import { withoutHuge } from "./infinities.ts";
import { divideProducts, multiplyByReciprocals } from "./late-quotients.ts";
import { type Pass, pass } from "./pass.ts";
import { foldRunnable, runnableModel } from "./runnable-model.ts";

/** Without calibration inputs, this many synthetic ones. */
const SYNTHETIC_SETS = 4;

/** All that happens to a model on its way to a program, in order. It begins with `model` and `sets`, as they were given. */
export const PIPELINE: readonly Pass[] = [
	pass({
		name: "upgrade",
		summary: "old opsets become newer ones; nodes without a name get one",
		needs: ["model"],
		leaves: ["model"],
		run: ({ model }) => {
			const upgraded = upgradeOpset(model);
			return { model: { ...upgraded, graph: nameNodes(upgraded.graph) } };
		},
	}),
	pass({
		name: "fix inputs",
		summary: "inputs that decide shapes become constants, with their values in the calibration inputs",
		needs: ["model", "sets"],
		leaves: ["model", "sets", "fixedInputs"],
		run: ({ model, sets }) => {
			const { fixed: fixedInputs, ...rest } = fixInputs(model, sets);
			return { ...rest, fixedInputs };
		},
	}),
	pass({
		name: "fix shapes",
		summary: "open dimensions get the sizes of the options, the calibration inputs, or 1",
		needs: ["model", "sets", "fixedInputs"],
		leaves: ["model"],
		run: ({ model, sets, fixedInputs }, { shapes }) => {
			const shaped = fixShapes(model, shapesOf(shapes, fixedInputs), sets[0]);
			for (const set of sets) checkFit(shaped, set);
			return { model: shaped };
		},
	}),
	pass({
		name: "half floats",
		summary: "float16 and bfloat16 become float32",
		needs: ["model"],
		leaves: ["model"],
		run: ({ model }) => ({ model: withoutHalfFloats(model) }),
	}),
	pass({
		name: "calibration inputs",
		summary: "those that were given, without half floats and infinities; seeded numbers if there are none",
		needs: ["model", "sets"],
		leaves: ["sets", "synthetic"],
		run: ({ model: { graph }, sets }) =>
			sets.length > 0
				? { sets: sets.map((set) => set.map(withoutHalf).map(withoutHuge)), synthetic: false }
				: { sets: syntheticInputs(graph.inputs, SYNTHETIC_SETS, 1, tokenLimits(graph)), synthetic: true },
	}),
	pass({
		name: "missing numbers",
		summary: "NaN in inputs becomes a number far below all others, which the model tells apart first",
		needs: ["model", "sets"],
		leaves: ["model", "sets", "missing"],
		run: ({ model, sets }) => missingNumbers(model, sets),
	}),
	pass({
		name: "steps",
		summary: "what every step reads; what is carried has one range as output and as input",
		needs: ["model", "sets"],
		leaves: ["repetition", "feeds", "sharedRanges"],
		run: async ({ model, sets }, { steps, carry }) => {
			const repetition = repetitionOf(model, steps, carry);
			const first = sets.map((set) => new Map(model.graph.inputs.map((input, k) => [input.name, set[k]])));
			const sharedRanges = repetition.carried.map(({ output, input }) => [output, input]);
			return { repetition, feeds: await feedsOfSteps(model, first, repetition), sharedRanges };
		},
	}),
	pass({
		name: "inline",
		summary: "functions, Ifs, loops and sequences become the nodes that run",
		needs: ["model", "feeds", "sharedRanges"],
		leaves: ["model", "sharedRanges"],
		run: async ({ model, feeds, sharedRanges }) => {
			const inlined = await inlineModel(model, feeds.first);
			return { model: inlined.model, sharedRanges: [...sharedRanges, ...inlined.sharedRanges] };
		},
	}),
	pass({
		name: "identities",
		summary: "what does nothing at inference goes: Identity, Dropout",
		needs: ["model"],
		leaves: ["model", "float"],
		run: ({ model }) => {
			const simple = { ...model, graph: removeIdentities(model.graph) };
			return { model: simple, float: simple };
		},
	}),
	pass({
		name: "decompose",
		summary: "composite operators become primitive ones, round by round, with facts folded anew for each",
		needs: ["model", "feeds", "sharedRanges"],
		leaves: ["model", "sharedRanges"],
		run: async ({ model, feeds, sharedRanges }, _, observe) => {
			const primitive = await decomposeModel(model, feeds, observe);
			return { model: primitive.model, sharedRanges: [...sharedRanges, ...primitive.sharedRanges] };
		},
	}),
	pass({
		name: "late quotients",
		summary:
			"attention divides what it sums, and normalisations multiply by reciprocals, where speed is asked for",
		needs: ["model", "feeds"],
		leaves: ["model"],
		run: async ({ model, feeds }, { fast, bits = 16, pins }) => {
			if (!fast || bits !== 16 || pins) return { model };
			const { graph, facts } = (await foldRunnable(model, feedsOf([feeds.first]))).folded;
			const plain = removeIdentities(graph);
			const later = multiplyByReciprocals(divideProducts(plain, facts), facts);
			return { model: later === plain ? model : { ...model, graph: later } };
		},
	}),
	pass({
		name: "fold",
		summary: "what does not depend on the inputs becomes constants; ranges of the rest are measured",
		needs: ["model", "feeds", "float", "repetition"],
		leaves: ["model", "folded", "float", "method"],
		run: async ({ model, feeds, float, repetition }, { bits = 16, ranges, execute, fast }) => {
			const method = ranges ?? defaultMethod(bits);
			const seen = fast ? withoutHeldBack(feeds, repetition.steps) : feeds;
			const runs = await foldRunnable(model, seen, { histograms: method !== "min-max" });
			const inner = { ...runs.model, graph: runs.folded.graph };
			// Only what is run to measure the program has to run.
			const whole = execute ? await floatOf(float, runs.model, inner, feeds) : float;
			return { model: inner, folded: runs.folded, float: whole, method };
		},
	}),
	pass({
		name: "even features",
		summary:
			"features of unlike size are divided by powers of two, and offsets subtracted; both go into the constants that they meet",
		needs: ["model", "folded", "feeds", "repetition", "method"],
		leaves: ["folded", "evening", "centred"],
		run: async ({ model, folded, feeds, repetition, method }, { pins, fast }) => {
			// What a pin names would go on under other names, without it.
			if (pins) return { folded, evening: AS_IT_WAS, centred: [] };
			const carried = new Set(repetition.carried.map(({ input }) => input));
			const histograms = method !== "min-max";
			const evened = evenFeatures(folded.graph, folded.facts, carried);
			const evening = evened ?? AS_IT_WAS;
			const seen = fast ? withoutHeldBack(feeds, repetition.steps) : feeds;
			const divided = evenedFeeds(seen, evening);
			const fold = (graph: Graph) => foldModel({ ...model, graph }, divided, { histograms });
			const even = evened ? await fold(evened.graph) : folded;
			const centred = centreOffsets(even.graph, even.facts);
			if (!centred) return { folded: even, evening, centred: [] };
			const reached = withReaches(await fold(centred.graph), centred.reaches);
			return { folded: reached, evening, centred: [...centred.reaches.keys()] };
		},
	}),
	pass({
		name: "build",
		summary:
			"nodes become canonical operators on integers, proved exact, measured, and given more bits by a budget",
		needs: [
			"model",
			"folded",
			"evening",
			"centred",
			"float",
			"feeds",
			"sharedRanges",
			"repetition",
			"method",
		],
		leaves: ["built"],
		run: async (
			{ model, folded, method, ...rest },
			{ name, bits = 16, weightBits, losses, budget, labels, classes, execute, pins, fast, progress },
		) => {
			const source = { ...rest, ...folded, name: name ?? "model", primitive: model };
			return {
				built: await buildProgram(source, {
					bits,
					weightBits,
					method,
					execute,
					losses: losses !== false,
					budget: budget === undefined ? undefined : budgetOf(budget),
					labels,
					classes,
					pins,
					fast: fast === true,
					progress,
				}),
			};
		},
	}),
];

/** The float model as it runs: the folded one where nothing had to be replaced. */
async function floatOf(float: Model, runs: Model, inner: Model, feeds: Feeds): Promise<Model> {
	return runs === float ? inner : runnableModel(float, feeds);
}

/** A folded model in which some values reach at least so far. */
function withReaches(folded: FoldedModel, reaches: ReadonlyMap<string, number>): FoldedModel {
	const ranges = new Map(folded.facts.ranges);
	for (const [name, reach] of reaches)
		ranges.set(name, union(ranges.get(name)!, { low: -reach, high: reach }));
	return { ...folded, facts: { ...folded.facts, ranges } };
}

/** The given shapes without those of inputs that became constants. */
function shapesOf(
	shapes: CompileOptions["shapes"],
	fixed: ReadonlyMap<string, Tensor>,
): CompileOptions["shapes"] {
	return Object.fromEntries(Object.entries(shapes ?? {}).filter(([name]) => !fixed.has(name)));
}

function checkFit(model: Model, set: readonly Tensor[]): void {
	for (const [k, { name, type, dims }] of model.graph.inputs.entries()) {
		const given = set[k];
		if (given.type === type && String(given.dims) === String(dims)) continue;
		throw new CompileError(
			`a calibration input "${name}" is ${given.type} [${given.dims.join(", ")}], the model takes ${type} [${dims?.join(", ")}]`,
			{ hint: "All calibration inputs must have the type and shape of the model's inputs" },
		);
	}
}
