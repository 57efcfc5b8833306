import { type Mutation, mutationsOf } from "./mutation.ts";
import {
	AGREEMENT,
	ATTESTER_COVERS,
	CLOCKS,
	LAZY,
	MARKET,
	REQUESTS,
	RULES,
	SCALE,
	SEGMENTS,
} from "./tests.ts";

/** Programs, requests, claims and money. */
export const MARKET_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/market/Market.sol",
		[MARKET, AGREEMENT],
		[
			["a claim is free", "_requireBond(_submitterBond);", ""],
			[
				"a fee of more than 96 bits is cut",
				"if (msg.value > type(uint96).max) revert FeeTooLarge(msg.value, type(uint96).max);",
				"",
			],
			[
				"a claim is refused in its last second",
				"if (block.timestamp > r.deadline) revert",
				"if (block.timestamp >= r.deadline) revert",
			],
			[
				"a claim states other words than its output's",
				"if (node != opening.root) revert WrongLeaf(node, opening.root);",
				"",
			],
			[
				"a lazy claim brings a trace root",
				"} else if (traceRoot != 0 || opening.operatorPath",
				"} else if (opening.operatorPath",
				[LAZY, AGREEMENT],
			],
			[
				"a claim is final one second too late",
				"if (block.timestamp < end) revert ChallengePeriodOpen",
				"if (block.timestamp <= end) revert ChallengePeriodOpen",
				[MARKET, CLOCKS, AGREEMENT],
			],
			[
				"a claim is final while it is disputed",
				"if (openDisputes != 0) revert DisputesOpen(claimId, openDisputes);",
				"",
				[MARKET, RULES, AGREEMENT],
			],
			[
				"a final claim earns no fee",
				"uint256 paid = uint256(r.fee) + _submitterBond;",
				"uint256 paid = _submitterBond;",
			],
			[
				"a request is refunded in its last second",
				"if (block.timestamp <= r.deadline) revert RequestNotExpired",
				"if (block.timestamp < r.deadline) revert RequestNotExpired",
			],
			[
				"a request is refunded again and again",
				"r.closed = true;\n\t\t_credit(r.requester, r.fee);",
				"_credit(r.requester, r.fee);",
			],
			["a rejected claim blocks its request", "r.liveClaim = 0;", ""],
			[
				"anybody rejects a claim",
				"if (msg.sender != address(court)) revert NotTheCourt(msg.sender, address(court));",
				"",
				[REQUESTS],
			],
			[
				"an output is read before it is final",
				"if (c.status != ClaimStatus.Final) revert WrongClaimStatus(claimId, c.status, ClaimStatus.Final);",
				"",
			],
			[
				"any words are read as a leaf of an output",
				"if (root != bytes32(_outputs[claimId][0])) revert WrongLeaf(root, bytes32(_outputs[claimId][0]));",
				"root;",
			],
			[
				"a claim is replaced, or its request refunded, while it is live",
				"if (r.liveClaim != 0) revert AlreadyClaimed(requestId, r.liveClaim);",
				"",
			],
			[
				"anybody claims an exclusive request",
				"if (r.isExclusive && msg.sender != r.submitter && block.timestamp <= r.exclusiveUntil) {",
				"if (r.isExclusive && msg.sender == address(0)) {",
				[REQUESTS],
			],
			[
				"exclusivity ends a second early",
				"block.timestamp <= r.exclusiveUntil) {",
				"block.timestamp < r.exclusiveUntil) {",
				[REQUESTS],
			],
			[
				"an exclusive request lives on after a rejection",
				"if (r.isExclusive && r.submitter == c.submitter) _refund(requestId, r);",
				"",
				[REQUESTS],
			],
			[
				"anybody's rejected claim ends an exclusive request",
				"if (r.isExclusive && r.submitter == c.submitter) _refund",
				"if (r.isExclusive) _refund",
				[REQUESTS],
			],
			[
				"a sealed request takes open claims",
				"if (r.isSealed) revert SealedRequest(requestId);",
				"",
				[REQUESTS],
			],
			[
				"a claim is committed to and made at once",
				"time >= block.timestamp) {",
				"time > block.timestamp) {",
				[REQUESTS],
			],
			["a commitment holds for ever", "time < earliest ||", "", [REQUESTS]],
			[
				"a commitment can be put off",
				"if (before != 0 && block.timestamp <= before + _challengePeriod) revert AlreadyCommitted(commitment);",
				"before;",
				[REQUESTS],
			],
			[
				"a commitment is anybody's",
				"traceRoot, opening.root, msg.sender, salt",
				"traceRoot, opening.root, salt",
				[REQUESTS],
			],
			["a rejection is delivered again and again", "c.delivered = true;", "", [REQUESTS]],
			["nobody knows who caught a claim", "c.winner = winner;", "", [REQUESTS]],
			[
				"nobody knows when a claim was rejected",
				"(c.status, c.since) = (ClaimStatus.Rejected, uint40(block.timestamp));",
				"c.status = ClaimStatus.Rejected;",
				[REQUESTS],
			],
			[
				"a consumer that fails keeps its claim from being final",
				"emit Delivered(requestId, claimId, consumer, Callback.tell(consumer, data));",
				"require(Callback.tell(consumer, data));\n\t\temit Delivered(requestId, claimId, consumer, true);",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/OutputPath.sol",
		[LAZY, MARKET, SEGMENTS, AGREEMENT],
		[
			[
				"a claim of checkpoints opens its output as one of all steps",
				"bool checkpoints = Segments.hasCheckpoints(shape.commitment);",
				"bool checkpoints = false;",
				[SEGMENTS],
			],
			[
				"a claim states an output that its trace does not have",
				"if (root != traceRoot) revert WrongTraceRoot(root, traceRoot);",
				"",
			],
			[
				"the output is that of the first step",
				"root, leaves - 1, leaves, stepPath",
				"root, 0, leaves, stepPath",
			],
		],
	),
	...mutationsOf(
		"contracts/ledger/Ledger.sol",
		[MARKET, AGREEMENT],
		[
			["money can be withdrawn twice", "owed[msg.sender] = 0;", ""],
			[
				"nothing of a lost bond is burned",
				"uint256 burned = (bond * burnPermille) / 1000;",
				"uint256 burned = 0 * bond;",
				[RULES, MARKET, "test/attacks/self-settlement.test.ts", AGREEMENT],
			],
			[
				"whoever withdraws can call back",
				"function withdraw() external nonReentrant",
				"function withdraw() external",
				["test/attacks/malicious-receivers.test.ts"],
			],
		],
	),
	...mutationsOf(
		"contracts/court/CourtConfiguration.sol",
		[MARKET],
		[
			["nothing has to be burned", "_LEAST_BURN = 100;", "_LEAST_BURN = 0;"],
			[
				"challenges may be free",
				'requireWithin("challengerBond", p.challengerBond, 1,',
				'requireWithin("challengerBond", p.challengerBond, 0,',
			],
			[
				"demands may be free",
				'requireWithin("demandBond", p.demandBond, 1,',
				'requireWithin("demandBond", p.demandBond, 0,',
			],
			[
				"an address without code is the arbiter",
				'Parameter.requireContract("arbiter", address(arbiter_));',
				"",
			],
		],
	),
	...mutationsOf(
		"contracts/registry/Registry.sol",
		[MARKET],
		[
			[
				"a program that nobody registered has a header",
				"if (h.operatorCount == 0) revert UnknownProgram(program);",
				"",
			],
			[
				"a program that nobody registered has a number",
				"number = _numbers[program]; if (number == 0) revert UnknownProgram(program);",
				"number = _numbers[program];",
			],
			[
				"a program that nobody registered has a meaning",
				"if (_numbers[program] == 0) revert UnknownProgram(program);",
				"",
			],
			[
				"a number beyond the last is a program's",
				"if (number == 0 || number > _programs.length) revert UnknownNumber(number, _programs.length);",
				"if (number == 0 || number > _programs.length) return bytes32(0);",
			],
			["a program is registered twice", "if (_numbers[program] != 0) return program;", ""],
			[
				"a program's output has any width",
				"if (width != 8 && width != 16 && width != 32) revert InvalidWidth(width);",
				"width;",
			],
			[
				"a program's output is no operator of it",
				"if (header_.outputOperator >= header_.operatorCount) {",
				"if (header_.outputOperator > header_.operatorCount) {",
			],
			[
				"a program without constants has a root of them",
				"if ((header_.constantCount == 0) != (header_.constantsRoot == 0)) {",
				"if (header_.constantCount != 0 && header_.constantsRoot == 0) {",
			],
			["a program has no steps", "|| header_.steps == 0 ||", "||"],
		],
	),
	...mutationsOf(
		"contracts/registry/Registry.sol",
		[MARKET, AGREEMENT],
		[
			[
				"inputs are named for a program without any",
				"if ((inputCount == 0) != (inputsRoot == 0)) revert InputsMismatch(inputCount, inputsRoot);",
				"",
			],
			[
				"a program is known by its header alone",
				"keccak256(abi.encode(header_, meaning_))",
				"keccak256(abi.encode(header_))",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Scale.sol",
		[SCALE],
		[
			[
				"a scale is rounded up",
				"Math.mulDiv(product, 1e18, 2 ** power)",
				"Math.mulDiv(product, 1e18, 2 ** power, Math.Rounding.Ceil)",
			],
			["small scales wrap", "else if (power < 256)", "else"],
			["what is negative is shown without its sign", "element < 0 ? -magnitude : magnitude", "magnitude"],
		],
	),
	...mutationsOf(
		"contracts/examples/Classifier.sol",
		["test/game/classifier.test.ts"],
		[["the example keeps what is paid back", "Address.sendValue(payable(owner), amount);", ""]],
	),
	...mutationsOf(
		"crates-ts/operators/src/signature.ts",
		["crates-ts/operators/test/program-commitment.test.ts"],
		[
			[
				"the scale of inputs is not bound",
				"const { mantissa, exponent } = binaryScale(scale);",
				"const { mantissa, exponent } = { mantissa: Math.sign(scale), exponent: 0 };",
			],
			[
				"the layout of inputs is not bound",
				"layout,\n\t\twidth,\n\t\tlow: BigInt",
				"layout: [],\n\t\twidth,\n\t\tlow: BigInt",
			],
			["the names of inputs are not bound", "tensorOf(input.name, input, 0)", 'tensorOf("", input, 0)'],
			[
				"only the first output is bound",
				"outputs.map(({ name, operator }) =>",
				"outputs.slice(0, 1).map(({ name, operator }) =>",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Callback.sol",
		[MARKET, ATTESTER_COVERS],
		[
			[
				"a consumer is called with too little gas to answer",
				"if (gasleft() < needed) revert IMarket.TooLittleGas(gasleft(), needed);",
				"needed;",
			],
			["a consumer takes all gas", "call(most, consumer", "call(gas(), consumer"],
			[
				"attesters A12: a consumer is starved of gas when it is told of a soft answer",
				"uint256 needed = (GAS * 64) / 63 + _OVERHEAD;",
				"uint256 needed = _OVERHEAD;",
				[ATTESTER_COVERS],
			],
		],
	),
];
