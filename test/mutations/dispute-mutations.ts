import { type Mutation, mutationsOf } from "./mutation.ts";
import {
	AGREEMENT,
	ANSWERS,
	CLOCKS,
	DEEP_SEARCH,
	DIRECT,
	KINDS,
	LAZY,
	MARKET,
	RULES,
	SEGMENTS,
	SETTLEMENT,
	STATES,
} from "./tests.ts";

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
				"answers are as large as they may be, then small",
				"Math.min((level + demands - 1) / demands, depth)",
				"depth + 0 * demands",
				// With the small depth of other tests both are the same.
				[DEEP_SEARCH],
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
			[
				"a dispute that nobody opened is one",
				"if (d.challenger == address(0)) revert UnknownDispute(disputeId);",
				"",
				[RULES, AGREEMENT],
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
		[LAZY, SEGMENTS, AGREEMENT],
		[
			[
				"anybody binds a claim's trace",
				"if (msg.sender != facts.submitter) revert NotTheSubmitter(msg.sender, facts.submitter);",
				"",
			],
			["a trace is bound again", "if (bound.time != 0) revert TraceKnown(claimId, bound.root);", ""],
			[
				"a claim that carries its trace is bound to another",
				"if (h.commitment == Segments.EAGER) revert TraceKnown(claimId, expected);",
				"",
			],
			["a lazy claim is bound to a trace of another output", "expected = lastStep;", "expected = root;"],
			[
				"a false checkpoint is defended by an honest segment",
				"root = Trees.rootFromPath(lastStep, segment, count, claimPath, Trees.CHECKPOINTS, 0);",
				"root = expected;",
				[SEGMENTS],
			],
			[
				"a segment is bound to the checkpoint of another",
				"root = Trees.rootFromPath(lastStep, segment, count, claimPath, Trees.CHECKPOINTS, 0);",
				"root = Trees.rootFromPath(lastStep, 0, count, claimPath, Trees.CHECKPOINTS, 0);",
				[SEGMENTS],
			],
			[
				"the last step that is opened need not be the segment's",
				"if (root != traceRoot) revert OutputPath.WrongTraceRoot(root, traceRoot);",
				"",
			],
			[
				"a segment is bound that the program does not have",
				"if (segment >= count) revert SegmentOutOfRange(segment, count);",
				"",
			],
			[
				"a trace that was bound does not count",
				"(bound.time, bound.root) = (block.timestamp, traceRoot);",
				"bound.root = traceRoot;",
			],
			[
				"what is bound for one segment is bound for all",
				"BoundTrace storage bound = _bound[market][claimId][segment];\n\t\tif",
				"BoundTrace storage bound = _bound[market][claimId][0];\n\t\tif",
				[SEGMENTS],
			],
			[
				"what is bound for one claim is bound for all",
				"BoundTrace storage bound = _bound[market][claimId][segment];\n\t\tif",
				"BoundTrace storage bound = _bound[market][0][segment];\n\t\tif",
				[SEGMENTS],
			],
			["entering a trace costs no time", "_charge(d, published);", "published;", [AGREEMENT]],
		],
	),
	...mutationsOf(
		"contracts/court/DisputeStore.sol",
		[SEGMENTS, AGREEMENT],
		[
			["the search goes on in the checkpoint instead of the trace that was bound", "node = bound.root;", ""],
			[
				"a segment begins at the first step",
				"at.step = at.start * Segments.length(program.commitment, program.steps);",
				"at.step = 0;",
			],
			["a segment's steps are counted from the first", "at.step += at.start;", "at.step = at.start;"],
			[
				"a dispute about one segment waits for the first",
				"if (d.phase == Phase.Root) return _bound[market][d.claim][d.start].time;",
				"if (d.phase == Phase.Root) return _bound[market][d.claim][0].time;",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Segments.sol",
		[SEGMENTS, AGREEMENT],
		[
			[
				"the last segment is as long as the others",
				"Math.min(length(commitment, steps), steps - first)",
				"length(commitment, steps)",
			],
			[
				"a program of one step more than its segments has one fewer",
				"(steps - 1) / length(commitment, steps) + 1",
				"(steps - 1) / length(commitment, steps) + 1 - (steps % length(commitment, steps) == 1 ? 1 : 0)",
			],
		],
	),
	...mutationsOf(
		"contracts/court/Disputes.sol",
		["test/attacks/known-holes.test.ts"],
		[
			["opening a node again sets its clock back", "if (_openings[key] != 0) return node;", ""],
			["publishing a leaf again sets its clock back", "if (p.time != 0) return node;", ""],
		],
	),
	...mutationsOf(
		"contracts/court/Disputes.sol",
		[RULES, AGREEMENT],
		[
			[
				"a segment is settled directly before it is bound",
				"if (bound.time == 0) revert TraceNotBound(claimId);",
				"",
				[AGREEMENT, LAZY],
			],
			[
				"a checkpoint is taken for the trace of its segment",
				"(what.checkpointsRoot, what.traceRoot) = (what.traceRoot, bound.root);",
				"what.checkpointsRoot = what.traceRoot;",
				[STATES],
			],
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
				"if ((phase == Phase.Leaf ? _leafPublished(d) : d.partialsAt) == 0) revert WrongTurn(disputeId, Side.Submitter, Side.Challenger);\n\t\t_requireWords",
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
