import { ContractFunctionExecutionError, ContractFunctionZeroDataError, parseAbi } from "viem";
import { expect, test } from "vitest";
import { explainReading } from "../src/revert.ts";

test("a contract that is gone with its local chain is told as such, and may come back", () => {
	const abi = parseAbi(["function count() view returns (uint256)"]);
	const cause = new ContractFunctionZeroDataError({ functionName: "count" });
	const error = new ContractFunctionExecutionError(cause, { abi, functionName: "count", args: [] });
	const told = explainReading(error, "the contracts' state");
	expect(told.message).toMatch(
		/no contract at its address any more: a local chain forgets .*\.\/just deploy/,
	);
	expect(told.retryable).toBe(true);
});
