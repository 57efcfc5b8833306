import { type Mutation, mutationsOf } from "./mutation.ts";

const EXTERNAL = ["crates-ts/onnx/test/external-data.test.ts"];
const LARGE = ["crates-ts/actors/test/large-model.test.ts"];

/** Models and programs whose weights are read when they are needed: the wrong bytes, or all of them at once. */
export const LARGE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf("crates-ts/onnx/src/tensor-proto.ts", EXTERNAL, [
		[
			"weights beside a model are read with it",
			"return withData({ type, dims }, make, mapped ? range : undefined)",
			"return { type, dims, data: make() }",
		],
		["external data may end behind its file", "if (!(start <= end && end <= size))", "if (!(start <= end))"],
		[
			"external data may have another length than its shape",
			"if (range.length !== Math.ceil(count / perByte)) throw unfit(range.length * perByte);",
			"",
		],
		[
			"an offset of external data may be any text",
			"if (/^\\d+$/.test(text) && Number.isSafeInteger(number)) return number;",
			"return number;",
		],
	]),
	...mutationsOf("crates-ts/onnx/src/file-bytes.ts", EXTERNAL, [
		[
			"a file may change while its tensors are in use",
			"if (stamp !== undefined && stampOf(fstatSync(file)) !== stamp) throw changed();",
			"",
		],
	]),
	...mutationsOf("crates-ts/onnx/src/lazy-data.ts", EXTERNAL, [
		["all weights that were ever read are kept", "trim(LEAST_KEPT);", ""],
		["weights are read anew for every element", "kept.get(source) ?? source.make()", "source.make()"],
	]),
	...mutationsOf("crates-ts/onnx/src/session-model.ts", EXTERNAL, [
		[
			"sessions get the weights of large models in their bytes",
			"if (length < LARGE.part) return undefined;",
			"if (length >= 0) return undefined;",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/context.ts", LARGE, [
		[
			"constants of large programs stay in memory",
			"this.constants.push(setAside({ name, shape, layout, width, low, high, scale }, data));",
			"this.constants.push({ name, shape, layout, width, low, high, scale, data });",
		],
	]),
	...mutationsOf("crates-ts/actors/src/fetch-content.ts", LARGE, [
		[
			"a large program is fetched without its constants",
			'const isLarge = await store.fetchData("programs", root, dataFileOf(path));',
			"const isLarge = false;",
		],
	]),
	...mutationsOf(
		"crates-ts/operators/src/forms/matmul.ts",
		["crates-ts/runtime/test/large-matrix.test.ts"],
		[
			[
				"the last block of columns is left out",
				"for (let first = 0; first < n; first += columns)",
				"for (let first = 0; first + columns <= n; first += columns)",
			],
		],
	),
];
