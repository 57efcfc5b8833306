import { type Mutation, mutationsOf } from "./mutation.ts";
import { AGREEMENT, CHUNKS, INPUTS, RULES } from "./tests.ts";

/** Demands for inputs. */
export const INPUT_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/court/InputDemands.sol",
		[INPUTS, AGREEMENT],
		[
			[
				"a demand for an input is made too late",
				"if (block.timestamp >= facts.periodEnd) {",
				"if (block.timestamp > facts.periodEnd) {",
			],
			["a demand is free", "_requireBond(_demandBond);", ""],
			[
				"a chunk that no input has is demanded",
				"if (chunk >= chunks) revert ChunkOutOfRange(chunk, chunks);",
				"chunks;",
			],
			["a chunk is demanded twice", "if (_demanded[key]) revert AlreadyDemanded(claimId, input, chunk);", ""],
			[
				"a chunk that is known is demanded",
				"if (answered != 0) revert AlreadyAnswered(input, chunk, answered);",
				"answered;",
			],
			["demands do not wait for each other", "_crowding * p.openDemands", "0 * _crowding * p.openDemands"],
			[
				"an answer has no reserve",
				"uint256 allowed = _increment + _reserve + d.crowding;",
				"uint256 allowed = _increment + d.crowding;",
			],
			["an answer may be any words", "if (root != inputsRoot) revert WrongInputs(root, inputsRoot);", ""],
			[
				"a chunk answers for another place",
				"d.input, d.elements, d.width, d.chunk));",
				"d.input, d.elements, d.width));",
			],
			[
				"a chunk answers for an input of another shape",
				"d.input, d.elements, d.width, d.chunk));",
				"d.input, d.chunk));",
			],
			[
				"what is answered for one market is answered for another",
				"abi.encode(market, inputsRoot, inputCount,",
				"abi.encode(inputsRoot, inputCount,",
				["test/attacks/rogue-market.test.ts"],
			],
			[
				"a chunk answers for another input",
				"inputCount, d.input, d.elements,",
				"inputCount, d.elements,",
				[CHUNKS],
			],
			[
				"whoever answers is paid",
				"_collect(market, demandId, d.claim, facts.submitter, block.timestamp);",
				"_collect(market, demandId, d.claim, msg.sender, block.timestamp);",
			],
			[
				"an input that was answered counts as withheld",
				"if (answered != 0) revert AlreadyAnswered(d.input, d.chunk, answered);\n\t\tuint256 used",
				"answered;\n\t\tuint256 used",
			],
			[
				"a demand times out a second early",
				"Clock.expired(used, allowed, 0)",
				"Clock.expired(used + 1, allowed, 0)",
			],
			[
				"whoever claims a timeout gets the submitter's bond",
				"market.reject(d.claim, 0, d.demander);",
				"market.reject(d.claim, 0, msg.sender);",
			],
			["a demand is paid twice", "if (!d.open) revert DemandClosed(demandId);", ""],
			[
				"an early answer shortens the time to compute",
				"if (answered > p.lastAnswer) p.lastAnswer",
				"p.lastAnswer",
				[CHUNKS],
			],
			[
				"a demand that was answered elsewhere is paid unasked",
				"if (answered == 0) revert NotAnswered(demandId);",
				"",
			],
		],
	),
	...mutationsOf(
		"contracts/court/Arbiter.sol",
		[INPUTS, AGREEMENT],
		[
			[
				"an input that its operator does not read is demanded",
				"revert InputNotRead(operator, input);",
				"return (operands[0].elements, operands[0].width);",
			],
			["a state's first value is not an input", "? operand.initial == input", "? false", [CHUNKS]],
			[
				"an answer leaves words out",
				"if (words.length != size) revert WrongChunk(words.length, size);",
				"size = words.length < size ? words.length : size;",
			],
		],
	),
	...mutationsOf(
		"contracts/court/Docket.sol",
		[INPUTS, AGREEMENT],
		[
			[
				"a claim is final while its inputs are demanded",
				"if (p.openDemands != 0) return type(uint256).max;",
				"",
			],
			[
				"an answer leaves no time to compute",
				"return Math.max(periodEnd, p.lastAnswer + _computeAllowance);",
				"return periodEnd;",
			],
			[
				"a bond is taken back from a live claim",
				"if (status != ClaimStatus.Rejected) {",
				"if (status == ClaimStatus.None) {",
				[RULES, INPUTS, AGREEMENT],
			],
		],
	),
];
