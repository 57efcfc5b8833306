import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AttributeValue, Node, Tensor } from "@umpire/onnx/model.ts";
import { FORMS } from "@umpire/operators/forms.ts";
import { functionOf } from "@umpire/operators/functions.ts";
import { type Form, KIND, type Kind } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { EXAMPLES, type Example, programOf } from "./examples.ts";
import { docstringBefore, ROOT } from "./source.ts";

/** One section per form, in the order of the kinds' numbers. */
export function canonicalOperators(): string {
	const docs = formDocstrings();
	const forms = Object.keys(EXAMPLES) as Form["type"][];
	const kinds = Object.keys(KIND) as Kind[];
	const sections = kinds.flatMap((kind) =>
		forms
			.filter((form) => FORMS[form].kinds[0] === kind)
			.map((form) => {
				const title = `### ${form} (${FORMS[form].kinds.join(", ")})`;
				const doc = docs.get(form);
				if (doc === undefined)
					throw new Error(`Form ${form} has no docstring above its interface. Write one`);
				return [title, doc, ...EXAMPLES[form].map(exampleText)].join("\n\n");
			}),
	);
	return sections.join("\n\n");
}

/** What the interface of each form's attributes says of it. */
function formDocstrings(): Map<string, string> {
	const folder = join(ROOT, "crates-ts/operators/src/forms");
	const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
		name.endsWith(".ts"),
	);
	const found = files.flatMap((name) => {
		const source = readFileSync(join(folder, name), "utf8");
		const declarations = source.matchAll(/^export interface \w+ \{\s*readonly type: "(\w+)"/gm);
		return [...declarations].map(({ 1: form, index }) => [form, docstringBefore(source, index)] as const);
	});
	return new Map(found);
}

function exampleText(example: Example): string {
	const program = programOf(example);
	validateProgram(program);
	const { inputs, nodes, doc, outputs } = functionOf(program, 0);
	const [operator] = program.operators;
	const shapes = example.operands.map(({ shape, data }) => `[${shape.join(", ")}]${data ? " constant" : ""}`);
	const signature = inputs.map((name, k) => `${name} ${shapes[k]}`).join(", ");
	const attributes = Object.entries(example.form).filter(([name]) => name !== "type");
	const given = attributes.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" ");
	return [
		`One element: \`${example.element}\``,
		`Example: ${operator.kind}${given ? `, \`${given}\`` : ""}; ${doc.slice(operator.node.length + 2)}`,
		[
			"```",
			`(${signature}) → ${outputs.join(", ")} [${example.shape.join(", ")}]`,
			...nodes.map(nodeText),
			"```",
		].join("\n"),
	].join("\n\n");
}

/** A node as one line: `y = Conv(x, w) {strides=[1, 1]}`. */
function nodeText({ outputs, opType, inputs, attributes }: Node): string {
	const given = [...attributes].map(([name, value]) => `${name}=${valueText(value)}`);
	const suffix = given.length > 0 ? ` {${given.join(", ")}}` : "";
	return `${outputs.join(", ")} = ${opType}(${inputs.join(", ")})${suffix}`;
}

function valueText(attribute: AttributeValue): string {
	switch (attribute.type) {
		case "int":
		case "float":
			return String(attribute.value);
		case "string":
			return JSON.stringify(attribute.value);
		case "ints":
		case "floats":
		case "strings":
			return `[${attribute.value.join(", ")}]`;
		case "tensor":
			return tensorText(attribute.value);
		default:
			throw new Error(`No text for an attribute of type ${attribute.type}: add one`);
	}
}

/** Type and values; of tensors of more than eight elements the shape instead. */
function tensorText({ type, dims, data }: Tensor): string {
	if (data.length > 8) return `${type}[${dims.join("×")}]`;
	const values = Array.from(data, String).join(", ");
	return dims.length === 0 ? `${type} ${values}` : `${type} [${values}]`;
}
