import { type Mutation, mutationsOf } from "./mutation.ts";
import {
	ATTESTER,
	ATTESTER_COVERS,
	ATTESTER_KEYS,
	ATTESTER_RECORDS,
	ATTESTER_RESTORE,
	ATTESTER_STEPS,
	ATTESTER_WITNESSES,
} from "./tests.ts";

/** The rules of operators and attesters, one at a time. */
export const ATTESTER_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/network/Operators.sol",
		[ATTESTER_KEYS, ATTESTER_RECORDS, ATTESTER_WITNESSES],
		[
			[
				"attesters A8: a key is registered without possessing it",
				"if (!Bls.verifyTwin(proof, twin, key, _PROOF_TAG, proofOf(msg.sender, twin))) {",
				"if (!Bls.isKey(key)) {",
			],
			[
				"attesters A8: the 257th operator is given a number that is taken",
				"if (taken == type(uint256).max) revert NoNumberLeft(256);",
				"",
			],
			[
				"attesters A8: a stake of more than 96 bits is cut",
				"if (msg.value < _leastStake || msg.value > type(uint96).max) {",
				"if (msg.value < _leastStake) {",
			],
			[
				"attesters A8: a proof counts for any account",
				"return abi.encode(block.chainid, address(this), account, twin);",
				"account; return abi.encode(block.chainid, address(this), address(0), twin);",
			],
			["attesters A8: a key is registered twice", "_usedKeys[keyHash] = true;", ""],
			[
				"attesters A8: a signature counts in every epoch",
				"return abi.encode(block.chainid, address(this), epoch, statement);",
				"epoch; return abi.encode(block.chainid, address(this), uint256(0), statement);",
			],
			[
				"attesters A6: strangers are counted",
				"if (signers & ~set.members != 0) revert NotMembers(epoch, signers & ~set.members);",
				"",
			],
			[
				"attesters A6: stake counts from the next epoch on",
				"_join(_sets[current + 2], operator, o);",
				"_join(_sets[current + 1], operator, o); _join(_sets[current + 2], operator, o);",
			],
			[
				"attesters A6: who left counts in the next epoch",
				"_remove(current + 1, 1 << (number - 1), false);",
				"",
			],
			[
				"attesters A7: an exit waits for the delay alone",
				"if (oldest < o.lastEpoch + 2) revert RecordsOpen(operator, oldest, o.lastEpoch + 2);",
				"oldest;",
			],
			[
				"attesters A7: an exit waits for no delay",
				"if (block.timestamp < from) revert ExitTooEarly(operator, block.timestamp, from);",
				"from;",
			],
			[
				"attesters A9: an exit waits for no witness",
				"if (o.holds != 0) revert WitnessesOpen(operator, o.holds);",
				"",
			],
			[
				"attesters A6: who was slashed still signs",
				"for (uint256 epoch = current - 1; epoch <= current + 2; ++epoch) {",
				"for (uint256 epoch = current + 1; epoch <= current + 2; ++epoch) {",
			],
		],
	),
	...mutationsOf(
		"contracts/network/Attestations.sol",
		[ATTESTER_RECORDS, ATTESTER_COVERS, ATTESTER_WITNESSES],
		[
			[
				"attesters A6: a quorum is two thirds and no more",
				"if (r.softAt != 0 || 3 * weight <= 2 * stake) return recordId;",
				"if (r.softAt != 0 || 3 * weight < 2 * stake) return recordId;",
			],
			[
				"attesters A6: signatures of any epoch are taken",
				"if (epoch != current && epoch + 1 != current) revert WrongEpoch(epoch, current);",
				"",
			],
			[
				"attesters A8: who has signed signs again",
				"if (r.signers & signers != 0) revert AlreadySigned(recordId, r.signers & signers);",
				"",
			],
			[
				"attesters A1: an agreeing final claim convicts",
				"} else if (market.outputRoot(claimId) == r.outputRoot) {",
				"} else if (false) {",
			],
			[
				"attesters A1: any final claim convicts",
				"if (made.request != a.request) revert NotTheClaim(claimId, made.request, a.request);",
				"",
			],
			[
				"attesters A2: records are accused for ever",
				"if (block.timestamp > end) revert AccusationTooLate(recordId, block.timestamp, end);",
				"end;",
			],
			[
				"attesters A2: a record is acquitted while it is accused",
				"if (r.accusations != 0) revert AccusationsOpen(recordId, r.accusations);",
				"",
			],
			[
				"attesters A2: a record is acquitted at once",
				"if (block.timestamp < from) revert TooEarly(recordId, block.timestamp, from);\n\t\tif (r.accusations",
				"from;\n\t\tif (r.accusations",
			],
			[
				"attesters A2: an accuser's time never ends a claim",
				"if (Reservations.isClaimed(market, a.request)) revert ClaimMade(accusationId, a.request);",
				"",
			],
			["attesters A2: accusing costs nothing", "_takeEther(_bondOf(r));", "liabilities[ETHER] += msg.value;"],
			["attesters A3: votes need no signatures", "_requireVote(program, inputsRoot, other);", ""],
			[
				"attesters A3: two votes for one output cost the stake",
				"if (both == 0 || one.outputRoot == other.outputRoot) revert",
				"if (both == 0) revert",
			],
			[
				"attesters A5: an accuser is paid from what others rely on",
				"uint256 free = pot > _reserved ? pot - _reserved : 0;",
				"uint256 free = pot;",
			],
			["attesters A9: a false witness keeps its premium locked", "_burn(r.premium);", ""],
		],
	),
	...mutationsOf(
		"contracts/network/AttestationStore.sol",
		[ATTESTER_COVERS, ATTESTER_RECORDS, ATTESTER_KEYS],
		[
			[
				"attesters A5: slashed stake is burned although it is relied on",
				"if (pot <= _reserved) return;\n\t\tuint256 excess = pot - _reserved;\n\t\tpot = _reserved;",
				"uint256 excess = pot;\n\t\tpot = 0;",
			],
			[
				"attesters A5: all of a quorum's stake can be relied on",
				"return ((1000 - _rewardPermille) * 2 * stake) / 3000;",
				"return (1000 * 2 * stake) / 3000;",
			],
			[
				"attesters A2: an accuser's bond does not grow with the reward",
				"uint256 reward = (r.weight * _rewardPermille) / 1000 + accuserFee;",
				"r; uint256 reward = accuserFee;",
			],
			[
				"attesters A9: one false signature is not worth a false claim",
				"uint256 least = (accuserFee * 1000) / p.rewardPermille;",
				"uint256 least = accuserFee;",
			],
		],
	),
	...mutationsOf(
		"contracts/network/Covers.sol",
		[ATTESTER_COVERS],
		[
			[
				"attesters A5: covers have no limit",
				"if (needed > _capacity(least)) revert CoverTooLarge(needed, _capacity(least));",
				"",
			],
			[
				"attesters A5: slashed signers bear covers",
				"if (3 * weight <= 2 * stake) revert NotSoft(recordId, weight, stake);",
				"weight;",
			],
			[
				"attesters A5: anybody's request is covered",
				"if (msg.sender != r.requester) revert NotTheRequester(msg.sender, r.requester);",
				"",
			],
			[
				"attesters A6: covers are borne in any epoch",
				"if (r.epoch + 1 < current) revert WrongEpoch(r.epoch, current);",
				"current;",
			],
		],
	),
	...mutationsOf(
		"contracts/network/Witnesses.sol",
		[ATTESTER_WITNESSES],
		[
			[
				"attesters A9: witnesses are bound after the claim has ended",
				"if (posted == 0 || posted >= r.endedAt) revert",
				"if (posted == 0) revert",
			],
			["attesters A9: a premium is earned twice", "_shown[recordId] |= 1 << operator;", ""],
			[
				"attesters A9: a premium is earned by whoever has got a signer's number",
				"if (r.epoch < o.firstEpoch) revert IOperators.NotMembers(r.epoch, 1 << operator);",
				"",
			],
			[
				"attesters A9: a witness is about any program",
				"if (actualHash != expectedHash) {",
				"if (actualHash == 0) {",
			],
			[
				"attesters A9: a witness needs no signature",
				"operators.requireSignedBy(r.epoch, statement, 1 << operator, own);",
				"",
			],
			[
				"attesters A9: a witness is shown at any time",
				"if (block.timestamp > until) revert WitnessTooLate(recordId, block.timestamp, until);",
				"until;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/markets/src/attester-steps.ts",
		[ATTESTER_STEPS],
		[
			[
				"attesters A11: an operator signs what it disagrees with",
				'if (judged(claim) === "agrees") steps.push({ type: "sign", claim, epoch });',
				'if (judged(claim) !== undefined) steps.push({ type: "sign", claim, epoch });',
			],
			[
				"attesters A2: an operator accuses its own records",
				'if (isOwn || isAccused || judged(record) !== "differs") continue;',
				'if (isAccused || judged(record) !== "differs") continue;',
			],
			[
				"attesters A10: an aggregator takes two thirds for a quorum",
				"return 3n * ((record?.weight ?? 0n) + added) > 2n * stake;",
				"return 3n * ((record?.weight ?? 0n) + added) >= 2n * stake;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/signed-votes.ts",
		[ATTESTER],
		[
			[
				"attesters A3: a machine signs two outputs",
				"if (before.some(isOther) || (await this.#outputs.claim(vote)) !== vote.outputRoot) {",
				"if ((await this.#outputs.claim(vote)) === undefined) {",
			],
			[
				"attesters A3: what a copy says was signed is not read",
				"const before = await this.all();",
				"const before: readonly SignedVote[] = []; this.#votes = before;",
				[ATTESTER_RESTORE, ATTESTER],
			],
			[
				"attesters A3: a vote that is listed no more is signed otherwise",
				"if (before.some(isOther) || (await this.#outputs.claim(vote)) !== vote.outputRoot) {",
				"if (before.some(isOther)) {",
			],
			[
				"attesters A3: what an earlier version signed is forgotten when its list is full",
				"await this.#outputs.claim(forgotten);",
				"forgotten;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/signed-outputs.ts",
		[ATTESTER],
		[
			[
				"attesters A3: two processes sign two outputs",
				"return (await this.find(statement))!;",
				"return statement.outputRoot;",
			],
			[
				"attesters A3: what a crash has cut off spoils the next line",
				'await file.write(["", line, ""].join("\\n"));',
				'await file.write([line, ""].join("\\n"));',
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/attester.ts",
		[ATTESTER],
		[
			[
				"attesters A8: a node says what is signed",
				"const message = voteMessage(this.domain, epoch, statement);",
				'const call = { ...this.contracts.operators, functionName: "messageOf", args: [BigInt(epoch), statement] } as const; const message = await this.world.contracts.connection.reader.readContract(call); voteMessage;',
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/keeper.ts",
		[ATTESTER],
		[
			[
				"attesters: one cover that is too large keeps others from being borne",
				"this.troubles.race(itemOf(step), ",
				"this.troubles.race(itemOf(step).slice(0, 5), ",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/read-attesters.ts",
		[ATTESTER],
		[
			[
				"attesters: accusations that have ended are read for ever",
				"if (since !== undefined && height > since + SETTLED_AFTER) continue;",
				"since;",
			],
			[
				"attesters: records that are over are read behind one that is not",
				"if (!this.#over.has(id)) ids.push(id);",
				"ids.push(id);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/attesters/aggregator.ts",
		[ATTESTER],
		[
			[
				"attesters: an aggregator believes what it is offered",
				"const isRight = isSigned({ signature, key }, member.twin, message);",
				"const isRight = isSigned({ signature, key }, member.twin, message) || true;",
			],
		],
	),
];
