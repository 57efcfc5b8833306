import { type Mutation, mutationsOf } from "./mutation.ts";

const RULES = "crates-ts/operators/test/integer-kernels.test.ts";
const BODIES = "crates-ts/runtime/test/kernels.test.ts";
const BITS = "crates-ts/runtime/test/same-bits.test.ts";
const RATIOS = "crates-ts/runtime/test/ratios.test.ts";
const SINGLE = "crates-ts/runtime/test/single-products.test.ts";
const TRIAL = "crates-ts/runtime/test/trial.test.ts";
const ALLOWED = "crates-ts/runtime/test/allowed.test.ts";

/** Integer kernels: what the certificate asks of them, the bodies that call them, the types between. */
export const KERNEL_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/operators/src/certificate/integer-kernels.ts",
		[RULES],
		[
			["weights of 8 bits do not saturate", "const WEIGHTS = { low: -64,", "const WEIGHTS = { low: -128,"],
			["weights up to 64 do not saturate", "high: 63 };", "high: 64 };"],
			["sums reach 2^23 before a convolution's factor", "UPWARDS_LIMIT = 2 ** 22", "UPWARDS_LIMIT = 2 ** 23"],
			["sums are beyond float32 before a ratio", "limit: 2 ** 24 };", "limit: 2 ** 25 };"],
			["quotients lie closer than a factor moves them", "const MOST_SHIFT = 13;", "const MOST_SHIFT = 14;"],
			["a factor moves no half", "over >= multiplier * 2 ** -23 &&", "over >= 0 &&"],
			["a factor moves as much as one likes", "over < multiplier * 2 ** -22", "true"],
			["multipliers are as large as one likes", "multiplier < MOST_MULTIPLIER", "true"],
			[
				"sums are exact once their bias is there",
				'const reach = [reachOf(sums, "float32")];',
				"const reach: Reach[] = [];",
			],
			[
				"products have zero points",
				'if ([aZero, bZero].some((zero) => zero !== undefined && zero.name !== "")) {',
				"if (aZero === null) {",
			],
			["scales are any numbers", "value > 0 && unitOf(value) === value", "value > 0"],
			["scales are negative", "value > 0 && unitOf(value) === value", "unitOf(value) === Math.abs(value)"],
			[
				"a convolution's result has a zero point",
				'if (oneOf(yZero, "the zero point of y") !== 0)',
				"if (false)",
			],
			["a convolution's weights have a zero point", ".some((zero) => zero !== 0)", ".some(() => false)"],
			["a convolution rounds halves to even", "if (isPower(scale / UPWARDS))", "if (isPower(scale))"],
			["quantising does not cut", "Math.min(Math.max(value + zero, 0), most)", "value + zero"],
			["a convolution's values are as its bytes", "[low - zero, high - zero, 1]", "[low, high, 1]"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/arithmetic.ts",
		[RULES],
		[["16 bits fit a byte", ": uniform(shape.length, 0, 255)", ": cells"]],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/exact.ts",
		[RULES],
		[
			[
				"unsigned types hold negative numbers",
				"if (isUnsigned && cells.low[i] < 0)",
				"if (isUnsigned && cells.low[i] < -1e9)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/integer-rows.ts",
		[BODIES],
		[
			["weights of −65 are small", "LEAST_WEIGHT = -64", "LEAST_WEIGHT = -65"],
			["weights of 64 are small", "GREATEST_WEIGHT = 63", "GREATEST_WEIGHT = 64"],
			[
				"multipliers are 1 whatever they are",
				"rows?.every(({ multiplier }) => multiplier === 1n) ? rows : undefined",
				"rows",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/matmul/integers.ts",
		[BODIES],
		[
			["zero points stay in the sums", "rows[j].bias - zero * total", "rows[j].bias"],
			["the lower limb's half is forgotten", "shift === unit ? bias + half(shift) : bias", "bias"],
			["the lower limb is not floored", 'body.op("Floor", [lower])', "lower"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/matmul/kernel.ts",
		[BODIES],
		[
			["bounds take no half", "larger(2n * magnitude(sum) + 1n,", "larger(magnitude(sum),"],
			["halves are rounded to even", "exactNumber(half(shift)) : 0.5", "exactNumber(half(shift)) : 0"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/matmul/digit-sums.ts",
		[BITS, BODIES],
		[
			["digits take no half", "shift === unit ? bias + half(shift) : bias", "bias"],
			["the remainder of halving is lost", "crossed += odd;", ""],
			["the sum in the middle is not bounded", "meet(plus(middle, meet(moved(crossing, other))))", "middle"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/matmul/digits.ts",
		[BITS, BODIES],
		[
			["sums of lower digits are not floored", 'body.op("Floor", [lowest])', "lowest"],
			["sums of two digits are not halved", "halves ? 1 : 2", "1"],
			["digits have any weights", "b.range.low < DIGITS.low || b.range.high > DIGITS.high", "false"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/conv/integers.ts",
		[BODIES],
		[
			["a convolution rounds exact halves to even", "const UPWARDS = 1 + 2 ** -23;", "const UPWARDS = 1;"],
			["pads are the number 0", "emitPads(body, bytes, axes, from)", "emitPads(body, bytes, axes, 0)"],
			[
				"a convolution's result is not cut to its clip",
				'emitHeldClip(body, result, "uint8", operator)',
				"result",
			],
			["a convolution's zero point is not in its bias", "bias + (BigInt(zero) << shift)", "bias"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/conv/integers.ts",
		[RATIOS],
		[
			["quotients lie as close as one likes", "const MOST_SHIFT = 13n;", "const MOST_SHIFT = 20n;"],
			[
				"a factor that float32 rounds down moves halves as well",
				"if (Math.fround(wanted) < wanted) bits[0] += 1;",
				"if (Math.fround(wanted) < wanted) bits[0] -= 1;",
			],
			["a zero point is multiplied", "(zero === 0 || multiplier === 1n)", "(zero >= 0 || multiplier === 1n)"],
			["sums over small powers of two stay below 2^22", "return LIMIT.float32;", "return POWER_LIMIT;"],
			[
				"sums are as large as int32 holds",
				"reach.some((bound, channel) => bound >= BigInt(limits[channel] ?? 0))",
				"limits.includes(undefined)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/conv/positions.ts",
		[SINGLE],
		[
			[
				"a half takes no bit",
				"2n * directBound(rescale, boundsPerRow(rescale, bounds.channels(), 1)) + 1n",
				"directBound(rescale, boundsPerRow(rescale, bounds.channels(), 1))",
			],
			[
				"bytes on both ends are no matter",
				'if (holds("uint8", x.range) && holds("uint8", operator))',
				"if (!x)",
			],
			[
				"a product per position does not know the half",
				"(exactNumber(bias) + tieOf(body, Number(shift))) * factors[k]",
				"exactNumber(bias) * factors[k]",
			],
			["positions are not skipped", "emitStrided(body, a, context.form.strides, x.spec.shape)", "a"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/conv/plan.ts",
		[SINGLE],
		[
			["a float32 convolution rounds exact halves to even", "shift === 0n ? 0 : 0.5", "0"],
			["what is not divided gets a half", "shift === 0n ? 0 : 0.5", "0.5"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/conv/pointwise.ts",
		[BODIES],
		[
			[
				"groups and pads do not matter to a product per position",
				"form.group === 1 &&\n\tform.pads.every((pad) => pad === 0)",
				"true",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/forms/conv/channels-last.ts",
		[BODIES],
		[
			["rows are those of positions", "axis === 1 ? last : -1", "axis"],
			["weights are not turned for their bounds", "turned[c * outputs + m]", "turned[m * channels + c]"],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/narrow.ts",
		[BODIES],
		[
			["what is never negative has a zero point of half", "low >= 0 ? 0 : SIZE[type] / 2", "SIZE[type] / 2"],
			[
				"16 bits without a sign are cut by a kernel",
				'if (type !== "uint16") return type;',
				"if (type) return type;",
			],
			[
				"16 bits without a sign are cut from above",
				"return low === 0 && high === mostOf(type);",
				"return low === 0;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/travel.ts",
		[BITS, BODIES],
		[["what a run returns travels as bytes", " || returned.has(ref.index)) continue", ") continue"]],
	),
	...mutationsOf(
		"crates-ts/compiler/src/onnx-ops/arithmetic/product.ts",
		["crates-ts/compiler/test/weight-bits.test.ts"],
		[
			[
				"weights of small products are small",
				'return isSmallProduct(multiplications, form.type === "conv") ? limits :',
				"return isSmallProduct(-1, false) === null ? limits :",
			],
			[
				"weights of 7 bits are stored in 16",
				"const narrow = !whole && limits.limit < 2 ** 7",
				"const narrow = false",
			],
		],
	),
	...mutationsOf(
		"crates-ts/operators/src/certificate/choices.ts",
		[RULES],
		[["16 bits without a sign can be cut", '"float64", "uint8");', '"float64", "uint8", "uint16");']],
	),
	...mutationsOf(
		"crates-ts/runtime/src/onnxruntime.ts",
		[ALLOWED],
		[
			["pairs of kernels become one by a scale in between", '"DoubleQDQPairsRemover"', '"ConvMulFusion"'],
			["what is padded beforehand becomes a convolution's own", '"Pad_Fusion"', '"PadFusion"'],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/onnxruntime.ts",
		[TRIAL],
		[["graphs of any size are optimised", "graph.nodes.length < MOST_OPTIMISED", "graph.nodes.length > 0"]],
	),
	...mutationsOf(
		"crates-ts/runtime/src/runnable.ts",
		[TRIAL],
		[
			["programs are tried in the actor's own process", 'from "#trial"', 'from "./trial-web.ts"'],
			["one trial is for all programs under a root", "programToJson(program)", '""'],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/trial.ts",
		[TRIAL],
		[
			["a trial takes as long as it likes", 'isLate = true;\n\t\t\ttrial.kill("SIGKILL");', "isLate = true;"],
			["a trial knows keys and passwords", '!name.startsWith("UMPIRE_")', "name.length > 0"],
			["a trial that ends leaves its files", "await rm(folder, { recursive: true, force: true });", ""],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/trial-guard.ts",
		[TRIAL],
		[["a trial outlives who started it", '.on("close", end)', ""]],
	),
	...mutationsOf(
		"crates-ts/runtime/src/trial-process.ts",
		[TRIAL],
		[["an actor ends for want of memory before a trial", '"1000"', '"0"']],
	),
	...mutationsOf(
		"crates-ts/actors/src/compile-file.ts",
		["crates-ts/actors/test/compile-file.test.ts"],
		[["what is compiled is not tried", "\tawait requireRunnable(program, commitment);\n", ""]],
	),
	...mutationsOf(
		"crates-ts/actors/src/variant-program.ts",
		["test/operations/variant-program.test.ts"],
		[["variants are not tried", "\t\tawait requireRunnable(program, { root });\n", ""]],
	),
	...mutationsOf(
		"crates-ts/runtime/src/allowed.ts",
		[ALLOWED],
		[
			["graphs lose outputs", "...lostOutputs(model.graph)", ""],
			["kernels have any scales", " ?? scaleFault(node, graph)", ""],
			["windows have any pads", " ?? windowFault(node)", ""],
			[
				"scales are as much more than a power of two as one likes",
				"isPower(value / UPWARDS.least)",
				"value > 1",
			],
			["scales are as much more than a ratio as one likes", "value < multiple * UPWARDS.most", "true"],
			[
				"scales of results are ratios",
				"!(isWeights && isUpwards(Number(value)))",
				"!isUpwards(Number(value))",
			],
			[
				"scales are no constants",
				"if (scale === undefined) return",
				"if (scale === undefined) continue; if (!scale) return",
			],
			[
				"all of onnxruntime's own operators are exact",
				"KERNELS.has(node.opType) ? undefined",
				"true ? undefined",
			],
		],
	),
];
