import { type Mutation, mutationsOf } from "./mutation.ts";

const GRADIENTS = "crates-ts/training/test/gradients.test.ts";
const STEP = "crates-ts/training/test/step.test.ts";
const PREPARE = "crates-ts/training/test/prepare.test.ts";
const PROGRAM = "crates-ts/training/test/training-program.test.ts";
const FIT = "crates-ts/training/test/fit.test.ts";
const PINS = "crates-ts/compiler/test/pins.test.ts";
const STEPS = "crates-ts/compiler/test/steps.test.ts";

/** What makes exact programs of training, and grids that such programs need. */
export const TRAINING_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/training/src/data/read.ts",
		["crates-ts/training/test/data.test.ts"],
		[
			[
				"a row of the test is trained on",
				"for (const { part, rows, labels } of parts)",
				"for (const { part, rows, labels } of parts.slice(parts.length))",
			],
			["samples without a value are learnt from", "if (at < 0) continue;", "continue;"],
		],
	),
	...mutationsOf(
		"crates-ts/training/src/gradients/convolution.ts",
		[GRADIENTS],
		[
			[
				"weights of a convolution gain with strides and dilations as they are",
				"{ strides: dilations, dilations: strides, pads, group, kernel_shape: out }",
				"{ strides, dilations, pads, group, kernel_shape: out }",
			],
		],
	),
	...mutationsOf(
		"crates-ts/training/src/gradients/pooling.ts",
		[GRADIENTS],
		[
			[
				"padding may be the largest element of a window",
				"if (flags.every((flag) => flag)) return undefined;",
				"return undefined;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/training/src/gradients/normalisation.ts",
		[GRADIENTS],
		[
			[
				"a layer's normalisation gains as if its deviation were given",
				"return tape.div(tape.sub(flat, along), deviation);",
				"return tape.div(along === flat ? along : flat, deviation);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/training/src/batches.ts",
		[STEP],
		[
			[
				"a batch goes beyond the training rows",
				'tape.compare("Greater", after, whole(train - batch))',
				'tape.compare("Greater", after, whole(train))',
			],
			[
				"evaluation begins at the first row",
				"tape.where(training, whole(train), after)",
				"tape.where(training, whole(0), after)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/training/src/step.ts",
		[STEP],
		[
			[
				"parameters move while they are judged",
				"const rate = tape.masked(batch.training, settingOf(tape, hyper, 1));",
				"const rate = settingOf(tape, hyper, 1);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/training/src/prepare.ts",
		[PREPARE],
		[
			["masks are trained", "Math.abs(value) < HUGE", "Math.abs(value) < Number.POSITIVE_INFINITY"],
			["running statistics are trained", "!running.has(name)", "running !== undefined"],
		],
	),
	...mutationsOf(
		"crates-ts/training/src/lanes.ts",
		[PROGRAM],
		[
			[
				"a draw of a dropout leaves 32 bits",
				"tape.add(next, tape.where(positive, whole(0), whole(MODULUS)))",
				"tape.where(positive, next, tape.add(next, whole(MODULUS)))",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/pins.ts",
		[PINS, PROGRAM, FIT],
		[
			[
				"pinned values have all bits of their width on coarse grids too",
				"return { ...own, low: Math.max(own.low, -most), high: Math.min(own.high, most) };",
				"return most > 0 ? own : own;",
			],
			[
				"squares of pinned values leave 2^53",
				"const LIMIT_OF_24 = 2 ** 23 - 1;",
				"const LIMIT_OF_24 = 2 ** 31 - 1;",
			],
			[
				"what a pinned value is a view of keeps few bits",
				'if (!pin || all.has(x) || !(has(node, "views") || multiple)) continue;',
				"if (!pin || all.has(x) || !multiple) continue;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/assign.ts",
		[PROGRAM],
		[
			[
				"only what may lie between two results has powers of two in pinned programs",
				"for (const name of precision.pins ? pinnedValues(facts) : valuesOnDyadicGrids(graph.nodes, facts))",
				"for (const name of precision.pins && pinnedValues(facts) ? valuesOnDyadicGrids(graph.nodes, facts) : [])",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/onnx-ops/arithmetic/sum.ts",
		[PINS, PROGRAM],
		[
			[
				"a pinned sum may be far finer than all that is known of it",
				"Math.max(finest, Math.max(0, ...scales) / FINER)",
				"Math.max(finest, Math.max(0, ...scales) / 2 ** 60)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/lower/align.ts",
		[PINS],
		[
			[
				"a zero decides the grid of what it is chosen beside",
				"(telling.length > 0 ? telling : names).map(",
				"(telling.length > 0 ? names : telling).map(",
			],
			[
				"tensors of 32 bits beside pins are aligned to any grid",
				"context.precision.pins ? 2 ** Math.ceil(Math.log2(reach / limit)) : reach / limit",
				"reach / limit",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/passes/pipeline.ts",
		[PINS],
		[
			[
				"features are divided though pins name their values",
				"if (pins) return { folded, evening: AS_IT_WAS, centred: [] };",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/import/steps.ts",
		[PROGRAM, STEPS],
		[["only the first step is calibrated", "feed = next;", "feed = next === feed ? next : feed;"]],
	),
];
