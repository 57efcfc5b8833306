import { type Mutation, mutationsOf } from "./mutation.ts";
import { AGREEMENT, CHUNKS, INPUTS } from "./tests.ts";

/** Demands for inputs. */
export const INPUT_MUTATIONS: readonly Mutation[] = mutationsOf(
	"contracts/Inputs.sol",
	[INPUTS, AGREEMENT],
	[
		[
			"a demand for an input is made too late",
			"if (block.timestamp >= end) revert IMarket.ChallengePeriodOver(claimId, block.timestamp, end);",
			"end;",
		],
		[
			"a demand is free",
			"if (msg.value != _demandBond) revert IMarket.WrongBond(msg.value, _demandBond);",
			"",
		],
		[
			"a chunk that no input has is demanded",
			"if (chunk >= chunks) revert ChunkOutOfRange(chunk, chunks);",
			"chunks;",
		],
		[
			"an input that its operator does not read is demanded",
			"revert InputNotRead(operator, input);",
			"return (operands[0].elements, operands[0].width);",
		],
		["a state's first value is not an input", "? operand.initial == input", "? false", [CHUNKS]],
		["a chunk is demanded twice", "if (_demanded[key]) revert AlreadyDemanded(claimId, input, chunk);", ""],
		[
			"a chunk that is known is demanded",
			"if (answered != 0) revert AlreadyAnswered(input, chunk, answered);",
			"answered;",
		],
		["demands do not wait for each other", "_crowding * asked.open", "0 * _crowding * asked.open"],
		[
			"an answer has no reserve",
			"_answerTime = uint256(p.increment) + p.reserve;",
			"_answerTime = uint256(p.increment);",
		],
		["an answer may be any words", "if (root != inputsRoot) revert WrongInputs(root, inputsRoot);", ""],
		[
			"an answer leaves words out",
			"if (words.length != size) revert WrongChunk(words.length, size);",
			"size = words.length < size ? words.length : size;",
		],
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
			"a chunk answers for another input",
			"inputCount, d.input, d.elements,",
			"inputCount, d.elements,",
			[CHUNKS],
		],
		[
			"whoever answers is paid",
			"_collect(demandId, d.claim, c.submitter, block.timestamp);",
			"_collect(demandId, d.claim, msg.sender, block.timestamp); c;",
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
			"market.rejectWithheld(d.claim, d.demander);",
			"market.rejectWithheld(d.claim, msg.sender);",
		],
		[
			"a demand is taken back from a live claim",
			"if (status != ClaimStatus.Rejected) {",
			"if (status == ClaimStatus.None) {",
		],
		["a demand is paid twice", "if (!d.open) revert DemandClosed(demandId);", ""],
		[
			"nothing of a demand's bond is burned",
			"uint256 burned = (_demandBond * _burnPermille) / 1000;",
			"uint256 burned = 0 * _burnPermille;",
		],
		["a claim is final while its inputs are demanded", "if (asked.open != 0) return type(uint256).max;", ""],
		[
			"an answer leaves no time to compute",
			"return Math.max(periodEnd, asked.lastAnswer + _computeAllowance);",
			"return periodEnd;",
		],
		[
			"an early answer shortens the time to compute",
			"if (answered > asked.lastAnswer) asked.lastAnswer",
			"asked.lastAnswer",
			[CHUNKS],
		],
		[
			"a demand that was answered elsewhere is paid unasked",
			"if (answered == 0) revert NotAnswered(demandId);",
			"",
		],
	],
);
