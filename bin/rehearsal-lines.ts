import { placeText } from "@umpire/actors/defect.ts";
import type { Rehearsal } from "@umpire/actors/rehearsal.ts";
import { bad, bold, good, table } from "./output.ts";

/** A rehearsal as lines for people. */
export function rehearsalLines(result: Rehearsal): string[] {
	const { found, gas, seconds, steps, transactions } = result;
	return [
		...table([
			["model", result.model],
			["submitter", result.defect === null ? "honest" : `wrong in ${placeText(result.defect, steps)}`],
			["verdict", bold(`claim ${result.verdict}`)],
			...(found === null ? [] : foundRows(found)),
			["rounds", `${result.rounds} (${transactions.length} transactions)`],
			["gas", `${grouped(gas.total)} (claim ${grouped(gas.claim)}, dispute ${grouped(gas.dispute)})`],
			...Object.entries(gas.byMove).map(
				([move, { count, gas: used }]) =>
					[`  ${move}`, `${grouped(used)}${count > 1 ? ` in ${count} calls` : ""}`] as const,
			),
			["seconds", seconds.total.toFixed(1)],
			...Object.entries(seconds)
				.filter(([phase]) => phase !== "total")
				.map(([phase, value]) => [`  ${phase}`, value.toFixed(2)] as const),
		]),
		result.ok ? good("ok") : bad(`not ok: ${result.error}`),
	];
}

/** What the verifier found, as rows of a table. */
export function foundRows(found: NonNullable<Rehearsal["found"]>): [string, string][] {
	return [
		...(found.steps === 1
			? []
			: [["step", `${found.step} (of 0 to ${found.steps - 1})`] as [string, string]]),
		["operator", `${found.operator} ${found.kind} "${found.node}" (${found.opType})`],
		["element", `${found.element} at [${found.position.join(", ")}] of [${found.shape.join(", ")}]`],
		["claimed", `${found.claimed} (${found.claimed * found.scale})`],
		["right", `${found.right} (${found.right * found.scale})`],
	];
}

/** 1234567 as 1,234,567. */
export function grouped(value: number): string {
	return value.toLocaleString("en-GB");
}
