import { demonstrateGrid } from "@umpire/actors/grid/demo-grid.ts";
import { LIES, type Lie } from "@umpire/actors/grid/lies.ts";
import { parseEther } from "viem";
import { describe, expect, test } from "vitest";
import { jsonText } from "../../bin/output.ts";
import { SCHEMAS } from "../../docs/json-schemas.ts";

const STAKE = parseEther("1");
const BOUNTY = parseEther("9");
const SHARE = BOUNTY / 2n / 8n;
/** Whose claims are caught, and what then becomes of their stake; the others leave it to expire. */
const CAUGHT: readonly Lie[] = ["score", "data", "copy"];
const SILENT: readonly Lie[] = ["steps", "silence"];

describe("a grid of nine points, whose workers, client and verifier are the real ones", () => {
	test.each([...CAUGHT, ...SILENT])(
		"the third worker loses its stake, and nobody else a wei (%s)",
		async (lie) => {
			const lines: string[] = [];
			const summary = await demonstrateGrid(lie, (line) => lines.push(line));
			const { points, paid, burned, rejected } = summary;
			expect(SCHEMAS["demo-grid"].safeParse(JSON.parse(jsonText(summary))).error?.issues ?? []).toEqual([]);
			const isCaught = CAUGHT.includes(lie);
			expect(paid["third-submitter"]).toBe(-STAKE);
			expect(rejected).toBe(isCaught ? 1 : 0);
			// What a false claim costs is half the catcher's; what nobody claimed is nobody's.
			expect(paid.verifier ?? 0n).toBe(isCaught ? STAKE / 2n : 0n);
			expect(burned).toBe(isCaught ? STAKE / 2n : STAKE);
			const by = (role: string) => points.filter(({ worker }) => worker === role);
			expect(points.filter(({ best }) => best).map(({ error }) => error)).toEqual([
				Math.min(...points.map(({ error }) => error)),
			]);
			for (const role of ["submitter", "second-submitter"]) {
				const own = by(role);
				const prize = own.some(({ best }) => best) ? BOUNTY - BOUNTY / 2n - SHARE : 0n;
				expect(paid[role]).toBe(SHARE * BigInt(own.length) + prize);
			}
			expect(by("submitter").length + by("second-submitter").length).toBe(points.length);
			// All of the bounty is paid; of the beacon's fees the client has those back that nobody earned.
			const total = Object.values(paid).reduce((sum, amount) => sum + amount, burned);
			const fees = lines.filter((line) => line.includes("Brought the value")).length;
			expect(total).toBe(-parseEther("0.01") * BigInt(fees));
			if (lie === "steps") expect(lines.join("\n")).toMatch(/WrongPathLength/);
		},
	);

	test("every lie of the demonstration is one that is tried here, or another input of the same", () => {
		expect([...CAUGHT, ...SILENT, "hyper", "seed"].sort()).toEqual(Object.keys(LIES).sort());
	});
});
