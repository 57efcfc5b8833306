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
