import { keccak256, zeroAddress, zeroHash } from "viem";
import { expect, it } from "vitest";
import type { ChainEvent } from "../src/events.ts";
import { Ledger } from "../src/ledger.ts";

it("an event that says a chunk was paid for is refused unless the chunk was published", () => {
	const ledger = new Ledger();
	const place = { address: zeroAddress, transaction: zeroHash, block: 1n, blockHash: zeroHash };
	const market = zeroAddress;
	const header = { outputElements: 1n } as never;
	const meaning = { outputMantissa: 1n } as never;
	const [program, inputsRoot] = [zeroHash, keccak256("0x01")];
	const terms = { submitter: zeroAddress, exclusiveUntil: 0n, isSealed: false };
	const by = { requester: zeroAddress, consumer: zeroAddress, fee: 0n, deadline: 9n, ...terms };
	const root = {
		traceRoot: zeroHash,
		outputRoot: zeroHash,
		submitter: zeroAddress,
		words: [0n, 0n, 0n, 0n, 0n] as const,
	};
	const chunk = { market, inputsRoot, input: 0n, chunk: 3n };
	const before: ChainEvent[] = [
		{ ...place, name: "Registered", args: { program, number: 1n, header, meaning } },
		{ ...place, name: "Requested", args: { ...by, request: 1n, program, inputsRoot } },
		{ ...place, name: "Claimed", args: { ...root, claim: 1n, request: 1n } },
		{ ...place, name: "InputDemanded", args: { ...chunk, demand: 1n, claim: 1n, demander: zeroAddress } },
	];
	for (const event of before) ledger.take(event);
	const paid: ChainEvent = {
		...place,
		name: "AnswerPaid",
		args: { market, demand: 1n, claim: 1n, paid: 1n },
	};
	expect(() => ledger.take(paid)).toThrow(/the event of answer 1/);
	ledger.take({ ...place, name: "InputAnswered", args: { ...chunk, demand: 1n, words: [] } });
	ledger.take(paid);
	expect(ledger.demands[0].closed).toBe(true);
});
