import { type Mutation, mutationsOf } from "./mutation.ts";

const ELSEWHERE = "test/operations/elsewhere.test.ts";
const INPUTS = "crates-ts/actors/test/inputs.test.ts";
const MONITOR = "test/operations/monitor.test.ts";
const TABLES = "crates-ts/onnx/test/tables.test.ts";

/** What commands take and refuse, whom they believe, and what they tell. */
export const COMMAND_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/chain/src/built-code.ts",
		[ELSEWHERE],
		[
			[
				"a market of other code is taken",
				"return found.length === code.length && blank(found) === blank(code);",
				"return true;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/find-deployment.ts",
		[ELSEWHERE],
		[
			[
				"a verifier of other code is taken",
				'await requireVerifier(connection, "DotVerifier", dotVerifier, verifiers);',
				"",
			],
			[
				"a deployment that is found has another name than the one that was made",
				"address.toLowerCase() as Hex",
				"address",
			],
			["events are read from a later block on", "else since = blockNumber;", "else return blockNumber;"],
		],
	),
	...mutationsOf(
		"crates-ts/store/src/http-store.ts",
		[ELSEWHERE],
		[["a source sends as much as it likes", "if (size > most) throw", "if (size < 0) throw"]],
	),
	...mutationsOf(
		"crates-ts/actors/src/problems.ts",
		[MONITOR],
		[["a claim that cannot be checked is no problem", 'if (execution === "unknown") {', "if (false) {"]],
	),
	...mutationsOf(
		"crates-ts/actors/src/acknowledgements.ts",
		[MONITOR],
		[["anything can be acknowledged", "if (ID.test(id)) continue;", "continue;"]],
	),
	...mutationsOf(
		"crates-ts/actors/src/index-inputs.ts",
		[INPUTS],
		[
			["negative indices are refused", "bind(inputOf(program, wrapped.operands[0]), -size, size - 1);", ""],
			[
				"an index one beyond a table is taken",
				"bind(inputOf(program, wrapped.operands[0]), -size, size - 1);",
				"bind(inputOf(program, wrapped.operands[0]), -size, size);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/run-program.ts",
		[INPUTS],
		[
			["fractions are rounded where the model refuses them", "type ?? (scale", "(scale"],
			["inputs are not kept", "await putInputs(openHome(options.home).content, program, inputs);", ""],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/stopping.ts",
		["crates-ts/actors/test/actor.test.ts"],
		[
			["what is begun after a stop is waited for", "if (signal.aborted) return stopped(work);", ""],
			["what was left ends the process", "work.catch(() => {});", ""],
		],
	),
	...mutationsOf(
		"crates-ts/onnx/src/csv.ts",
		[TABLES],
		[
			[
				"rows flow into one another",
				"if (rows.length > 1 && (dims[0] !== rows.length || perRow !== columns.length)) {",
				"if (rows.length < 0) {",
			],
			[
				"features are taken in the order of a table's columns",
				"return features.toSorted((a, b) => feature(a) - feature(b));",
				"return features;",
			],
		],
	),
	...mutationsOf(
		"bin/numbers.ts",
		["test/numbers.test.ts"],
		[
			[
				"a number may have a unit",
				"DECIMAL.test(text) ? Number(text)",
				"/./.test(text) ? Number.parseFloat(text)",
			],
			["bounds are not looked at", "&& value >= least && value <= most", ""],
		],
	),
	...mutationsOf(
		"crates-ts/server/src/rpc-route.ts",
		["crates-ts/app/test/markets.test.ts"],
		[["a browser may ask a node for anything", "if (!METHODS.has(method)) {", "if (method === '') {"]],
	),
	...mutationsOf(
		"crates-ts/prover/src/verifier-source.ts",
		["crates-ts/prover/test/verifier-source.test.ts"],
		[
			["a key is found where a word of it is not", "if (at === -1) return false;", ""],
			[
				"the words of a key may stand in any order",
				"at = text.indexOf(pushed, at);",
				"at = text.indexOf(pushed);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/app/src/checks/verify-proof.ts",
		["crates-ts/app/test/app.test.ts"],
		[
			[
				"a browser takes a key that is not the verifier's",
				'if (typeof code !== "string" || !isKeyOfCode(key as never, code)) {',
				'if (typeof code !== "string") {',
			],
			[
				"a browser takes a proof that is not the transaction's",
				"if (!input.includes(bytes))",
				"if (input === bytes)",
			],
			["a browser takes a proof that is wrong", 'if (!isRight) return found("The proof is wrong.");', ""],
		],
	),
];
