import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { readJson, writeJson } from "@umpire/store/home.ts";
import type { Problem } from "./monitor-report.ts";
import type { View } from "./world.ts";

/** Problems of claims: what becomes of one claim can be known and done with; money and nodes cannot. */
const ID = /^claim-[1-9]\d*-(final|undisputed|unchecked)$/;

const fileOf = ({ home, contracts }: View): string =>
	home.path("acknowledged", `${contracts.connection.chain.id}-${contracts.deployment.market}.json`);

const isList = (value: unknown): boolean =>
	Array.isArray(value) && value.every((id) => typeof id === "string");

/** The problems of a deployment that the operator has acknowledged. */
export async function readAcknowledged(view: View): Promise<ReadonlySet<string>> {
	return new Set(await readJson<readonly string[]>(fileOf(view), isList));
}

/**
 * Remembers that the operator knows of problems: they do not make a monitor of this home folder unhealthy any more.
 *
 * @throws UmpireError if one is not a problem of a claim
 */
export async function acknowledge(view: View, ids: readonly string[]): Promise<void> {
	for (const id of ids) {
		if (ID.test(id)) continue;
		throw new UmpireError(
			"OPTION",
			`--acknowledge takes the id of a claim's problem as monitor shows it, as in claim-3-final, not ${id}.`,
		);
	}
	if (ids.length === 0) return;
	const known = await readAcknowledged(view);
	await writeJson(fileOf(view), [...new Set([...known, ...ids])].sort());
}

/** Parts problems into those that are news and those that are not. */
export function withoutKnown(
	problems: readonly Problem[],
	known: ReadonlySet<string>,
): { readonly problems: readonly Problem[]; readonly acknowledged: readonly Problem[] } {
	return {
		problems: problems.filter(({ id }) => !known.has(id)),
		acknowledged: problems.filter(({ id }) => known.has(id)),
	};
}
