import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FAILURE, LOG_LINE, SCHEMAS } from "./json-schemas.ts";

// Writes docs/json.md and docs/json.schema.json from json-schemas.ts; with --check says whether they are current.
type Schema = Readonly<Record<string, unknown>> & { readonly description?: string };

const HEAD = `# What commands print with --json
<!-- made by docs/generate-json.ts -->
One JSON document on stdout, and nothing else there; progress, warnings and errors go to stderr (\`--log-format json\` writes them as JSON, too). \`monitor\` prints one line for each look, \`submit\` and \`verify\` one for each thing that they tell. Exit codes are those of [errors.md](errors.md#exit-codes).

Amounts are texts of whole wei. Times are seconds; where it is said, since 1970. Gas and numbers of things are numbers. Fields may be added with any version; none is renamed or given another meaning. [json.schema.json](json.schema.json) has the same as JSON Schema (\`$defs\`, by command), and \`test/json-output.test.ts\` holds the commands to it.

`;

function typeOf(schema: Schema): string {
	if (schema.anyOf !== undefined) {
		return [...new Set((schema.anyOf as Schema[]).map(typeOf))].join(" or ");
	}
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	if (schema.enum !== undefined)
		return (schema.enum as unknown[]).map((one) => JSON.stringify(one)).join(", ");
	if (schema.type === "array") return `list of ${typeOf((schema.items ?? {}) as Schema)}`;
	if (schema.type === "object" && schema.properties === undefined && schema.additionalProperties) {
		return `by name: ${typeOf(schema.additionalProperties as Schema)}`;
	}
	if (schema.type === "string") return "text";
	if (schema.type === "integer") return "whole number";
	return String(schema.type ?? "anything");
}

/** One row for each field, those inside of objects and lists below their own. */
function rowsOf(schema: Schema, path: string): string[] {
	if (schema.anyOf !== undefined) {
		return [...new Set((schema.anyOf as Schema[]).flatMap((one) => rowsOf(one, path)))];
	}
	if (schema.type === "array") return rowsOf((schema.items ?? {}) as Schema, `${path}[]`);
	if (schema.properties === undefined) {
		const named = schema.additionalProperties;
		return typeof named === "object" && named !== null ? rowsOf(named as Schema, `${path}.*`) : [];
	}
	const required = new Set((schema.required ?? []) as string[]);
	return Object.entries(schema.properties as Record<string, Schema>).flatMap(([name, field]) => {
		const at = path === "" ? name : `${path}.${name}`;
		const type = typeOf(field).replaceAll("|", "\\|") + (required.has(name) ? "" : ", or left out");
		return [`| \`${at}\` | ${type} | ${descriptionOf(field)} |`, ...rowsOf(field, at)];
	});
}

/** What is said of a field, or of what its list holds. */
function descriptionOf(schema: Schema): string {
	const inner = [
		...((schema.anyOf ?? []) as Schema[]),
		...(schema.type === "array" ? [schema.items as Schema] : []),
	];
	return schema.description ?? inner.map(descriptionOf).find((text) => text !== "") ?? "";
}

function section(title: string, schema: Schema): string {
	const about = schema.description === undefined ? "" : `${schema.description}\n\n`;
	if (schema !== defs["log line"] && isLogLine(schema))
		return `## ${title}\nLines [of the log](#a-line-of---log-format-json): ${schema.description}\n`;
	const rows = rowsOf(schema, "");
	const table = rows.length === 0 ? "" : `| field | type | |\n|---|---|---|\n${rows.join("\n")}\n`;
	return `## ${title}\n${about}${table}`;
}

const isLogLine = ({ properties }: Schema): boolean =>
	JSON.stringify(properties) === JSON.stringify(defs["log line"].properties);

const jsonSchema = (schema: z.ZodType): Schema => {
	const { $schema: _, ...rest } = z.toJSONSchema(schema, {
		io: "output",
		// Only the tests hold commands to having no other fields: some may be added.
		override({ jsonSchema: object }) {
			if (object.additionalProperties === false) delete object.additionalProperties;
		},
	});
	return rest as Schema;
};

const named = { failure: FAILURE, "log line": LOG_LINE, ...SCHEMAS };
const defs = Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, jsonSchema(schema)]));
const titles: Readonly<Record<string, string>> = {
	failure: "When a command fails",
	"log line": "A line of --log-format json",
};
const FILES: Readonly<Record<string, string>> = {
	"json.md":
		HEAD +
		Object.entries(defs)
			.map(([name, schema]) => section(titles[name] ?? name, schema))
			.join("\n"),
	"json.schema.json": `${JSON.stringify(
		{ $schema: "https://json-schema.org/draft/2020-12/schema", $defs: defs },
		null,
		"\t",
	)}\n`,
};

for (const [name, text] of Object.entries(FILES)) {
	const path = join(import.meta.dirname, name);
	if (!process.argv.includes("--check")) writeFileSync(path, text);
	else if (readFileSync(path, "utf8") !== text) {
		console.error(`docs/${name} is not what docs/generate-json.ts makes: run node docs/generate-json.ts.`);
		process.exitCode = 1;
	}
}
