import { type Mutation, mutationsOf } from "./mutation.ts";

const TABLES = ["crates-ts/compiler/test/function-tables.test.ts"];

/** Which functions are taken for one function, and which tables for one table. */
export const TABLE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf("crates-ts/compiler/src/lower/function-tables.ts", TABLES, [
		[
			"a table serves grids of any lowest integer",
			"[grid.low, grid.high, grid.scale]",
			"[grid.high, grid.scale]",
		],
		[
			"a table serves grids of any highest integer",
			"[grid.low, grid.high, grid.scale]",
			"[grid.low, grid.scale]",
		],
		["a table serves grids of any scale", "[grid.low, grid.high, grid.scale]", "[grid.low, grid.high]"],
		["a table serves results of any scale", "[scale, low, high, width]", "[low, high, width]"],
		["a table serves results of any lowest integer", "[scale, low, high, width]", "[scale, high, width]"],
		["a table serves results of any highest integer", "[scale, low, high, width]", "[scale, low, width]"],
		["a table serves results of any width", "[scale, low, high, width]", "[scale, low, high]"],
		["functions of a grid are forgotten", "grids.set(key, tabulated);", ""],
		["tables are forgotten", "tables.set(key, table);", ""],
		["equal functions are two", "this.#functions.get(key) ?? f", "f"],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/functions.ts", TABLES, [
		["functions of any attributes are one", "isPlain ? String(value) : name", 'isPlain ? "" : name'],
		["functions of any operator are one", "JSON.stringify([opType, parts])", "JSON.stringify(parts)"],
		["nodes with lists are one", "isPlain ? String(value) : name", 'isPlain ? String(value) : ""'],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/pointwise.ts", TABLES, [
		["chains of any ends are one", 'keyOf("Clip", [clip.low, clip.high])', 'keyOf("Clip", [clip.low])'],
		["chains of any constants are one", "keyOf(node.opType, constants)", "node.opType"],
		["negative zero is zero", 'Object.is(value, -0) ? "-0" : String(value)', "String(value)"],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/fuse-tables.ts", TABLES, [
		[
			"chains of operands in any order are one",
			"operands.map((name) => places.get(name)!)]",
			"operands.length]",
		],
	]),
	...mutationsOf("crates-ts/compiler/src/lower/tables.ts", TABLES, [
		["chains of nodes are tabulated each time", "context.tables.shared(key, f)", "f"],
		[
			"functions of nodes are tabulated each time",
			"context.tables.shared(keyOfUnary(node), UNARY[node.opType](node))",
			"UNARY[node.opType](node)",
		],
	]),
];
