// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBeacon} from "./IBeacon.sol";
import {IMarket} from "./IMarket.sol";
import {ITokenLedger} from "./ITokenLedger.sol";

/// @notice The constants of a bounties contract (docs/bounties.md). Amounts in wei.
struct BountyParameters {
	/// the least deposit of a candidate
	uint128 depositMin;
	/// the least that whoever scores a candidate is paid of its deposit
	uint128 scoreFeeMin;
	/// what a candidate loses that is worse than the baseline, in thousandths of its deposit: no more than a false claim
	/// burns of a bond, so that showing one's own mismatch, or bringing down one's own claim, is no cheaper
	uint16 lossPermille;
}

enum BountyStatus {
	None,
	Open,
	/// it ends with the round that runs
	Ending,
	Ended
}

/// @notice What an owner asks for and pays.
struct BountyTerms {
	/// scores two sets of weights on data that it draws from a leaf of states: the first element of its output is the
	/// score of the baseline, the second that of the candidate
	bytes32 program;
	/// of all inputs: that of the baseline is the root of the first weights, those of candidate and states are ignored
	bytes32[] inputRoots;
	uint32 baselineInput;
	uint32 candidateInput;
	uint32 statesInput;
	/// bits of an element of the weights, and how many they are
	uint8 width;
	uint32 elements;
	/// what rewards are paid in; 0 is ether
	address token;
	/// all that can be won
	uint128 pool;
	/// for each unit by which the score grows
	uint128 rate;
	/// units that a candidate must be better by
	uint32 minGain;
	/// wei that a candidate locks
	uint128 deposit;
	/// wei of it for whoever scores the candidate
	uint128 scoreFee;
	uint32 commitSeconds;
	uint32 revealSeconds;
	/// from the end of reveals to the first claims: for reading the weights, and for showing a mismatch
	uint32 availabilitySeconds;
	/// for the contributor's claim, and once more for anybody's
	uint32 scoreSeconds;
	/// values of the beacon that the owner pays for: one a round, as long as there are any
	uint16 paidRounds;
}

struct Bounty {
	address owner;
	BountyStatus status;
	/// a round runs
	bool isRunning;
	/// the round that runs, or the last one
	uint32 round;
	uint8 width;
	bytes32 program;
	/// the root of the best weights so far
	bytes32 baseline;
	address token;
	uint32 elements;
	uint32 minGain;
	uint128 pool;
	uint128 rate;
	uint128 deposit;
	uint128 scoreFee;
	/// wei for values of the beacon
	uint128 budget;
	uint32 commitSeconds;
	uint32 revealSeconds;
	uint32 availabilitySeconds;
	uint32 scoreSeconds;
}

struct BountyRound {
	/// the last second of commitments
	uint32 commitUntil;
	/// the last second of reveals
	uint32 revealUntil;
	/// from when on scores may be claimed, if the beacon's value is known
	uint32 scoreFrom;
	/// the last second for asking; 0 as long as that has not begun
	uint32 scoreUntil;
	uint64 beaconRound;
	/// candidates that are neither scored nor out
	uint32 open;
	/// the best candidate; 0 if none is better by the least gain
	uint32 best;
}

enum CandidateStatus {
	None,
	Committed,
	/// all its weights are shown
	Revealed,
	/// its contributor may claim its score
	Asked,
	/// anybody may
	Open,
	Scored,
	/// it was not revealed or not scored in time, its claim was rejected, its weights are void, or the round is
	Out
}

struct Candidate {
	bytes32 commitment;
	address contributor;
	CandidateStatus status;
	uint32 bounty;
	uint32 round;
	/// the request for its score
	uint32 request;
	/// the last second for a claim
	uint32 until;
	/// leaves that are shown
	uint32 leaves;
	bytes32 weightsRoot;
	/// of the tree of what is shown
	bytes32 contentRoot;
	/// units by which it is better than the baseline
	int64 gain;
}

/// @notice A leaf of weights: its words, and their Poseidon digest as the contributor says.
struct ShownLeaf {
	uint256[5] words;
	uint256 digest;
}

/// @title Bounties for better models: committed to, shown on chain, scored on data that nobody could know
/// (docs/bounties.md)
/// @dev Scores are claims like any other: nothing is judged here.
interface IBounties is ITokenLedger {
	event BountyOpened(
		uint256 indexed bounty, address indexed owner, bytes32 indexed program, BountyTerms terms
	);
	event RoundStarted(
		uint256 indexed bounty,
		uint256 indexed round,
		uint256 commitUntil,
		uint256 revealUntil,
		uint256 beaconRound
	);
	event CandidateCommitted(
		uint256 indexed candidate,
		uint256 indexed bounty,
		address indexed contributor,
		uint256 round,
		bytes32 commitment
	);
	/// @notice Leaves of a candidate's weights from number `first` on, and what they were committed by: whoever wants to
	/// score or check a candidate reads it here.
	event WeightsShown(
		uint256 indexed candidate, bytes32 weightsRoot, uint256 first, ShownLeaf[] leaves
	);
	event CandidateRevealed(uint256 indexed candidate, bytes32 weightsRoot);
	/// @notice From now on scores are asked for.
	event ScoringBegun(uint256 indexed bounty, uint256 indexed round, uint256 scoreUntil);
	/// @notice A score can be claimed on `request`: by the contributor alone, or by anybody.
	event ScoreAsked(uint256 indexed candidate, uint256 indexed request, uint256 until, bool byAnybody);
	event CandidateScored(
		uint256 indexed candidate, uint256 indexed claim, int256 baseline, int256 score, address scorer
	);
	event CandidateOut(uint256 indexed candidate);
	/// @notice A round ended; `best` (0: nobody) is paid `reward`, and its weights are the baseline.
	event RoundClosed(
		uint256 indexed bounty, uint256 indexed round, uint256 indexed best, uint256 reward, bytes32 baseline
	);
	/// @notice The owner ends a bounty: now, or with the round that runs.
	event BountyEnding(uint256 indexed bounty);
	event BountyEnded(uint256 indexed bounty, uint256 rest);

	/// @notice Thrown when no bounty has this number.
	error UnknownBounty(uint256 bounty);
	/// @notice Thrown when no candidate has this number.
	error UnknownCandidate(uint256 candidate);
	/// @notice Thrown when a term is outside of its admissible range.
	error InvalidTerm(bytes32 name, uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when baseline, candidate and states are not three inputs.
	error SameInput(uint256 input);
	/// @notice Thrown when a bounty is not in the status that the call needs.
	error WrongBountyStatus(uint256 bounty, BountyStatus actual, BountyStatus expected);
	/// @notice Thrown when somebody else than the owner ends a bounty.
	error NotTheOwner(address actual, address expected);
	/// @notice Thrown when a commitment is for another round than the one that it would be in.
	error WrongRound(uint256 actual, uint256 expected);
	/// @notice Thrown when a round is started of which nothing can be won.
	error EmptyPool(uint256 bounty);
	/// @notice Thrown when a commitment comes after the last second for it.
	error CommitmentsOver(uint256 time, uint256 until);
	/// @notice Thrown when a commitment comes though the round's value is known, or can never be known.
	error RoundDecided(uint256 beaconRound);
	/// @notice Thrown when a candidate is not in the status that the call needs.
	error WrongCandidateStatus(uint256 candidate, CandidateStatus actual, CandidateStatus expected);
	/// @notice Thrown when somebody else than the contributor reveals.
	error NotTheContributor(address actual, address expected);
	/// @notice Thrown when weights are revealed outside of the time for it.
	error NotRevealing(uint256 time, uint256 after_, uint256 until);
	/// @notice Thrown when root, salt, round or sender are not those of the commitment.
	error WrongCommitment(bytes32 actual, bytes32 expected);
	/// @notice Thrown when leaves are shown in another order than theirs.
	error WrongPart(uint256 first, uint256 expected);
	/// @notice Thrown when another number of leaves is shown at once than that part has.
	error WrongPartSize(uint256 actual, uint256 expected);
	/// @notice Thrown when the digests that were shown are not those under the root that was committed to.
	error WrongWeights(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a leaf is shown that is not among those of the candidate.
	error WrongContent(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a leaf is right whose words are said not to have its digest.
	error NoMismatch(uint256 candidate, uint256 leaf);
	/// @notice Thrown when scores are asked for too early.
	error NotAvailable(uint256 time, uint256 from);
	/// @notice Thrown when a contributor's time for a claim is over: now it is anybody's.
	error AskingOver(uint256 time, uint256 end);
	/// @notice Thrown when a candidate is moved on before its time is over.
	error StillTime(uint256 candidate, uint256 time, uint256 end);
	/// @notice Thrown when a candidate is ended whose claim was made.
	error ClaimMade(uint256 candidate, uint256 request);
	/// @notice Thrown when a claim is not about the request for the candidate's score.
	error NotTheClaim(uint256 claim, uint256 actual, uint256 expected);
	/// @notice Thrown when a candidate is moved on while its claim is live.
	error ClaimLive(uint256 claim);
	/// @notice Thrown when a rejected claim is shown of a candidate that anybody may score: another can be made.
	error ClaimRejected(uint256 claim);
	/// @notice Thrown when an unrevealed candidate is ended before the round's value is known.
	error ScoringNotBegun(uint256 bounty, uint256 round);
	/// @notice Thrown when a deposit is given back of a round that is not void.
	error RoundNotVoid(uint256 beaconRound);
	/// @notice Thrown when a round is closed that does not run.
	error NoRound(uint256 bounty);
	/// @notice Thrown when a round is closed while commitments are taken or candidates are open.
	error RoundOpen(uint256 open, uint256 time, uint256 until);

	/// @notice Opens a bounty; the sender is its owner. The value sent is the fees of the values that it pays for, and the
	/// pool if that is in ether. Nothing of it can be changed afterwards.
	function open(BountyTerms calldata terms) external payable returns (uint256 bountyId);

	/// @notice The same with an allowance by signature (EIP-2612); one that was used before is no failure.
	function openWithPermit(BountyTerms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
		external
		payable
		returns (uint256 bountyId);

	/// @notice Enters weights by a commitment (`commitmentOf`); the value sent is the deposit. The first one starts a
	/// round.
	/// @param round the round that it is for: the one that takes commitments, or the next
	function commit(uint256 bountyId, uint256 round, bytes32 commitment)
		external
		payable
		returns (uint256 candidateId);

	/// @notice Shows the leaves of a candidate's weights, 128 at a time, in order; from the first one again if one likes.
	function reveal(
		uint256 candidateId,
		bytes32 weightsRoot,
		bytes32 salt,
		uint256 first,
		ShownLeaf[] calldata leaves
	) external;

	/// @notice Ends a candidate of whose leaves one has another digest than was shown: nobody could check its score.
	/// For anyone, who is paid its deposit less the burned part.
	/// @param path the leaf's path to the root of what was shown
	function mismatch(uint256 candidateId, uint256 leaf, ShownLeaf calldata shown, bytes32[] calldata path)
		external;

	/// @notice Lets the time for scores run, once the beacon's value is known and weights were there to be read.
	function begin(uint256 bountyId) external;

	/// @notice Asks for a candidate's score, which its contributor alone may claim. For anyone.
	function ask(uint256 candidateId) external;

	/// @notice Lets anybody claim the score of a candidate whose contributor has not. For anyone.
	function askAnybody(uint256 candidateId) external;

	/// @notice Moves a candidate on by the end of a claim. For anyone.
	function sync(uint256 candidateId, uint256 claimId) external;

	/// @notice Ends a candidate that was not revealed, or that nobody has scored: its deposit is burned. For anyone.
	function expire(uint256 candidateId) external;

	/// @notice Gives a deposit back because the round's value can never be known any more. For anyone.
	function giveBack(uint256 candidateId) external;

	/// @notice Pays the best of a round whose candidates are all at their end: its weights are the baseline. For anyone.
	function close(uint256 bountyId) external;

	/// @notice Ends a bounty with the round that runs, or at once: what is left of the pool is the owner's.
	function end(uint256 bountyId) external;

	/// @notice The only market whose claims count.
	function market() external view returns (IMarket);

	function beacon() external view returns (IBeacon);

	function parameters() external view returns (BountyParameters memory);

	/// @notice Seconds after a contributor's time during which its claim still comes first.
	function grace() external view returns (uint256);

	/// @notice The number of the newest bounty; numbers start at 1.
	function bountyCount() external view returns (uint256);

	/// @notice The number of the newest candidate; numbers start at 1.
	function candidateCount() external view returns (uint256);

	function getBounty(uint256 bountyId) external view returns (Bounty memory);

	/// @notice A round of a bounty; all 0 if there was none.
	function getRound(uint256 bountyId, uint256 round) external view returns (BountyRound memory);

	function getCandidate(uint256 candidateId) external view returns (Candidate memory);

	/// @notice What a contributor commits to.
	/// @param salt that nobody can guess
	function commitmentOf(
		uint256 bountyId,
		uint256 round,
		address contributor,
		bytes32 weightsRoot,
		bytes32 salt
	) external view returns (bytes32);

	/// @notice What the program is asked about a candidate: reverts as long as the beacon's value is not known.
	function inputsRootOf(uint256 candidateId) external view returns (bytes32);
}
