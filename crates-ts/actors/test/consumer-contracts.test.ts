import { ledgerAbi } from "@umpire/abi/ledger.ts";
import { operatorsAbi } from "@umpire/abi/operators.ts";
import { withErrorsOf } from "@umpire/actors/consumer-contracts.ts";
import { decodeErrorResult, encodeErrorResult, zeroAddress } from "viem";
import { expect, it } from "vitest";

it("an error is understood although another contract has one of its name with other arguments", () => {
	const abi = withErrorsOf(operatorsAbi, [ledgerAbi]);
	const own = {
		abi: operatorsAbi,
		errorName: "NothingToWithdraw",
		args: [zeroAddress, zeroAddress],
	} as const;
	const other = { abi: ledgerAbi, errorName: "NothingToWithdraw", args: [zeroAddress] } as const;
	for (const error of [own, other]) {
		const { errorName, args } = decodeErrorResult({ abi, data: encodeErrorResult(error as typeof own) });
		expect([errorName, args]).toEqual([error.errorName, error.args]);
	}
});
