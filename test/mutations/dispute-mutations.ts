import { type Mutation, mutationsOf } from "./mutation.ts";
import { AGREEMENT, ANSWERS, CLOCKS, DIRECT, KINDS, LAZY, MARKET, RULES, SETTLEMENT } from "./tests.ts";

/** Who may do what in a dispute, when, and who is paid. */
export const DISPUTE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/libraries/Clock.sol",
		[CLOCKS, AGREEMENT],
		[
			["a side runs out one second too early", "used > allowed + reserve", "used >= allowed + reserve"],
			["the increment is charged to the reserve", "Math.saturatingSub(used, allowed)", "used + 0 * allowed"],
			[
				"a late move is refused before its timeout is claimed",
				"uint32(Math.saturatingSub(reserve, over))",
				"uint32(reserve - over)",
				[AGREEMENT],
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Search.sol",
		[AGREEMENT],
		[
			[
				"the window is opened by halves",
				"tree == Trees.TENSOR ? depth : Math.max(depth, window)",
				"tree == Trees.TENSOR ? depth : Math.max(depth, 0 * window)",
			],
			[
				"the last subtree is taken for a full one",
				"return Math.min(1 << level, count - start);",
				"return 1 << level;",
			],
		],
	),
	...mutationsOf(
		"contracts/court/DisputeStore.sol",
		[CLOCKS, AGREEMENT],
		[
			[
				"a flood of disputes does not lengthen turns",
				"_crowding * others",
				"0 * _crowding * others",
				["test/attacks/crowding.test.ts", AGREEMENT],
			],
			["proving has no allowance", "allowed += _provingAllowance;", "allowed += 0 * _provingAllowance;"],
			[
				"computing the trace has no allowance",
				"allowed += _commitAllowance;",
				"allowed += 0 * _commitAllowance;",
			],
			[
				"a turn begins when its node was published, long before",
				"return (side, Math.max(d.demandedAt, published), allowed",
				"return (side, published, allowed",
				[RULES, AGREEMENT],
			],
			[
				"one side is charged for the other",
				"d.submitterReserve = Clock.charge(d.submitterReserve, used",
				"d.submitterReserve = Clock.charge(d.submitterReserve, block.timestamp - since",
				[AGREEMENT],
			],
			[
				"a leaf of another shape is an answer",
				"return p.width == d.width && p.count == count ? p.time : 0;",
				"return p.time + 0 * count;",
				["test/attacks/leaf-shape.test.ts"],
			],
			[
				"a node opened to another number of children is an answer",
				"keccak256(abi.encode(node, tree, childLevel, children))",
				"keccak256(abi.encode(node, tree, childLevel))",
				[ANSWERS],
			],
			[
				"anybody moves for the challenger",
				"if (msg.sender != d.challenger) revert NotTheChallenger(msg.sender, d.challenger);",
				"",
				[RULES, AGREEMENT],
			],
			[
				"the challenger moves before the submitter has answered",
				"if (published == 0) revert WrongTurn(disputeId, Side.Submitter, Side.Challenger);",
				"",
				[RULES, AGREEMENT],
			],
			[
				"settled with words that were not published",
				"if (hash != _leaves[node].wordsHash) revert WrongWords(hash, _leaves[node].wordsHash);",
				"hash;",
				[RULES, KINDS, AGREEMENT],
			],
		],
	),
	...mutationsOf(
		"contracts/court/TraceBinding.sol",
		[LAZY, AGREEMENT],
		[
			[
				"anybody binds a lazy claim's trace",
				"if (msg.sender != facts.submitter) revert NotTheSubmitter(msg.sender, facts.submitter);",
				"",
			],
			["a lazy claim is bound again", "if (!_isUnbound(market, claimId, h)) revert", "if (!h.lazy) revert"],
			[
				"a claim that carries its trace is bound to another",
				"if (!_isUnbound(market, claimId, h)) revert",
				"if (_proceedings[market][claimId].boundAt != 0) revert",
			],
			[
				"a lazy claim is bound to a trace of another output",
				"OutputPath.requireUnder(traceRoot, market.outputRoot(claimId), h.outputOperator, h.operatorCount, h.steps, operatorPath, stepPath);",
				"market.outputRoot(claimId);",
			],
			["a trace that was bound does not count", "p.boundAt = uint40(block.timestamp);", ""],
			["entering a trace costs no time", "_charge(d, published);", "published;", [AGREEMENT]],
		],
	),
	...mutationsOf(
		"contracts/court/Disputes.sol",
		[RULES, AGREEMENT],
		[
			[
				"a claim can be challenged one second too late",
				"if (block.timestamp >= end) revert ChallengePeriodOver",
				"if (block.timestamp > end) revert ChallengePeriodOver",
				[MARKET, CLOCKS, AGREEMENT],
			],
			["a challenge is free", "_requireBond(_challengerBond);", ""],
			[
				"the challenger has no reserve",
				"d.challengerReserve = uint32(_reserve);",
				"d.challengerReserve = 0;",
				[CLOCKS, AGREEMENT],
			],
			["opening a node again sets its clock back", "if (_openings[key] != 0) return node;", ""],
			["publishing a leaf again sets its clock back", "if (p.time != 0) return node;", ""],
			["a child that is not one is named", "if (node != d.node) revert WrongChild(node, d.node);", ""],
			["a child is looked for at another place", "at.start += index << below;", "at.start += index;"],
			[
				"an element of another leaf is named",
				"if (element < first || element >= end) revert IArbiter.ElementOutOfLeaf(element, first, end);",
				"end;",
				[ANSWERS],
			],
			[
				"partial results of any number are demanded",
				"if (parts > _MOST_PARTS) revert TooManyParts(parts, _MOST_PARTS);",
				"",
				[ANSWERS],
			],
			["partial results of one part are demanded", "if (parts == 1) revert OnePart(element);", "", [ANSWERS]],
			[
				"anybody publishes partial results",
				"if (msg.sender != facts.submitter) revert NotTheSubmitter(msg.sender, facts.submitter);\n\t\tif (d.partialsAt",
				"if (d.partialsAt",
			],
			[
				"partial results are changed once they are known",
				"if (d.partialsAt != 0) revert WrongTurn(disputeId, Side.Challenger, Side.Submitter);",
				"",
			],
			[
				"partial results are missing",
				"if (partials.length != d.parts) revert WrongPartialsCount(partials.length, d.parts);",
				"",
				[ANSWERS, AGREEMENT],
			],
			[
				"settled with partial results that were not published",
				"if (hash != d.partialsHash) revert NotThePartials(hash, d.partialsHash);",
				"",
			],
			[
				"settled at another element than the named one",
				"if (settlement.element != d.element) revert WrongElement(settlement.element, d.element);",
				"",
			],
			[
				"settled before anything is published",
				"if (_published(market, d, what.header) == 0) revert WrongTurn(disputeId, Side.Submitter, Side.Challenger);\n\t\t_requireWords",
				"_requireWords",
				[AGREEMENT],
			],
			[
				"a settlement pays its sender",
				"market.reject(d.claim, disputeId, d.challenger);",
				"market.reject(d.claim, disputeId, msg.sender);",
				[SETTLEMENT, AGREEMENT],
			],
			[
				"a settled dispute stays open",
				"_close(market, d);\n\t\t_credit(d.challenger, _challengerBond);\n\t\tmarket.reject",
				"_credit(d.challenger, _challengerBond);\n\t\tmarket.reject",
				[AGREEMENT],
			],
			[
				"a direct settlement pays its sender",
				"market.reject(claimId, 0, beneficiary);",
				"market.reject(claimId, 0, msg.sender);",
				[SETTLEMENT, DIRECT],
			],
			[
				"the beneficiary is not what the proof names",
				"what.beneficiary = beneficiary;",
				"what.beneficiary = beneficiary == address(0) ? beneficiary : msg.sender;",
				[SETTLEMENT, DIRECT, KINDS],
			],
			[
				"a challenger that ran out gets its bond back",
				"_forfeit(_challengerBond, _burnPermille, facts.submitter);",
				"_forfeit(_challengerBond, _burnPermille, d.challenger);",
			],
			["a bond is reclaimed again and again", "_close(market, d);\n\t\temit Reclaimed", "emit Reclaimed"],
		],
	),
];
