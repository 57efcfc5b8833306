import type { Program } from "@umpire/operators/program.ts";
import { ClipCount } from "@umpire/runtime/clips.ts";
import { expect, test } from "vitest";

test("elements at open ends are counted over all steps, and no others", () => {
	const ends = [{ open: "both" }, { open: "high" }, {}] as const;
	const operators = ends.map((end) => ({ low: -9, high: 9, ...end }));
	const count = new ClipCount({ operators } as unknown as Program);
	const recorded = [-9, 0, 9, 8].map((_, k, all) => all[k]);
	const step = operators.map(() => Int16Array.from(recorded));
	count.add(step);
	expect(count.found).toEqual([
		{ operator: 0, elements: 2, of: 4 },
		{ operator: 1, elements: 1, of: 4 },
	]);
	count.add([...step, ...step]);
	expect(count.found[0]).toEqual({ operator: 0, elements: 6, of: 12 });
});
