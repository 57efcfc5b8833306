import { readFileSync } from "node:fs";
import { join } from "node:path";
import { escaped } from "./escaped.ts";

interface Parameter {
	readonly name: string;
	readonly in: string;
	readonly required?: boolean;
	readonly description?: string;
	readonly schema: Schema;
}

interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly description?: string;
	readonly enum?: readonly unknown[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly anyOf?: readonly Schema[];
	readonly allOf?: readonly Schema[];
	readonly default?: unknown;
}

interface Body {
	readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
	readonly summary?: string;
	readonly parameters?: readonly Parameter[];
	readonly requestBody?: Body;
	readonly responses: Readonly<Record<string, Body & { readonly description: string }>>;
}

interface Description {
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const description = (): Description =>
	JSON.parse(readFileSync(join(import.meta.dirname, "..", "openapi.json"), "utf8")) as Description;

/** Every endpoint and every schema of docs/openapi.json, as HTML. */
export function apiPage(): string {
	const { paths, components } = description();
	const endpoints = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => endpoint(method, path, operation)),
	);
	const schemas = Object.entries(components.schemas).map(
		([name, schema]) => `<h3 id="${escaped(name)}">${escaped(name)}</h3>\n${fields(schema)}`,
	);
	return [
		"<h1>Endpoints</h1>",
		"<p>What <code>umpire serve</code> answers, from the description that it gives at <code>/openapi.json</code>.</p>",
		...endpoints,
		'<h2 id="schemas">Schemas</h2>',
		...schemas,
	].join("\n");
}

function endpoint(method: string, path: string, operation: Operation): string {
	const { summary = "", parameters = [], requestBody, responses } = operation;
	const answer = responses["200"];
	return [
		`<h2><code>${method.toUpperCase()} ${escaped(path)}</code></h2>`,
		`<p>${escaped(summary)}</p>`,
		parameters.length === 0 ? "" : table(parameters.map((one) => [one.name, one.in, typeOf(one.schema)])),
		...Object.values(requestBody?.content ?? {}).map(({ schema }) => `<p>Takes</p>\n${fields(schema)}`),
		...Object.values(answer?.content ?? {}).map(({ schema }) => `<p>Answers ${typeOf(schema)}</p>`),
	].join("\n");
}

const table = (rows: readonly (readonly string[])[]): string =>
	`<div class="scroll" tabindex="0"><table>${rows
		.map(([name = "", ...cells]) => {
			const rest = cells.map((cell) => `<td>${cell}</td>`).join("");
			return `<tr><td><code>${escaped(name)}</code></td>${rest}</tr>`;
		})
		.join("\n")}</table></div>`;

/** The fields of an object, one a row; of anything else what it is. */
function fields(schema: Schema): string {
	const { properties } = schema;
	if (properties === undefined) return `<p>${typeOf(schema)}</p>`;
	return table(
		Object.entries(properties).map(([name, one]) => [name, typeOf(one), escaped(one.description ?? "")]),
	);
}

/** A type in a few words; named schemas are links. */
function typeOf(schema: Schema): string {
	const { $ref, type, items, anyOf, allOf } = schema;
	if ($ref !== undefined) {
		const name = escaped($ref.split("/").at(-1) ?? "");
		return `<a href="#${name}">${name}</a>`;
	}
	const several = anyOf ?? allOf;
	if (several !== undefined) return several.map(typeOf).join(" or ");
	if (schema.enum !== undefined)
		return schema.enum.map((one) => `<code>${escaped(String(one))}</code>`).join(", ");
	if (items !== undefined) return `list of ${typeOf(items)}`;
	return escaped([type ?? "anything"].flat().join(" or "));
}
