import type { GridDemonstration } from "@umpire/actors/grid/demo-grid.ts";
import { formatEther } from "viem";
import { bold, good, table } from "./output.ts";

const NAMES: Readonly<Record<string, string>> = {
	requester: "client",
	submitter: "worker 1",
	"second-submitter": "worker 2",
	"third-submitter": "worker 3",
	verifier: "verifier",
};

/** What a demonstration came to, for people. */
export function gridDemonstrationLines({ points, paid, burned, seconds }: GridDemonstration): string[] {
	const signed = (wei: bigint) => `${wei > 0n ? "+" : ""}${formatEther(wei)} ETH`;
	return [
		"",
		bold("points (steps, rate: error)"),
		...points.map(({ steps, rate, worker, error, best }) => {
			const result = worker === undefined ? "nobody" : `${error}  by ${NAMES[worker]}`;
			const line = `  ${`${steps}`.padStart(2)}, ${`${rate}`.padStart(3)}:  ${result}`;
			return best ? good(`${line}  the best`) : line;
		}),
		"",
		bold("won and lost by the grid contract, gas and bonds apart"),
		...table(
			Object.entries(paid).map(([role, wei]) => [NAMES[role] ?? role, signed(wei)] as const),
			"  ",
		),
		...table([["burned", `${formatEther(burned)} ETH`]], "  "),
		good(`Done in ${seconds.toFixed(0)} s. Next: a grid of your own, docs/grid.md`),
	];
}
