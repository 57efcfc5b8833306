import { UNARY } from "@umpire/compiler/lower/functions.ts";
import type { DecomposeContext } from "@umpire/compiler/onnx-ops/decomposition.ts";
import { LOWERINGS } from "@umpire/compiler/onnx-ops/lowerings.ts";
import { REFUSED, refuse } from "@umpire/compiler/onnx-ops/refused.ts";
import { DECOMPOSITIONS } from "@umpire/compiler/onnx-ops/registry.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cell, table } from "./markdown.ts";
import { type Declaration, declarationsIn, namesIn } from "./source.ts";

const SOURCE = "crates-ts/compiler/src";
const LOWERED = declarationsIn(`${SOURCE}/lowerings`);
const REWRITTEN = declarationsIn(`${SOURCE}/decompositions`);
const LOWERED_NAMES = namesIn([`${SOURCE}/lowerings/registry.ts`]);
const REWRITTEN_NAMES = namesIn(
	["algebra", "rearrangements", "recurrent/registry"].map((name) => `${SOURCE}/decompositions/${name}.ts`),
);

/** What the lowering of operators of one variable says of each: they differ in their function only. */
const UNARY_DECLARATION: Declaration = {
	path: `${SOURCE}/functions.ts`,
	note: "A lookup table of the function, computed in float64",
};

/** The tables of ONNX operators, one per domain, and of those refused. */
export function onnxOperators(): string {
	const accepted = [...new Set([...LOWERINGS.keys(), ...DECOMPOSITIONS.keys()])].filter(
		(key) => !REFUSED.includes(key),
	);
	const domains = Map.groupBy(accepted, (key) => splitName(key).domain);
	const sections = [...domains].sort().map(([domain, keys]) => {
		const rows = keys.sort().map((key) => [splitName(key).name, ...supportOf(key)]);
		return `### ${domain}\n\n${table(["operator", "supported how", "note"], rows)}`;
	});
	const refused = REFUSED.toSorted().map((name) => [name, ...refusalOf(name)]);
	return [...sections, `### Refused\n\n${table(["operator", "reason", "instead"], refused)}`].join("\n\n");
}

function splitName(key: string): { domain: string; name: string } {
	const dot = key.lastIndexOf(".");
	return dot < 0 ? { domain: "ai.onnx", name: key } : { domain: key.slice(0, dot), name: key.slice(dot + 1) };
}

/** How, and the note. */
function supportOf(key: string): [string, string] {
	const lowering = LOWERINGS.get(key);
	const decomposition = DECOMPOSITIONS.get(key);
	const how: string[] = [];
	const notes: string[] = [];
	if (lowering) {
		const direct = Object.hasOwn(UNARY, key)
			? UNARY_DECLARATION
			: declarationOf(key, LOWERED_NAMES.get(key) ?? lowering.name, LOWERED);
		how.push(`[lowered directly](../${direct.path})`);
		notes.push(direct.note);
	}
	if (decomposition) {
		const name = REWRITTEN_NAMES.get(key) ?? decomposition.name;
		const { path, note } = declarationOf(key, name, REWRITTEN);
		// A decomposition that only refuses guards a lowering: nothing is rewritten.
		const isRewritten = !name.startsWith("refuse");
		if (isRewritten) how.push(`[rewritten into simpler ONNX operators first](../${path})`);
		notes.push(lowering && isRewritten && note !== "" ? `Rewritten: ${note}` : note);
	}
	return [how.join(", or "), cell(notes.filter((note) => note !== "").join(". "))];
}

function declarationOf(
	key: string,
	name: string,
	declarations: ReadonlyMap<string, Declaration>,
): Declaration {
	const found = declarations.get(name);
	if (!found)
		throw new Error(`Operator ${key}: no exported function "${name}" found. Export it by that name`);
	const note = found.note.replace(/^ONNX (ai\.onnx\.ml )?/, "");
	const own = splitName(key).name;
	if (note === own) return { ...found, note: "" };
	return { ...found, note: note.startsWith(`${own}: `) ? note.slice(own.length + 2) : note };
}

/** What the refusal itself says: reason and hint. */
function refusalOf(name: string): [string, string] {
	const { domain, name: opType } = splitName(name);
	const node = { opType, domain: domain === "ai.onnx" ? "" : domain } as Node;
	const context = {
		error: (reason: string, hint = "") => new CompileError(reason, { hint }),
	} as DecomposeContext;
	try {
		refuse(node, context);
	} catch (error) {
		if (error instanceof CompileError) return [cell(error.reason), cell(error.hint)];
		throw error;
	}
	throw new Error(`${name} is listed as refused, and is not`);
}
