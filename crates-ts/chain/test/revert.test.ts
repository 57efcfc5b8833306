import { ContractFunctionRevertedError, encodeErrorResult, parseAbi, stringToHex } from "viem";
import { expect, test } from "vitest";
import { explain } from "../src/revert.ts";

const abi = parseAbi([
	"error InvalidTerm(bytes32 name, uint256 actual)",
	"error UnknownProgram(bytes32 program)",
]);

const refused = (errorName: "InvalidTerm" | "UnknownProgram", args: readonly unknown[]): string => {
	const data = encodeErrorResult({ abi, errorName, args } as Parameters<typeof encodeErrorResult>[0]);
	return explain(new ContractFunctionRevertedError({ abi, data, functionName: "open" }), "open").message;
};

test("a refusal names the parameter, whose name is in 32 bytes, and leaves roots as they are", () => {
	const name = stringToHex("revealSeconds", { size: 32 });
	expect(refused("InvalidTerm", [name, 600n])).toContain("InvalidTerm(revealSeconds, 600)");
	for (const root of [`0x${"41".repeat(32)}`, `0x${"4100".repeat(16)}`, `0x${"00".repeat(32)}`]) {
		expect(refused("UnknownProgram", [root])).toContain(`UnknownProgram(${root})`);
	}
});

test("a term that is out of its bounds is told with what would be taken", () => {
	const errors = parseAbi(["error InvalidTerm(bytes32 name, uint256 actual, uint256 least, uint256 most)"]);
	const told = (name: string, ...numbers: readonly bigint[]): string => {
		const args = [stringToHex(name, { size: 32 }), ...numbers] as [`0x${string}`, bigint, bigint, bigint];
		const data = encodeErrorResult({ abi: errors, errorName: "InvalidTerm", args });
		return explain(new ContractFunctionRevertedError({ abi: errors, data, functionName: "open" }), "open")
			.message;
	};
	const ether = 10n ** 18n;
	expect(told("reward", ether / 100n, ether / 50n, 10n ** 27n)).toMatch(
		/: reward has to be 20000000000000000 \(in ether 0\.02\) or more, not 10000000000000000 \(in ether 0\.01\)\.$/,
	);
	expect(told("tries", 9n, 1n, 8n)).toMatch(/: tries has to be 8 or less, not 9\.$/);
	expect(told("revealSeconds", ether, 1n, 31_536_000n)).toMatch(/or less, not 1000000000000000000\.$/);
});
