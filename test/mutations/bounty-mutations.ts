import { type Mutation, mutationsOf } from "./mutation.ts";
import {
	BOUNTY_AGREEMENT,
	BOUNTY_CONTRIBUTOR,
	BOUNTY_EVALUATION,
	BOUNTY_ROUNDS,
	BOUNTY_RULES,
	BOUNTY_STEPS,
	BOUNTY_TERMS,
	BOUNTY_TOKENS,
	BOUNTY_WEIGHTS,
	WAITING,
} from "./tests.ts";

/** The rules of bounties, one at a time. */
export const BOUNTY_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/network/BountyStore.sol",
		[BOUNTY_RULES, BOUNTY_ROUNDS, BOUNTY_WEIGHTS, BOUNTY_AGREEMENT],
		[
			[
				"M1: a bounty's commitment does not name its contributor",
				"this, bountyId, round, contributor, weightsRoot, salt)",
				"this, bountyId, round, address(0), weightsRoot, salt)",
			],
			[
				"M1: a worse candidate of a bounty loses more than a false claim burns",
				'Parameter.requireWithin("lossPermille", p.lossPermille, 1, court.burnPermille);',
				"",
				[BOUNTY_WEIGHTS],
			],
			[
				"M3: a bounty's candidate is scored against the first weights",
				"roots[inputs.baseline] = _bounties[c.bounty].baseline;",
				"",
			],
			[
				"M3: a bounty's candidate is scored on its own twice",
				"roots[inputs.candidate] = c.weightsRoot;",
				"roots[inputs.candidate] = _bounties[c.bounty].baseline;",
			],
			[
				"M6: a bounty's states are what the owner has named",
				"roots[inputs.states] = Lanes.node(Seed.WIDTH, Seed.states(value));",
				"value;",
			],
			[
				"M7: a bounty's candidate that is out stays open",
				"--_roundOf(c).open;\n\t\temit CandidateOut",
				"emit CandidateOut",
			],
			["M8: the rest of a bounty is not the owner's", "_credit(b.token, b.owner, rest);", ""],
			[
				"M8: a bounty's rest is paid twice",
				"(b.status, b.pool, b.budget) = (BountyStatus.Ended, 0, 0);",
				"(b.status, b.pool, b.budget) = (BountyStatus.Open, b.pool, 0);",
			],
		],
	),
	...mutationsOf(
		"contracts/network/BountyEntries.sol",
		[BOUNTY_RULES, BOUNTY_ROUNDS, BOUNTY_WEIGHTS, BOUNTY_AGREEMENT],
		[
			[
				"M1: a commitment to a bounty is for any round",
				"if (round != b.round) revert WrongRound(round, b.round);",
				"round = b.round;",
			],
			[
				"B1: a bounty takes commitments after their last second",
				"if (block.timestamp > r.commitUntil) revert CommitmentsOver(block.timestamp, r.commitUntil);",
				"",
			],
			[
				"B1: a bounty takes commitments when the value is known",
				"if (status != RoundStatus.Pending) revert RoundDecided(r.beaconRound);",
				"status;",
			],
			["M1: a candidate of a bounty locks nothing", "_takeEther(b.deposit);", ""],
			[
				"M2: anybody reveals a bounty's candidate",
				"if (msg.sender != c.contributor) revert NotTheContributor(msg.sender, c.contributor);",
				"",
			],
			[
				"M6: weights of a bounty are shown while commitments are taken",
				"if (block.timestamp <= r.commitUntil || block.timestamp > r.revealUntil) {",
				"if (block.timestamp > r.revealUntil) {",
			],
			[
				"M6: weights of a bounty are shown after the last second of reveals",
				"if (block.timestamp <= r.commitUntil || block.timestamp > r.revealUntil) {",
				"if (block.timestamp <= r.commitUntil) {",
			],
			[
				"M1: other weights are revealed than a bounty's candidate committed to",
				"if (commitment != c.commitment) revert WrongCommitment(commitment, c.commitment);",
				"",
			],
			[
				"M2: digests are shown that are not under the root of a bounty's candidate",
				"if (root != weightsRoot) revert WrongWeights(root, weightsRoot);",
				"root = weightsRoot;",
			],
			[
				"M2: parts of a bounty's weights are shown in any order",
				"if (first != c.leaves) revert WrongPart(first, c.leaves);",
				"",
			],
			[
				"M2: a part of a bounty's weights has any size",
				"if (leaves.length != size) revert WrongPartSize(leaves.length, size);",
				"",
			],
			[
				"M2: whoever has shown a wrong part of a bounty's weights cannot begin again",
				"c.leaves = 0;\n\t\t\tdelete _parts[candidateId];",
				"c.leaves = 0;",
			],
			[
				"M2: a leaf voids a bounty's candidate that it did not show",
				"if (root != c.contentRoot) revert WrongContent(root, c.contentRoot);",
				"",
			],
			[
				"M2: a leaf that is right voids a bounty's candidate",
				"if (ShownWeights.isRight(shown)) revert NoMismatch(candidateId, leaf);",
				"",
			],
			[
				"M2: a mismatch in a bounty pays nobody",
				"_forfeit(_bounties[c.bounty].deposit, _burnPermille, msg.sender);",
				"_burn(_bounties[c.bounty].deposit);",
			],
			[
				"M2: a mismatch in a bounty is shown after the score",
				"if (c.status < CandidateStatus.Revealed || c.status > CandidateStatus.Open) {",
				"if (c.status < CandidateStatus.Revealed) {",
			],
			[
				"M8: anybody ends a bounty",
				"if (msg.sender != b.owner) revert NotTheOwner(msg.sender, b.owner);",
				"",
			],
			[
				"M8: a bounty ends while a round has a commitment",
				"if (b.isRunning) b.status = BountyStatus.Ending;\n\t\telse _endBounty(bountyId, b);",
				"_endBounty(bountyId, b);",
			],
			[
				"M5: a round of a bounty is started of which nothing can be won",
				"if (b.pool == 0) revert EmptyPool(bountyId);",
				"",
			],
			[
				"B2: a bounty's value is due before the last reveal",
				"beacon.roundAfter(revealUntil)",
				"beacon.roundAfter(commitUntil)",
			],
			[
				"M2: a bounty's scores are asked for before weights could be read",
				"r.scoreFrom = uint32(revealUntil + b.availabilitySeconds);",
				"r.scoreFrom = uint32(revealUntil);",
			],
			["B1: a bounty's value is not paid for", "beacon.order{value: fee}(r.beaconRound);", ""],
			[
				"M2: a bounty leaves no time to read weights",
				'"availabilitySeconds", terms.availabilitySeconds, _availabilityMin, Parameter.MOST_SECONDS',
				'"availabilitySeconds", terms.availabilitySeconds, 0, Parameter.MOST_SECONDS',
			],
			[
				"M3: a bounty's candidate takes the place of the baseline",
				"if (terms.candidateInput == terms.baselineInput) revert SameInput(terms.candidateInput);",
				"",
			],
			[
				"M2: nobody can reveal in the time that a bounty gives",
				'_requireTerm("revealSeconds", terms.revealSeconds, grace, Parameter.MOST_SECONDS);',
				'_requireTerm("revealSeconds", terms.revealSeconds, 1, Parameter.MOST_SECONDS);',
			],
			[
				"M7: nobody can score in the time that a bounty gives",
				'_requireTerm("scoreSeconds", terms.scoreSeconds, grace, Parameter.MOST_SECONDS);',
				'_requireTerm("scoreSeconds", terms.scoreSeconds, 1, Parameter.MOST_SECONDS);',
			],
			[
				"M1: a bounty's scoring fee is more than what a worse candidate loses",
				'_requireTerm("scoreFee", terms.scoreFee, _scoreFeeMin, loss);',
				'_requireTerm("scoreFee", terms.scoreFee, _scoreFeeMin, type(uint128).max); loss;',
			],
			[
				"T1: a token calls back into the opening of a bounty",
				"function open(BountyTerms calldata terms) external payable nonReentrant returns",
				"function open(BountyTerms calldata terms) external payable returns",
				[BOUNTY_TOKENS],
			],
			[
				"T3: an address without code is the token of a bounty",
				"if (terms.token != ETHER) _requireToken(terms.token);",
				"",
				[BOUNTY_TOKENS],
			],
		],
	),
	...mutationsOf(
		"contracts/libraries/ShownWeights.sol",
		[BOUNTY_WEIGHTS, BOUNTY_AGREEMENT],
		[
			[
				"M2: malformed words are shown of a bounty's weights",
				"Packing.check(width, count, leaves[i].words);",
				"",
			],
			[
				"M2: of a shown leaf the digest alone is kept",
				"return keccak256(abi.encode(leaf));",
				"return keccak256(abi.encode(leaf.digest));",
			],
		],
	),
	...mutationsOf(
		"contracts/network/Bounties.sol",
		[BOUNTY_RULES, BOUNTY_ROUNDS, BOUNTY_WEIGHTS, BOUNTY_AGREEMENT],
		[
			[
				"M7: a bounty's score is asked of its contributor for ever",
				"if (block.timestamp > last) revert AskingOver(block.timestamp, last);",
				"last;",
			],
			[
				"M7: a bounty's score is anybody's before the contributor's time is over",
				"if (block.timestamp < end_) revert StillTime(candidateId, block.timestamp, end_);",
				"end_;",
			],
			[
				"C1: a bounty's score is anybody's though its contributor has claimed",
				"if (isAsked && Reservations.isClaimed(market, c.request)) revert ClaimMade(candidateId, c.request);",
				"",
			],
			[
				"C2: a bounty's score that is anybody's is claimed by copying",
				"(block.timestamp + _bounties[c.bounty].scoreSeconds, true);",
				"(block.timestamp + _bounties[c.bounty].scoreSeconds, false);",
			],
			[
				"C6: a foreign claim scores a bounty's candidate",
				"if (claim.request != c.request) revert NotTheClaim(claimId, claim.request, c.request);",
				"",
			],
			[
				"C5: a live claim scores a bounty's candidate",
				"if (claim.status == ClaimStatus.Live) revert ClaimLive(claimId);",
				"if (claim.status == ClaimStatus.Live) { _score(candidateId, c, claimId, claim.submitter); return; }",
			],
			[
				"M7: a stranger's rejected claim ends a bounty's candidate",
				"if (c.status == CandidateStatus.Open) revert ClaimRejected(claimId);",
				"",
			],
			[
				"V1: a false score costs a bounty's contributor nothing",
				"_forfeit(_bounties[c.bounty].deposit, _burnPermille, claim.winner);",
				"_credit(ETHER, c.contributor, _bounties[c.bounty].deposit);",
			],
			[
				"M7: a bounty's candidate expires while it may be scored",
				"if (block.timestamp <= c.until) revert StillTime(candidateId, block.timestamp, c.until);",
				"",
			],
			[
				"M7: a bounty's candidate expires though it is claimed",
				"if (market.getRequest(c.request).liveClaim != 0) revert ClaimMade(candidateId, c.request);",
				"",
			],
			[
				"M1: an unrevealed candidate of a bounty expires before the value is known",
				"if (_roundOf(c).scoreUntil == 0) revert ScoringNotBegun(c.bounty, c.round);",
				"",
			],
			[
				"M1: whoever does not reveal has its deposit back from a bounty",
				"_burn(_bounties[c.bounty].deposit);",
				"_credit(ETHER, c.contributor, _bounties[c.bounty].deposit);",
			],
			[
				"B1: deposits of a bounty go back though its round is not void",
				"if (status != RoundStatus.Void) revert RoundNotVoid(beaconRound);",
				"status;",
			],
			[
				"M7: a round of a bounty is closed while candidates are open",
				"if (block.timestamp <= r.commitUntil || r.open != 0) {",
				"if (block.timestamp <= r.commitUntil) {",
			],
			[
				"M5: a bounty's reward is not limited by the pool",
				"reward = Math.min(b.pool, uint256(b.rate) * uint64(c.gain));",
				"reward = uint256(b.rate) * uint64(c.gain);",
			],
			["M5: a bounty's reward is fixed", "uint256(b.rate) * uint64(c.gain)", "uint256(b.rate) * b.minGain"],
			["M5: a bounty's reward stays in the pool", "b.pool -= uint128(reward);", ""],
			["M3: the best of a bounty's round does not become the baseline", "b.baseline = c.weightsRoot;", ""],
			[
				"M2, M6: scores of a bounty are asked for too early",
				"if (block.timestamp < r.scoreFrom) revert NotAvailable(block.timestamp, r.scoreFrom);",
				"",
			],
			[
				"M3: a bounty's gain is the score alone",
				"int256 gain = score - before;",
				"int256 gain = score; before;",
			],
			[
				"M1: a bounty's candidate loses part of its deposit for a gain of nothing",
				"gain < -least ?",
				"gain < least ?",
			],
			["M1: whoever scores a bounty's candidate is not paid", "_credit(ETHER, scorer, b.scoreFee);", ""],
			[
				"M4: a bounty's best gains less than the least",
				"if (gain >= least && (r.best == 0",
				"if ((r.best == 0",
			],
			[
				"M5: of equal candidates of a bounty the first one is the best",
				"return keccak256(abi.encode(value, address(this), a)) < keccak256(abi.encode(value, address(this), b));",
				"value; return false;",
			],
			[
				"M5: the worse of two candidates of a bounty is the best",
				"if (gainOfA != gainOfB) return gainOfA > gainOfB;",
				"if (gainOfA != gainOfB) return gainOfA < gainOfB;",
			],
			[
				"M8: a bounty that was to end goes on",
				"if (b.status == BountyStatus.Ending) _endBounty(bountyId, b);",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/markets/src/bounty-steps.ts",
		[BOUNTY_STEPS],
		[
			[
				"a keeper of a bounty brings a value while weights may be shown",
				'if (value === "ready" && now > revealUntil)',
				'if (value === "ready")',
			],
			[
				"a keeper of a bounty shows no mismatch",
				"if (wrongLeaf !== undefined && isUnscored)",
				"if (wrongLeaf === -1 && isUnscored)",
			],
			[
				"a keeper of a bounty expires what is claimed",
				"if (claim?.status === CLAIM_STATUS.live) return undefined;",
				"",
			],
			[
				"a contributor to a bounty commits after the last second",
				'return now <= round.commitUntil && round.value !== "known"',
				'return round.value !== "known"',
			],
			[
				"a contributor to a bounty reveals too early",
				"if (now <= round.commitUntil || now > round.revealUntil) return [];",
				"if (now > round.revealUntil) return [];",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/evaluation.ts",
		[BOUNTY_EVALUATION],
		[
			[
				"M3: the sides of a bounty's evaluation are calibrated apart",
				"return [[one, other] as const, [other, one] as const];",
				"return [[one, one] as const, [one, scaledRows(other, 3)] as const];",
			],
			[
				"M3: the sides of a bounty's evaluation are calibrated on other data",
				"[...seedStates(wordHex(BigInt(i >> 1)))]",
				"[...seedStates(wordHex(BigInt(i)))]",
			],
			[
				"an evaluation's sum is calibrated for its first step alone",
				"i < 2 ? [most, most] : [0, 0]",
				"[0, 0]",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/contributor.ts",
		[BOUNTY_CONTRIBUTOR],
		[
			[
				"M9: weights are entered into a bounty that gain nothing",
				"if (gain < minGain && this.#options.force !== true) {",
				"if (gain < -(10 ** 9)) {",
			],
			[
				"a contributor to a bounty forgets its salt",
				"const salt = keccak256(await account.signMessage({ message }));",
				"message; const salt = keccak256(toHex(drawSeed()));",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/score-inputs.ts",
		[BOUNTY_CONTRIBUTOR],
		[
			[
				"M9: a contributor enters a bounty whose weights its program does not take",
				"		requireWeights(loaded, terms);\n",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/read-bounty.ts",
		[BOUNTY_CONTRIBUTOR],
		[
			[
				"candidates that have ended are read for ever",
				"if (ended !== undefined && height > ended.since + SETTLED_AFTER) {",
				"if (ended !== undefined && height < 0n) {",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/bounty-keeper.ts",
		[BOUNTY_CONTRIBUTOR],
		[
			[
				"a keeper of bounties is kept from a candidate by another's trouble",
				'const item = "candidate" in step ?',
				'const item = "nowhere" in step ?',
			],
			[
				"a keeper of bounties is paid only when no round runs",
				"if (isRunning && candidates.some(({ contributor }) => contributor === this.account)) return false;",
				"if (isRunning || candidates === undefined) return false;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/terms.ts",
		[BOUNTY_TERMS],
		[
			[
				"a bounty's times that the contract refuses are looked at when its program is made",
				"given === undefined || given >= least[name]",
				"given === undefined || given > 0",
			],
			[
				"a bounty's deposit that the contract refuses is looked at when its program is made",
				"if (deposit < depositMin) {",
				"if (deposit < 0n) {",
			],
			["a bounty pays nothing for a gain", "if (terms.rate === 0n) {", "if (terms.rate === -1n) {"],
			[
				"a bounty's program is made for an owner that cannot pay the pool",
				"if (balance >= needed) return;",
				"if (balance >= 0n) return;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/open-bounty.ts",
		[BOUNTY_TERMS],
		[
			[
				"a bounty has the preset's times on a court that needs longer ones",
				"Math.max(preset[name], least[name])",
				"preset[name]",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/bounties/waiting.ts",
		[WAITING],
		[
			[
				"a bounty waits where there is something to do",
				"if (stepsForBounty(bounty, now).length > 0) return undefined;",
				"",
			],
			[
				"a bounty takes no commitments in the last second",
				"if (now <= commitUntil) {",
				"if (now < commitUntil) {",
			],
		],
	),
];
