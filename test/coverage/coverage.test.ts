import { getCoverageLibrary } from "@nomicfoundation/edr/coverage";
import { hardhat } from "@umpire/chain/hardhat.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import solc from "solc";
import { encodeFunctionData, parseAbi } from "viem";
import { expect, test } from "vitest";
import { cell } from "./report.ts";
import { packagesOf } from "./rules.ts";
import { coverageOf, instrument, totalOf } from "./statements.ts";

const FILE = "contracts/Box.sol";
const TEXT = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

contract Box {
	error Empty();
	error Full(uint256 n);

	uint256 public count;

	// a statement with a comment before it
	function take(uint256 n) external {
		if (n == 0) revert Empty();
		if (n > 9) {
			/* too much */
			revert Full(n);
		}
		// counted
		count += n; count += 1;
	}

	function never() external { count = 0; }
}
`;
const ABI = parseAbi(["function take(uint256 n)", "function never()"]);

/** Runs calls of the contract above, and says which of its statements the chain reports. */
async function hitsOf(
	calls: readonly { name: "take" | "never"; args: readonly bigint[] }[],
): Promise<Set<string>> {
	const hits = new Set<string>();
	const { filename, content } = getCoverageLibrary();
	const sources = { [FILE]: { content: instrument(FILE, TEXT).source }, [filename]: { content } };
	const settings = { evmVersion: "cancun", outputSelection: { [FILE]: { Box: ["evm.bytecode.object"] } } };
	const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings }))) as {
		contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
	};
	const hre = await hardhat();
	const handler = {
		onCoverageData: async (_: unknown, tags: string[]) => {
			for (const tag of tags) hits.add(tag);
		},
	};
	hre.hooks.registerHandlers("network", handler);
	const network = await hre.network.create();
	try {
		const request = (method: string, params: unknown[]) => network.provider.request({ method, params });
		const [from] = (await request("eth_accounts", [])) as Hex[];
		const data = `0x${output.contracts[FILE].Box.evm.bytecode.object}`;
		const hash = await request("eth_sendTransaction", [{ from, data }]);
		const { contractAddress: to } = (await request("eth_getTransactionReceipt", [hash])) as {
			contractAddress: Hex;
		};
		for (const { name, args } of calls) {
			const call = {
				from,
				to,
				data: encodeFunctionData({ abi: ABI, functionName: name, args: args as never }),
			};
			await request("eth_sendTransaction", [{ ...call, gas: "0x100000" }]).catch(() => {});
		}
		return hits;
	} finally {
		await network.close();
		hre.hooks.unregisterHandlers("network", handler);
	}
}

test("statements are found where they are, without the comments before them", () => {
	const { statements } = instrument(FILE, TEXT);
	const places = statements.map(({ line, text }) => `${line}: ${text.split("\n")[0]}`);
	expect(places.toSorted()).toEqual(
		[
			"12: if (n == 0) revert Empty();",
			"12: revert Empty();",
			"13: if (n > 9) {",
			"15: revert Full(n);",
			"18: count += n;",
			"18: count += 1;",
			"21: count = 0;",
		].toSorted(),
	);
});

test("what the chain runs is counted, and nothing else is", async () => {
	const { statements } = instrument(FILE, TEXT);
	const coverage = async (...calls: Parameters<typeof hitsOf>[0][number][]) =>
		coverageOf(FILE, statements, await hitsOf(calls));
	const none = await coverage();
	expect(none).toMatchObject({ lines: { run: 0, all: 5 }, statements: { run: 0, all: 7 } });
	const one = await coverage({ name: "take", args: [1n] });
	expect(one).toMatchObject({
		lines: { run: 2, all: 5 },
		statements: { run: 4, all: 7 },
		refusals: { run: 0, all: 2 },
	});
	expect(one.missing.map(({ text }) => text)).toEqual(["revert Empty();", "revert Full(n);", "count = 0;"]);
	// what is refused was run as well, although it changes nothing
	const refused = await coverage({ name: "take", args: [0n] }, { name: "take", args: [10n] });
	expect(refused.refusals).toEqual({ run: 2, all: 2 });
	const all = await coverage(
		{ name: "take", args: [0n] },
		{ name: "take", args: [10n] },
		{ name: "take", args: [1n] },
		{ name: "never", args: [] },
	);
	expect(all.missing).toEqual([]);
	expect(all.lines).toEqual({ run: 5, all: 5 });
	expect(totalOf([one, all])).toMatchObject({
		statements: { run: 11, all: 14 },
		refusals: { run: 2, all: 4 },
	});
});

test("only what is complete is a hundred per cent", () => {
	expect(cell({ run: 9999, all: 10_000 })).toBe("9999 of 10000 (99.9 %)");
	expect(cell({ run: 7, all: 7 })).toBe("7 of 7 (100.0 %)");
	expect(cell({ run: 0, all: 0 })).toBe("-");
});

test("files are counted for the package that they are in", () => {
	const counts = (covered: number, total: number) => ({
		lines: { covered, total },
		branches: { covered: covered + 1, total: total + 1 },
		functions: { covered: 1, total: 1 },
	});
	const packages = packagesOf(
		{
			total: counts(99, 99),
			"/root/crates-ts/game/src/a.ts": counts(1, 2),
			"/root/crates-ts/game/src/b.ts": counts(3, 3),
			"/root/crates-ts/markets/src/c.ts": counts(4, 4),
		},
		"/root",
	);
	const game = packages.find(({ name }) => name === "game");
	expect(game).toMatchObject({ lines: { run: 4, all: 5 }, branches: { run: 6, all: 7 } });
	expect(game?.files).toEqual([{ file: "crates-ts/game/src/a.ts", branches: { run: 2, all: 3 } }]);
	expect(packages.find(({ name }) => name === "markets")?.files).toEqual([]);
});
