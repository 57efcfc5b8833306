import type { OnnxOperator } from "@umpire/compiler/onnx-ops/operator.ts";
import { FAMILIES } from "@umpire/compiler/onnx-ops/operators.ts";
import { cell, table } from "./markdown.ts";

const RECORDS = "../crates-ts/compiler/src/onnx-ops";

/** A record, and the family in whose folder it is. */
interface Listed {
	readonly record: OnnxOperator;
	readonly family: string;
}

/** The tables of ONNX operators, one per domain, and of those refused. */
export function onnxOperators(): string {
	const all = Object.entries(FAMILIES).flatMap(([family, records]) =>
		records.map((record): Listed => ({ record, family })),
	);
	const [accepted, refused] = [false, true].map((isRefused) =>
		all.filter(({ record }) => (record.refuse !== undefined) === isRefused).sort(byName),
	);
	const sections = [...Map.groupBy(accepted, ({ record }) => domainOf(record))]
		.sort()
		.map(
			([domain, listed]) =>
				`### ${domain}\n\n${table(["operator", "since", "how", "summary"], listed.map(row))}`,
		);
	const refusals = refused.map(({ record: { name, domain, refuse } }) => [
		domain === "" ? name : `${domain}.${name}`,
		cell(refuse!.reason),
		cell(refuse!.hint),
	]);
	return [...sections, `### Refused\n\n${table(["operator", "reason", "instead"], refusals)}`].join("\n\n");
}

function domainOf({ domain }: OnnxOperator): string {
	return domain === "" ? "ai.onnx" : domain;
}

/** By domain, then by name, capitals before small letters. */
function byName(a: Listed, b: Listed): number {
	const [x, y] = [a, b].map(({ record: { domain, name } }) => `${domain}.${name}`);
	return x < y ? -1 : x > y ? 1 : 0;
}

function row({ record, family }: Listed): string[] {
	const ways = [record.lower && "lowered", record.decompose && "rewritten"].filter(
		(way) => way !== undefined,
	);
	const how = `[${ways.join(" or ")}](${RECORDS}/${family}/operators.ts)`;
	return [record.name, String(record.since), how, cell(record.summary)];
}
