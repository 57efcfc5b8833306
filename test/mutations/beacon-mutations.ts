import { type Mutation, mutationsOf } from "./mutation.ts";
import { BEACON, HIDDEN } from "./tests.ts";

/** Values that nobody may choose, and the contest whose data follow from one. */
export const BEACON_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/beacon/Beacon.sol",
		[BEACON],
		[
			[
				"B1: a beacon's value is brought again",
				"if (_rounds[round].known) revert AlreadyBrought(round);",
				"",
			],
			["B1: a void round is brought", "if (_isVoid(round)) revert RoundVoid(round);", ""],
			["B1: who brings an ordered value is not paid", "if (r.ordered) _payFee(r);", ""],
			[
				"B1: who brings a value is paid though nobody ordered it",
				"if (r.ordered) _payFee(r);",
				"_payFee(r);",
			],
			["B1: a round is ordered twice", "if (r.ordered) revert AlreadyOrdered(round);", ""],
			["B1: a round is ordered for less", "if (msg.value != fee) revert WrongFee(msg.value, fee);", ""],
			["B1: a void round's fee is collected again and again", "r.paid = true;", ""],
			[
				"B1: the fee of a round that can be brought is collected",
				"if (!r.ordered || r.paid || !_isVoid(round))",
				"if (!r.ordered || r.paid)",
			],
		],
	),
	...mutationsOf(
		"contracts/beacon/DrandBeacon.sol",
		[BEACON],
		[
			[
				"B1: any signature is taken",
				"if (!Bls.verify(signature, key, TAG, message)) revert WrongSignature(round, signature);",
				"key; message;",
			],
			[
				"B1: a round's number is cut to 64 bits",
				"if (round == 0 || round > type(uint64).max) revert NoSuchRound(round);",
				"",
			],
			["B1: any numbers are a network's key", "if (!Bls.isKey(key)) revert InvalidKey(key);", ""],
			["B2: a drand round comes without drift", "uint256 from = time + drift;", "uint256 from = time;"],
			[
				"B2: a drand round begins before its time",
				"1 + Math.ceilDiv(from - genesis, period)",
				"1 + (from - genesis) / period",
			],
			[
				"B1: a drand round is void a second early",
				"return block.timestamp > timeOf(round) + patience;",
				"return block.timestamp >= timeOf(round) + patience;",
			],
		],
	),
	...mutationsOf(
		"contracts/beacon/BlockHashBeacon.sol",
		[BEACON],
		[
			[
				"B3: a missed hash is that of some other block",
				"uint256 public constant BLOCKS_BETWEEN = 8_000;",
				"uint256 public constant BLOCKS_BETWEEN = 7_000;",
			],
			[
				"B3: a round is void after two misses",
				"uint256 public constant ATTEMPTS = 3;",
				"uint256 public constant ATTEMPTS = 2;",
			],
			[
				"B3: two blocks' hashes are to be had at once",
				"_OPCODE : BLOCKS_BETWEEN - 1;",
				"_OPCODE : BLOCKS_BETWEEN + 100;",
			],
			[
				"B3: a block is named that can be made before its time",
				"Math.ceilDiv(wait, blockSeconds)",
				"wait / blockSeconds",
			],
			[
				"B3: a hash that the chain does not serve is 0",
				"if (value == 0) revert BlockNotServed(number, block.number);",
				"",
			],
			["B3: a named block comes without drift", "uint256 from = time + drift;", "uint256 from = time;"],
		],
	),
	...mutationsOf(
		"contracts/libraries/Bls.sol",
		[BEACON],
		[
			["infinity is a network's key", "if (key[0] | key[1] | key[2] | key[3] == 0) return false;", ""],
			["points are hashed to with the wrong sign", "if (u % 2 != y % 2) y = P - y;", ""],
			["keccak256 takes 64 bytes at a time", "_RATE = 136;", "_RATE = 64;"],
			["any pairing is 1", "result := and(success, eq(mload(0), 1))", "result := success"],
		],
	),
	...mutationsOf(
		"contracts/libraries/Seed.sol",
		[HIDDEN],
		[
			[
				"all lanes draw the same",
				"keccak256(abi.encode(value, i))",
				"keccak256(abi.encode(value, uint256(0)))",
			],
			["a seed leaf has states that lead nowhere", "% (MODULUS - 1)", "% MODULUS"],
		],
	),
	...mutationsOf(
		"contracts/examples/HiddenEvaluation.sol",
		[HIDDEN],
		[
			[
				"weights are submitted when the test data may be known",
				"if (block.timestamp > until) revert SubmissionsOver(block.timestamp, until);",
				"",
			],
			[
				"B1: a contest's round may be known before the last submission",
				"round = beacon_.roundAfter(setup.submitUntil);",
				"round = beacon_.roundAfter(block.timestamp);",
			],
			[
				"M1: who sees a commitment enters the weights before their owner",
				"abi.encode(block.chainid, this, submitter, weightsRoot, salt)",
				"abi.encode(block.chainid, this, weightsRoot, salt)",
			],
			[
				"M1: other weights are scored than were committed to",
				"if (commitment != s.commitment) revert WrongWeights(commitment, s.commitment);",
				"",
			],
			[
				"M1: weights that are not told in time cost nothing",
				"if (!isAsked) _in(submission, Status.Submitted);",
				"_in(submission, Status.Asked);",
			],
			[
				"M1: a submission is ended before it could be asked for",
				"last == 0 ? type(uint256).max : last + grace",
				"last + grace",
			],
			["M1: the time for asking begins again", "if (askUntil != 0) return;", ""],
			[
				"the states take the place of the weights",
				"if (setup.weightsInput == setup.statesInput) revert SameInput(setup.statesInput);",
				"",
			],
			[
				"B1: weights are submitted when the value is known",
				"if (status != RoundStatus.Pending) revert RoundDecided(round);",
				"status;",
			],
			["submitting is free", "_takeEther(_setup.deposit);", ""],
			["test data do not follow from the beacon", "Seed.states(beacon.valueOf(round))", "Seed.states(0)"],
			[
				"a deposit is given back though the round is not void",
				"if (status != RoundStatus.Void) revert RoundNotVoid(round);",
				"status;",
			],
			[
				"a score is that of another submission",
				"if (c.request != s.request) revert NotTheClaim(claimId, c.request, s.request);",
				"",
			],
			["a live claim is a score", "if (c.status == ClaimStatus.Live) revert ClaimLive(claimId);", ""],
			[
				"a false score costs nothing that is burned",
				"_forfeit(_setup.deposit, market.court().parameters().burnPermille, c.winner);",
				"_forfeit(_setup.deposit, 0, c.winner);",
			],
			[
				"a score that nobody claims costs nothing",
				"_burn(_setup.deposit);",
				"_credit(ETHER, owner, _setup.deposit);",
			],
			[
				"a submission expires before its grace",
				"type(uint256).max : last + grace;",
				"type(uint256).max : last;",
			],
			[
				"a submission expires though its score was claimed",
				"if (isAsked && Reservations.isClaimed(market, s.request)) revert ClaimMade(submission, s.request);",
				"",
			],
			[
				"of equal scores the first claim wins",
				"return keccak256(abi.encode(value, address(this), a)) < keccak256(abi.encode(value, address(this), b));",
				"value; return false;",
			],
			[
				"a contest is closed while scores are open",
				"if (block.timestamp <= until || openCount != 0)",
				"if (block.timestamp <= until)",
			],
			["a prize is paid twice", "prize = 0;", ""],
			[
				"anybody tells a contest of endings",
				"if (msg.sender != address(market)) revert NotTheMarket(msg.sender);",
				"",
			],
		],
	),
];
