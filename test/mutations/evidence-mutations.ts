import { type Mutation, mutationsOf } from "./mutation.ts";
import {
	AGREEMENT,
	ANSWERS,
	CONES,
	DIRECT,
	HONEST_CLAIM,
	KINDS,
	LEAVES,
	RULES,
	SETTLEMENT,
	STATES,
	VERIFIERS,
} from "./tests.ts";

/** What a settlement shows: leaves, paths, openings, proofs. */
export const EVIDENCE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/libraries/Trees.sol",
		[LEAVES],
		[
			[
				"children are swapped",
				"mstore(add(at, 2), left)\n\t\t\tmstore(add(at, 34), right)",
				"mstore(add(at, 2), right)\n\t\t\tmstore(add(at, 34), left)",
			],
			[
				"nodes of a path do not bind their level",
				"mstore8(add(at, 1), level)\n\t\t\tmstore(add(at, 2), left)",
				"mstore8(add(at, 1), 0)\n\t\t\tmstore(add(at, 2), left)",
			],
			[
				"nodes of a path do not bind their tree",
				"mstore8(at, tag)\n\t\t\tmstore8(add(at, 1), level)\n\t\t\tmstore(add(at, 2), left)",
				"mstore8(at, 0)\n\t\t\tmstore8(add(at, 1), level)\n\t\t\tmstore(add(at, 2), left)",
			],
			[
				"nodes of an answer do not bind their level",
				"mstore8(add(at, 1), level)\n\t\t\tlet from",
				"mstore8(add(at, 1), 0)\n\t\t\tlet from",
				[AGREEMENT],
			],
			[
				"nodes of an answer do not bind their tree",
				"mstore8(at, tag)\n\t\t\tmstore8(add(at, 1), level)\n\t\t\tlet from",
				"mstore8(at, 0)\n\t\t\tmstore8(add(at, 1), level)\n\t\t\tlet from",
				[AGREEMENT],
			],
			[
				"the last of an odd number of nodes is lost",
				"if and(count, 1) { mstore(to, mload(from)) }",
				"",
				[AGREEMENT],
			],
			[
				"a path may be too long",
				"if (path.length != expected) revert WrongPathLength(path.length, expected);",
				"if (path.length < expected) revert WrongPathLength(path.length, expected);",
			],
			["a place beyond the last has a path", "if (index >= count) revert IndexOutOfRange(index, count);", ""],
		],
	),
	...mutationsOf(
		"contracts/libraries/Packing.sol",
		[LEAVES],
		[
			[
				"a word has bits above its last lane",
				"if (words[i] >> (width * used) != 0) revert WordOutOfRange(i, words[i], width * used);",
				"",
			],
			[
				"a leaf does not bind its number of elements",
				"uint8(width), uint16(count), digest",
				"uint8(width), uint16(0 * count), digest",
			],
			[
				"a leaf does not bind its width",
				"uint8(width), uint16(count), digest",
				"uint8(0 * width), uint16(count), digest",
			],
			[
				"a full last leaf is followed by an empty one",
				"return (elements - 1) / leafElements(width) + 1;",
				"return elements / leafElements(width) + 1;",
			],
			["elements are unsigned", "return int256(lane) - int256(1 << (width - 1));", "return int256(lane);"],
			["malformed words are published", "check(width, count, words);", "", [LEAVES, RULES]],
		],
	),
	...mutationsOf(
		"contracts/libraries/Openings.sol",
		[HONEST_CLAIM, KINDS],
		[
			[
				"an operand of another tensor is opened",
				"if (actual != expected) revert IArbiter.WrongTensor(opening.operand, actual, expected);",
				"",
				[STATES, HONEST_CLAIM],
			],
			[
				"a leaf of another operand is opened",
				"if (t.operand != operandIndex) revert IArbiter.WrongOperand(number, t.operand, operandIndex);",
				"",
			],
			[
				"any leaf is opened",
				"if (root != t.root) revert IArbiter.WrongOperandLeaf(number, root, t.root);",
				"",
			],
			[
				"any rescale row is opened",
				"if (root != d.rowsRoot) revert IArbiter.WrongRow(root, d.rowsRoot);",
				"",
			],
			[
				"every element has the first rescale row",
				"Trees.rowNode(r), Cone.rowOf(d, element), d.rowCount",
				"Trees.rowNode(r), 0 * element, d.rowCount",
			],
			[
				"settled with another operator's descriptor",
				"if (root != operatorsRoot) revert IArbiter.WrongDescriptor(root, operatorsRoot);",
				"",
				[HONEST_CLAIM, RULES, AGREEMENT],
			],
			[
				"a leaf that is not in the trace is settled directly",
				"if (node != what.traceRoot) revert IArbiter.WrongLocation(node, what.traceRoot);",
				"",
				[DIRECT, HONEST_CLAIM],
			],
			[
				"a leaf of another step is settled directly",
				"node = _segmentRoot(what.header, node, what.step, paths.stepPath);",
				"node = _segmentRoot(what.header, node, 0, paths.stepPath);",
				[STATES, DIRECT],
			],
			[
				"the state of a segment's first step is what the segment before was bound to",
				"isCheckpoint = step % segment == 0;",
				"isCheckpoint = step == 0;",
				[STATES],
			],
			[
				"the state of every step is a checkpoint",
				"isCheckpoint = step % segment == 0;",
				"isCheckpoint = step != 0;",
				[STATES],
			],
			[
				"the state of a segment's first step is the first checkpoint",
				"actual, step / segment, segments, opening.stepPath, Trees.CHECKPOINTS, 0",
				"actual, 0, segments, opening.stepPath, Trees.CHECKPOINTS, 0",
				[STATES],
			],
			[
				"a step is opened under another place of its segment",
				"return Trees.rootFromPath(stepRoot, place, count, path, Trees.STEPS, 0);",
				"return Trees.rootFromPath(stepRoot, count - 1, count, path, Trees.STEPS, 0);",
				[STATES],
			],
			[
				"a carried state is that of its own step",
				"(SOURCE_OPERATOR, index, step - 1)",
				"(SOURCE_OPERATOR, index, step)",
				[STATES],
			],
			[
				"a first state is the input with its operator's number",
				"(SOURCE_INPUT, operand.initial, step)",
				"(SOURCE_INPUT, index, step)",
				[STATES],
			],
			[
				"operands come from the first step",
				"actual = _segmentRoot(header, actual, step, opening.stepPath);",
				"actual = _segmentRoot(header, actual, 0 * step, opening.stepPath);",
				[STATES],
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Proofs.sol",
		[SETTLEMENT, KINDS],
		[
			[
				"proofs of products can be copied",
				"b.signals[at + 9] = uint256(uint160(beneficiary));",
				"b.signals[at + 9] = uint256(uint160(beneficiary)) >> 160;",
			],
			[
				"proofs of reads can be copied",
				"b.signals[at + 5] = uint256(uint160(beneficiary));",
				"b.signals[at + 5] = uint256(uint160(beneficiary)) >> 160;",
				[KINDS, DIRECT],
			],
			[
				"x and w are exchanged",
				"b.signals[at + 1 + i] = leaves[i < xCount ? i : 0].digest;\n\t\t\tb.signals[at + 4 + i]",
				"b.signals[at + 4 + i] = leaves[i < xCount ? i : 0].digest;\n\t\t\tb.signals[at + 1 + i]",
			],
			[
				"half of the geometry is not bound",
				"b.signals[at + 8] = part.geometry[1];",
				"b.signals[at + 8] = 0;",
				[KINDS, SETTLEMENT, DIRECT],
			],
			["parts without reads have proofs all the same", "mstore(proofs, count)", "pop(count)", [DIRECT]],
			[
				"parts without reads prove those beside them",
				"if (count == 0) return true;",
				"if (count < b.proofs.length) return true;",
				[DIRECT],
			],
			[
				"the first leaf stands for every read",
				"b.signals[at + i] = leaves[i < leaves.length ? i : 0].digest;",
				"b.signals[at + i] = leaves[0].digest;",
				[KINDS],
			],
		],
	),
	...mutationsOf(
		"contracts/court/Arbiter.sol",
		[HONEST_CLAIM, SETTLEMENT],
		[
			["the claimed value is settled as wrong", "if (computed == claimed) revert ValuesAgree(computed);", ""],
			[
				"any proof is accepted",
				"if (!Proofs.areRight(proofs, verifier, _signals(d))) revert InvalidProof();",
				"verifier;",
				[SETTLEMENT, DIRECT, HONEST_CLAIM, KINDS],
			],
			[
				"a partial result needs no proof",
				"_requireProofs(d, proofs);\n\t\treturn next;",
				"return next;",
				[SETTLEMENT, DIRECT, HONEST_CLAIM, KINDS],
			],
			[
				"a whole result needs no proofs",
				"_requireProofs(d, proofs);\n\t}",
				"}",
				[HONEST_CLAIM, KINDS, DIRECT],
			],
			["a direct settlement proves nothing", "if (!_hasProof(settlement)) revert ProofNeeded();", ""],
			[
				"a direct settlement is of no part of the trace",
				"Openings.location(what, d, location, settlement.words);",
				"location;",
			],
			[
				"an element of another leaf is settled",
				"if (element < first || element >= end) revert ElementOutOfLeaf(element, first, end);",
				"end;",
				[HONEST_CLAIM, RULES, AGREEMENT],
			],
			[
				"partial results may lead anywhere",
				"if (value != expected) revert WrongPartials(value, expected);",
				"",
				[RULES, AGREEMENT],
			],
			[
				"a partial result follows from itself",
				"int256(s.partials[s.part - 1])",
				"int256(s.partials[s.part])",
				[DIRECT],
			],
			[
				"parts of a product are left out",
				"_requireCount(at, count);\n\t\tuint256 xCount",
				"count;\n\t\tuint256 xCount",
				[DIRECT, HONEST_CLAIM],
			],
			["parts of reads are left out", "_requireCount(at, Parts.count(d, s.element));", "", [ANSWERS]],
			[
				"every part is the first",
				"At(p, parts, p + 1 == parts), result, proofs);",
				"At(0, parts, p + 1 == parts), result, proofs);",
				[DIRECT],
			],
			[
				"only the last part counts",
				"At(p, parts, p + 1 == parts), result, proofs);",
				"At(p, parts, p + 1 == parts), Kinds.start(d), proofs);",
				[DIRECT],
			],
			[
				"leaves beyond those of the part are shown",
				"if (e.leaves.length != leaves) revert WrongLeafCount(e.leaves.length, leaves);",
				"",
				[KINDS, SETTLEMENT, HONEST_CLAIM],
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Groth16.sol",
		[VERIFIERS],
		[
			["signals wrap the field", "if (signals[i] >= FIELD) return false;", "{}"],
			[
				"signals are left over",
				"signals.length != count * ((key.length - IC) / G1 - 1)",
				"signals.length < count",
			],
			["proofs make up for one another", "uint128(uint256(keccak256(abi.encode(seed, i))))", "1"],
			["further proofs make up for one another", "abi.encode(seed, i)", "abi.encode(seed, uint256(1))"],
			["weights do not follow from signals", "abi.encode(proofs, signals)", "abi.encode(proofs)"],
			["weights do not follow from proofs", "abi.encode(proofs, signals)", "abi.encode(signals)"],
			["only the first proof counts", "uint256 count = proofs.length;", "uint256 count = 1;"],
			["any pairing is right", "ok := and(ok, eq(mload(0), 1))", ""],
			[
				"a signal is left out",
				"for (uint256 j = 0; j < width && ok; ++j)",
				"for (uint256 j = 0; j + 1 < width && ok; ++j)",
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/Parts.sol",
		[CONES, KINDS],
		[
			[
				"a value does not fit its width",
				"if (value < -half || value >= half) revert ValueOutOfRange(value, width);",
				"",
			],
			[
				"a sum is the alias of another",
				"if (sum >= 2 ** 127 || sum <= -(2 ** 127)) revert SumOutOfRange(sum);",
				"",
				[CONES, HONEST_CLAIM],
			],
			["a negative sum is a positive one", "? FIELD - uint256(-sum)", "? uint256(-sum)"],
			[
				"a part may have too few values",
				"if (values.length != used) revert WrongValues(values.length, used);",
				"",
			],
		],
	),
];
