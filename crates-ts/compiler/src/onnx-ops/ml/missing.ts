import { realOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** Whether a value may hold NaN: the model chooses it where something is missing, and moves or computes on. */
export function holdsMissing(context: DecomposeContext, name: string): boolean {
	const seen = new Set<string>();
	const open = [name];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (next === "" || seen.has(next)) continue;
		seen.add(next);
		const node = context.producer(next);
		if (!node) continue;
		const chosen = node.opType === "Where" ? node.inputs.slice(1) : [];
		if (chosen.some((one) => realOf(context, one)?.data.some(Number.isNaN))) return true;
		open.push(...node.inputs);
	}
	return false;
}
