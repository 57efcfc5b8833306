import type { Mutation } from "./mutation.ts";

const MARKET = ["test/game/market.test.ts"];
const RULES = ["test/game/rules.test.ts"];
const CLOCKS = ["test/game/clocks.test.ts"];
const AGREEMENT = ["test/game/agreement.test.ts"];
const KINDS = ["test/attacks/kinds.test.ts"];
const STATES = ["test/attacks/carried-state.test.ts"];
const LEAVES = ["test/libraries/leaves.test.ts"];
const CONES = ["test/libraries/cones.test.ts"];
const LAZY = ["test/attacks/lazy-commitment.test.ts"];
const DIRECT = ["test/attacks/direct-settlement.test.ts"];
const INPUTS = ["test/attacks/withheld-inputs.test.ts"];

const NOTHING = "";

/** Who may do what, and when. */
const MOVES: readonly Mutation[] = [
	{
		fault: "a side runs out one second too early",
		file: "contracts/libraries/Clock.sol",
		find: "used > allowed + reserve",
		replace: "used >= allowed + reserve",
		tests: CLOCKS,
	},
	{
		fault: "the increment is charged to the reserve",
		file: "contracts/libraries/Clock.sol",
		find: "Math.saturatingSub(used, allowed)",
		replace: "used + 0 * allowed",
		tests: [...CLOCKS, ...AGREEMENT],
	},
	{
		fault: "a claim can be challenged one second too late",
		file: "contracts/Disputes.sol",
		find: "if (block.timestamp >= end) revert ChallengePeriodOver",
		replace: "if (block.timestamp > end) revert ChallengePeriodOver",
		tests: [...CLOCKS, ...MARKET, ...RULES, ...AGREEMENT],
	},
	{
		fault: "a challenge is free",
		file: "contracts/Disputes.sol",
		find: "if (msg.value != _challengerBond) revert WrongBond(msg.value, _challengerBond);",
		replace: NOTHING,
		tests: [...RULES, ...MARKET, ...AGREEMENT],
	},
	{
		fault: "a claim is free",
		file: "contracts/Market.sol",
		find: "if (msg.value != _submitterBond) revert WrongBond(msg.value, _submitterBond);",
		replace: NOTHING,
		tests: [...MARKET, ...AGREEMENT],
	},
	{
		fault: "a claim overwrites a live one",
		file: "contracts/Market.sol",
		find: "if (r.liveClaim != 0) revert AlreadyClaimed(requestId, r.liveClaim);\n\t\tif (block.timestamp > r.deadline)",
		replace: "if (block.timestamp > r.deadline)",
		tests: [...MARKET, ...AGREEMENT],
	},
	{
		fault: "a claim is final one second too late",
		file: "contracts/Market.sol",
		find: "if (block.timestamp < end) revert ChallengePeriodOpen",
		replace: "if (block.timestamp <= end) revert ChallengePeriodOpen",
		tests: [...MARKET, ...CLOCKS, ...AGREEMENT],
	},
	{
		fault: "a claim is final while it is disputed",
		file: "contracts/Market.sol",
		find: "if (c.openDisputes != 0) revert DisputesOpen(claimId, c.openDisputes);",
		replace: NOTHING,
		tests: [...MARKET, ...RULES, ...AGREEMENT],
	},
	{
		fault: "money can be withdrawn twice",
		file: "contracts/Market.sol",
		find: "owed[msg.sender] = 0;",
		replace: NOTHING,
		tests: [...MARKET, ...AGREEMENT],
	},
	{
		fault: "nothing of a lost bond is burned",
		file: "contracts/Market.sol",
		find: "uint256 burned = (bond * _burnPermille) / 1000;",
		replace: "uint256 burned = 0 * bond;",
		tests: [...RULES, ...MARKET, "test/attacks/self-settlement.test.ts", ...AGREEMENT],
	},
	{
		fault: "anybody can credit itself",
		file: "contracts/Market.sol",
		find: "function credit(address account) external payable {\n\t\t_requireInputs();",
		replace: "function credit(address account) external payable {",
		tests: [...INPUTS, ...MARKET],
	},
	{
		fault: "a challenger takes its bond back from a live claim",
		file: "contracts/Disputes.sol",
		find: "if (c.status != ClaimStatus.Rejected) revert WrongClaimStatus(d.claim, c.status, ClaimStatus.Rejected);",
		replace: NOTHING,
		tests: [...RULES, ...AGREEMENT],
	},
	{
		fault: "a child that is not one is named",
		file: "contracts/Disputes.sol",
		find: "if (node != d.node) revert WrongChild(node, d.node);",
		replace: NOTHING,
		tests: [...RULES, ...AGREEMENT],
	},
	{
		fault: "settled with words that were not published",
		file: "contracts/Disputes.sol",
		find: "_requireWords(d.node, settlement.words);",
		replace: NOTHING,
		tests: [...RULES, ...AGREEMENT, ...KINDS],
	},
	{
		fault: "settled with partial results that were not published",
		file: "contracts/Disputes.sol",
		find: "if (hash != d.partialsHash) revert NotThePartials(hash, d.partialsHash);",
		replace: NOTHING,
		tests: [...RULES, ...AGREEMENT],
	},
	{
		fault: "settled at another element than the named one",
		file: "contracts/Disputes.sol",
		find: "if (settlement.element != d.element) revert WrongElement(settlement.element, d.element);",
		replace: NOTHING,
		tests: [...RULES, ...AGREEMENT],
	},
	{
		fault: "anybody publishes partial results",
		file: "contracts/Disputes.sol",
		find: "if (msg.sender != c.submitter) revert NotTheSubmitter(msg.sender, c.submitter);\n\t\tif (d.partialsAt",
		replace: "if (d.partialsAt",
		tests: [...RULES, ...AGREEMENT],
	},
	{
		fault: "partial results may lead anywhere",
		file: "contracts/Arbiter.sol",
		find: "if (value != expected) revert WrongPartials(value, expected);",
		replace: NOTHING,
		tests: [...RULES, ...AGREEMENT],
	},
	{
		fault: "who sends the settlement is paid",
		file: "contracts/Disputes.sol",
		find: "_reject(d.claim, disputeId, d.challenger);\n\t}\n\n\t/// @inheritdoc IDisputes\n\tfunction settleDirectly",
		replace:
			"_reject(d.claim, disputeId, msg.sender);\n\t}\n\n\t/// @inheritdoc IDisputes\n\tfunction settleDirectly",
		tests: [...RULES, "test/game/settlement.test.ts", ...AGREEMENT],
	},
	{
		fault: "a flood of disputes does not lengthen turns",
		file: "contracts/DisputeStore.sol",
		find: "_crowding * (c.openDisputes - 1)",
		replace: "0 * _crowding * (c.openDisputes - 1)",
		tests: ["test/attacks/crowding.test.ts", ...AGREEMENT],
	},
	{
		fault: "a leaf of another shape is an answer",
		file: "contracts/DisputeStore.sol",
		find: "return p.width == d.width && p.count == count ? p.time : 0;",
		replace: "return p.time + 0 * count;",
		tests: ["test/attacks/leaf-shape.test.ts"],
	},
	{
		fault: "anybody binds a lazy claim's trace",
		file: "contracts/TraceBinding.sol",
		find: "if (msg.sender != c.submitter) revert NotTheSubmitter(msg.sender, c.submitter);",
		replace: NOTHING,
		tests: [...LAZY, ...AGREEMENT],
	},
	{
		fault: "a lazy claim is bound to a trace of another output",
		file: "contracts/Market.sol",
		find: "if (root != traceRoot) revert WrongTraceRoot(root, traceRoot);",
		replace: NOTHING,
		tests: [...LAZY, ...MARKET, ...AGREEMENT],
	},
	{
		fault: "a lazy claim is bound again",
		file: "contracts/TraceBinding.sol",
		find: "if (!shape.lazy || boundAt[claimId] != 0) revert",
		replace: "if (!shape.lazy) revert",
		tests: [...LAZY, ...AGREEMENT],
	},
	{
		fault: "a demand for an input is made too late",
		file: "contracts/Inputs.sol",
		find: "if (block.timestamp >= end) revert IMarket.ChallengePeriodOver(claimId, block.timestamp, end);",
		replace: NOTHING.concat("end;"),
		tests: [...INPUTS, ...AGREEMENT],
	},
	{
		fault: "an input that was answered counts as withheld",
		file: "contracts/Inputs.sol",
		find: "if (answered != 0) revert AlreadyAnswered(d.input, d.chunk, answered);\n\t\tuint256 used",
		replace: "answered;\n\t\tuint256 used",
		tests: [...INPUTS, ...AGREEMENT],
	},
	{
		fault: "an answer may be any words",
		file: "contracts/Inputs.sol",
		find: "if (root != inputsRoot) revert WrongInputs(root, inputsRoot);",
		replace: NOTHING,
		tests: [...INPUTS, ...AGREEMENT],
	},
];

/** What a settlement rests on. */
const EVIDENCE: readonly Mutation[] = [
	{
		fault: "children are swapped",
		file: "contracts/libraries/Trees.sol",
		find: "mstore(add(at, 2), left)\n\t\t\tmstore(add(at, 34), right)",
		replace: "mstore(add(at, 2), right)\n\t\t\tmstore(add(at, 34), left)",
		tests: LEAVES,
	},
	{
		fault: "nodes do not bind their level",
		file: "contracts/libraries/Trees.sol",
		find: "mstore8(add(at, 1), level)",
		replace: "mstore8(add(at, 1), 0)",
		tests: LEAVES,
	},
	{
		fault: "a path may be too long",
		file: "contracts/libraries/Trees.sol",
		find: "if (path.length != expected) revert WrongPathLength(path.length, expected);",
		replace: "if (path.length < expected) revert WrongPathLength(path.length, expected);",
		tests: [...LEAVES, ...AGREEMENT],
	},
	{
		fault: "a word has bits above its last lane",
		file: "contracts/libraries/Packing.sol",
		find: "if (words[i] >> (width * used) != 0) revert WordOutOfRange(i, words[i], width * used);",
		replace: NOTHING,
		tests: LEAVES,
	},
	{
		fault: "a leaf does not bind its number of elements",
		file: "contracts/libraries/Packing.sol",
		find: "uint8(width), uint16(count), digest",
		replace: "uint8(width), uint16(0 * count), digest",
		tests: LEAVES,
	},
	{
		fault: "the claimed value is settled as wrong",
		file: "contracts/Arbiter.sol",
		find: "if (computed == claimed) revert ValuesAgree(computed);",
		replace: NOTHING,
		tests: ["test/attacks/honest-claim.test.ts"],
	},
	{
		fault: "any proof of a product is accepted",
		file: "contracts/Arbiter.sol",
		find: "if (!Proofs.dot(dotVerifier, part, e.leaves, sum, what.beneficiary, e.proof)) revert InvalidProof();",
		replace: NOTHING,
		tests: ["test/attacks/honest-claim.test.ts", "test/game/settlement.test.ts"],
	},
	{
		fault: "any proof of reads is accepted",
		file: "contracts/Arbiter.sol",
		find: "if (!Proofs.elements(elementsVerifier, packed, e.leaves, what.beneficiary, e.proof)) revert InvalidProof();",
		replace: "packed;",
		tests: [...KINDS, "test/attacks/honest-claim.test.ts"],
	},
	{
		fault: "proofs can be copied",
		file: "contracts/libraries/Proofs.sol",
		find: "signals[9] = uint256(uint160(beneficiary));",
		replace: "signals[9] = uint256(uint160(beneficiary)) >> 160;",
		tests: ["test/game/settlement.test.ts", ...DIRECT],
	},
	{
		fault: "a partial result starts at the wrong one",
		file: "contracts/Arbiter.sol",
		find: "int256(s.partials[s.part - 1])",
		replace: "int256(s.partials[s.part])",
		tests: ["test/game/settlement.test.ts", ...RULES, ...KINDS],
	},
	{
		fault: "an operand of another tensor is opened",
		file: "contracts/libraries/Openings.sol",
		find: "if (actual != expected) revert IArbiter.WrongTensor(opening.operand, actual, expected);",
		replace: NOTHING,
		tests: [...STATES, "test/attacks/honest-claim.test.ts"],
	},
	{
		fault: "a leaf of another operand is opened",
		file: "contracts/libraries/Openings.sol",
		find: "if (t.operand != operandIndex) revert IArbiter.WrongOperand(number, t.operand, operandIndex);",
		replace: NOTHING,
		tests: ["test/attacks/honest-claim.test.ts", ...KINDS],
	},
	{
		fault: "any leaf is opened",
		file: "contracts/libraries/Openings.sol",
		find: "if (root != t.root) revert IArbiter.WrongOperandLeaf(number, root, t.root);",
		replace: NOTHING,
		tests: ["test/attacks/honest-claim.test.ts", ...KINDS],
	},
	{
		fault: "any rescale row is opened",
		file: "contracts/libraries/Openings.sol",
		find: "if (root != d.rowsRoot) revert IArbiter.WrongRow(root, d.rowsRoot);",
		replace: NOTHING,
		tests: ["test/attacks/honest-claim.test.ts"],
	},
	{
		fault: "settled with another operator's descriptor",
		file: "contracts/libraries/Openings.sol",
		find: "if (root != operatorsRoot) revert IArbiter.WrongDescriptor(root, operatorsRoot);",
		replace: NOTHING,
		tests: [...RULES, "test/attacks/honest-claim.test.ts", ...AGREEMENT],
	},
	{
		fault: "a leaf that is not in the trace is settled directly",
		file: "contracts/libraries/Openings.sol",
		find: "if (node != what.traceRoot) revert IArbiter.WrongLocation(node, what.traceRoot);",
		replace: NOTHING,
		tests: [...DIRECT, "test/attacks/honest-claim.test.ts"],
	},
	{
		fault: "a carried state is that of its own step",
		file: "contracts/libraries/Openings.sol",
		find: "(SOURCE_OPERATOR, index, step - 1)",
		replace: "(SOURCE_OPERATOR, index, step)",
		tests: STATES,
	},
	{
		fault: "an element of another leaf is settled",
		file: "contracts/Arbiter.sol",
		find: "if (element < first || element >= end) revert ElementOutOfLeaf(element, first, end);",
		replace: "end;",
		tests: [...RULES, ...AGREEMENT],
	},
	{
		fault: "rescaling rounds towards zero",
		file: "contracts/libraries/Rescale.sol",
		find: ">> shift;\n\t\treturn clip",
		replace: "/ int256(uint256(1) << shift);\n\t\treturn clip",
		tests: ["test/libraries/rescale.test.ts"],
	},
	{
		fault: "coordinates are divided towards zero",
		file: "contracts/libraries/Cone.sol",
		find: "sum = quotient * divisor > sum ? quotient - 1 : quotient;",
		replace: "sum = quotient;",
		tests: CONES,
	},
	{
		fault: "a value does not fit its width",
		file: "contracts/libraries/Parts.sol",
		find: "if (value < -half || value >= half) revert ValueOutOfRange(value, width);",
		replace: NOTHING,
		tests: [...CONES, ...KINDS],
	},
	{
		fault: "public signals wrap the field",
		file: "contracts/verifiers/ElementsVerifier.sol",
		find: "if iszero(lt(v, r)) {",
		replace: "if iszero(1) {",
		tests: ["crates-ts/prover/test/prove.test.ts", "test/game/settlement.test.ts"],
	},
];

export const CONTRACT_MUTATIONS: readonly Mutation[] = [...MOVES, ...EVIDENCE];
