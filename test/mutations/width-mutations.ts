import { type Mutation, mutationsOf } from "./mutation.ts";

const SEARCH = "crates-ts/compiler/test/width-search.test.ts";
const PROGRAMS = "crates-ts/compiler/test/widths.test.ts";
const WHOLE = "crates-ts/runtime/test/widths.test.ts";
const TOGETHER = "crates-ts/compiler/test/joint-rounding.test.ts";
const GROUPS = "crates-ts/compiler/test/width-groups.test.ts";
const LATER = "crates-ts/compiler/test/late-quotients.test.ts";
const QUICK = "crates-ts/compiler/test/quick-forms.test.ts";
const BITS = "crates-ts/runtime/test/same-bits.test.ts";
const FOLDER = "crates-ts/compiler/src/widths";

/** The search for widths by measured loss: its budget, what it takes, and the programs that it makes. */
export const WIDTH_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		`${FOLDER}/search.ts`,
		[SEARCH],
		[
			[
				"a plan beyond the budget is taken",
				"if (!tried || tried.largest > most || !search.proves(plan)) return false;",
				"if (!tried || !search.proves(plan)) return false;",
			],
			[
				"a plan that cannot be proved is taken",
				"if (!tried || tried.largest > most || !search.proves(plan)) return false;",
				"if (!tried || tried.largest > most) return false;",
			],
			[
				"a finest plan beyond the budget is taken",
				"if (!plain || plain.largest > most) return undefined;",
				"if (!plain) return undefined;",
			],
			["plans are measured again", "known.set(key, tried);", ""],
			[
				"nothing is made cheaper after the bisection",
				"tries = options.length; tries > 0",
				"tries = 0; tries > 0",
			],
			[
				"the cheapest plan is not made finer",
				"await promote(search, cheapest, { most: () => best.cost, accept, errorOf });",
				"",
			],
			["errors do not count", "lambda * errorOf(unit, option)", "lambda * option * 0"],
			[
				"options are measured although a coarser one loses nothing",
				"errors[unit].fill(errors[unit][option], 1);\n\t\t\tbreak;",
				"",
			],
			[
				"what may be lost does not depend on the budget",
				"* Math.min(1, most / cheapest.largest) ** 2",
				"* 1e9",
			],
			[
				"what loses much is taken to lose nothing",
				"errors[unit][option] > negligible",
				"errors[unit][option] > 1e9",
			],
			[
				"options alone are measured on all inputs",
				"if (!measureRoughly) return measure(plan);",
				"if (measureRoughly || !measureRoughly) return measure(plan);",
			],
			["few inputs are held against all", "(await measureAlone(finest)) ?? plain", "plain"],
		],
	),
	...mutationsOf(
		`${FOLDER}/hold-back.ts`,
		[PROGRAMS],
		[
			["nothing is held back", "set % EVERY === EVERY - 1;", "false;"],
			["sets are taken apart", "Math.floor(index++ / steps)", "index++"],
			["the only sets are held back", "sets >= EVERY", "sets > 0"],
		],
	),
	...mutationsOf(
		`${FOLDER}/widths.ts`,
		[PROGRAMS],
		[
			["what is negative has no sign", "range.low >= 0 &&", "range.low >= -1e9 &&"],
			["inputs have no sign", "range.low >= 0 && !isInput", "range.low >= 0"],
		],
	),
	...mutationsOf(
		`${FOLDER}/factors.ts`,
		[PROGRAMS],
		[
			[
				"convolutions have small weights for results that no kernel gives",
				'isPointwise(weightShape, form) || holds("uint8", result)',
				"true",
			],
			["results below zero are multiplied by ratios", "result.low >= 0;", "result.high >= 0;"],
			["products of middle widths have any weights", "context.widths?.single.has(reads) !== true", "reads"],
			["copies are not read", "if (!precision || !range ||", "if (precision || !range ||"],
		],
	),
	...mutationsOf(
		`${FOLDER}/units.ts`,
		[PROGRAMS],
		[
			[
				"what is carried is cut to bytes",
				"assignment.has(root) || fixed.has(root) ||",
				"assignment.has(root) ||",
			],
			["shared ranges have widths of their own", "shared.get(root) ?? root", "root"],
		],
	),
	...mutationsOf(
		`${FOLDER}/costs.ts`,
		[PROGRAMS],
		[
			["inputs are cut to middle widths", 'option === "float32" && !isInput', 'option === "float32"'],
			["a convolution's result does not matter", 'first !== "A8W14" && givesBytes', 'first !== "A8W14"'],
			["small products gain by small weights", "isSmall ? WIDE[kernel] : kernel", "kernel"],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/weights.ts",
		[PROGRAMS],
		[
			["weights are clipped whatever it costs", "finer.error < errorAt(whole).error ? half", "true ? half"],
			["no weight is clipped", "finer.sum <= CLIPPED_SUM && finer.error", "finer.sum < 0 && finer.error"],
			[
				"bytes up to 255 have the sums of those up to 128",
				"reach > 128 ? CONVOLUTION_SUM / 2",
				"reach > 999 ? 1",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/weights.ts",
		[PROGRAMS],
		[["sums of middle widths leave no room for the bias", "bias && limits.reach ?", "bias === null ?"]],
	),
	...mutationsOf(
		`${FOLDER}/widths.ts`,
		[PROGRAMS],
		[
			["sums of middle widths leave no bit for a half", "2 ** 23 - 2 ** 17", "2 ** 24 - 2 ** 17"],
			["values have all bits that float32 has", "most: 13 };", "most: 16 };"],
		],
	),
	...mutationsOf(
		`${FOLDER}/groups.ts`,
		[GROUPS],
		[["groups are of one size", "if (sum <= most)", "if (unit % 3 > 0)"]],
	),
	...mutationsOf(
		`${FOLDER}/nearest-plane.ts`,
		[TOGETHER],
		[
			["errors are not made up for", "data[at] + shifts[c] / own", "data[at]"],
			[
				"weights are of any size",
				"Math.max(-most, Math.min(most, Math.round(wanted / step)))",
				"Math.round(wanted / step)",
			],
			["means do not count", "error * means[first + k]", "0"],
		],
	),
	...mutationsOf(
		`${FOLDER}/cholesky.ts`,
		[TOGETHER],
		[["factors do not vary together", "if (factor === 0) continue;", "if (factor !== 2) continue;"]],
	),
	...mutationsOf(
		`${FOLDER}/moments.ts`,
		[TOGETHER],
		[
			["what is read is in integers", "(sum / this.#rows) * this.#scale", "sum / this.#rows"],
			["moments are not around means", "(own[i] * own[j]) / this.#taken)", "0)"],
		],
	),
	...mutationsOf(
		`${FOLDER}/product-rows.ts`,
		[TOGETHER],
		[
			["pads are read from other rows", "if (at < 0 || at >= size) return -1;", ""],
			["groups read the first channels", "group * perGroup", "0"],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/joint-rounding.ts",
		[TOGETHER],
		[
			["the finer step is never taken", "b.losses[c] < a.losses[c]", "false"],
			["biases leave the mean as it is", "(bias?.[c] ?? 0) + offsets[c]", "bias?.[c] ?? 0"],
			["steps are powers of two", "const any = ratios", "const any = ratios === null"],
		],
	),
	...mutationsOf(
		`${FOLDER}/fast-program.ts`,
		[WHOLE],
		[["few inputs use the whole budget", "? budget.most : budget.most / 2", "? budget.most : budget.most"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/build.ts",
		[WHOLE],
		[
			[
				"widths are chosen though nobody asked",
				"if (options.fast && budget && options.bits === 16",
				"if (budget && options.bits === 16",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/passes/pipeline.ts",
		[WHOLE],
		[
			[
				"ranges know all inputs that judge",
				"const seen = fast ? withoutHeldBack(feeds, repetition.steps) : feeds; const runs",
				"const seen = feeds; const runs",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/passes/late-quotients.ts",
		[LATER],
		[
			[
				"quotients that others read go",
				'division.opType !== "Div" || editor.reads(quotient) !== 1',
				'division.opType !== "Div"',
			],
			["rows need not have one divisor", " && shared[shared.length - 1] === 1", ""],
			["more numbers are divided after sums", "|| sizeOf(result) >= sizeOf(rows)", ""],
			["reciprocals are no tables", 'root.opType !== "Sqrt" ||', ""],
			["few numbers share a reciprocal", "own < MANY * shared", "own < shared"],
			["each quotient has its own reciprocal", "reciprocals.set(divisor, reciprocal);", ""],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/quantise/aligned-sums.ts",
		[QUICK],
		[
			["the model's ends are aligned", "|| ends.has(root) ||", "||"],
			["ranges shrink", "reach / 2 >= reachOf(root)", "reach >= reachOf(root)"],
			["sums of 16 bits reach 2^24", "MOST_OCTAVES = 6", "MOST_OCTAVES = 12"],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/onnx-ops/arithmetic/sum.ts",
		[QUICK],
		[["constants that are added have a grid of their own", "quick ? besides(own, quick) : own", "own"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/lower/fuse.ts",
		[QUICK],
		[
			[
				"rows multiply by what is negative",
				"scale > 0 && Number.isFinite(scale)) ) break;",
				"Number.isFinite(scale)) ) break;",
			],
			[
				"every program's products take factors with them",
				"next && quick && isElementwiseProduct",
				"next && isElementwiseProduct",
			],
		],
	),
	...mutationsOf(
		"crates-ts/compiler/src/onnx-ops/products/matmul.ts",
		[QUICK],
		[
			["sums are rounded before they are divided", "context.widths?.dividends.has(fused.output)", "false"],
			["products in float32 have any multiplier", "cheap: inSingles &&", "cheap: !inSingles &&"],
		],
	),
	...mutationsOf(
		`${FOLDER}/widths.ts`,
		[QUICK],
		[
			[
				"factors have more levels than float32 sums leave",
				"Math.sqrt((SINGLES - 1) / length)",
				"Math.sqrt((2 * SINGLES) / length)",
			],
			["few levels are taken for more than bytes", "if (limit < LEAST_LEVELS)", "if (limit < 0)"],
		],
	),
	...mutationsOf(
		`${FOLDER}/factors.ts`,
		[QUICK],
		[["copies have coefficients of 24 bits", "COEFFICIENT = 2 ** 8", "COEFFICIENT = 2 ** 20"]],
	),
	...mutationsOf(
		`${FOLDER}/units.ts`,
		[QUICK],
		[["variances have bytes", "factors.size > 0 && !isVariance", "factors.size > 0"]],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/quotient.ts",
		[BITS],
		[
			[
				"what is divided by 0 is 1",
				"2 ** (Math.floor(Math.log2(Math.max(1, most))) + 1)",
				"2 ** (Math.floor(Math.log2(Math.max(1, most))) - 3)",
			],
			["dividing by 0 gives what is divided", "isZero !== undefined && beyond === 1", "beyond === 0"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/matmul.ts",
		[BITS],
		[
			[
				"rows meet columns in another order",
				"[...shape.slice(0, -2), 1, shape[shape.length - 2]]",
				"[...shape.slice(0, -2), shape[shape.length - 2], 1]",
			],
		],
	),
];
