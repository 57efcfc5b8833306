// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DescriptorOpening} from "./IArbiter.sol";
import {IMarket} from "./IMarket.sol";
import {Aggregate, IQuorum} from "./IQuorum.sol";
import {ITokenLedger} from "./ITokenLedger.sol";

/// @notice The constants of an attestations contract (docs/attesters.md section 5).
struct AttestationsParameters {
	/// of what is slashed, for whoever brought the record's claim down, in thousandths
	uint16 rewardPermille;
	/// the least premium, in thousandths of what is covered
	uint16 premiumPermille;
	/// an accuser's bond, in thousandths of the reward that the record can bring
	uint16 bondPermille;
	/// an accuser's time to claim
	uint32 claimSeconds;
}

enum RecordStatus {
	None,
	/// its claim is live, or nobody has said how it ended
	Attested,
	/// its claim is final
	Confirmed,
	/// its claim was rejected, or it is a witness: it can be accused
	Open,
	/// a final claim contradicts it
	Convicted,
	/// nobody has contradicted it in time
	Acquitted
}

/// @notice What operators have signed: that a program has an output on inputs. A witness is such a record of one operator
/// about another operator's output in the same run, and has no claim.
struct Record {
	bytes32 program;
	bytes32 inputsRoot;
	bytes32 outputRoot;
	/// 0 for a witness
	uint32 claim;
	uint32 epoch;
	/// the epoch in which it was made
	uint32 madeIn;
	RecordStatus status;
	/// when it became softly final; 0 if it did not
	uint40 softAt;
	/// when its claim ended, or the witness was shown
	uint40 endedAt;
	/// accusations that are not decided
	uint32 accusations;
	/// its premium was dealt with
	bool closed;
	/// numbers of those who signed, a bit each
	uint256 signers;
	/// what they had at stake when the last of them was added, less who was slashed before
	uint128 weight;
	/// the request whose cover it bears; 0 if it bears none
	uint32 covers;
	uint96 premium;
	/// what of the premium went to witnesses
	uint96 shared;
	/// who brought its claim down
	address winner;
}

enum CoverStatus {
	None,
	/// no record bears it
	Waiting,
	Bound,
	Ended
}

/// @notice What a consumer wants to rely on before a claim is final.
struct Cover {
	uint128 value;
	uint96 premium;
	CoverStatus status;
	uint32 record;
}

/// @notice An answer that contradicts a record, if it becomes final.
struct Accusation {
	address accuser;
	uint32 record;
	/// that it alone can claim
	uint32 request;
	/// last second of its time to claim
	uint32 until;
	uint128 bond;
	bool closed;
}

/// @notice What operators signed in an epoch.
struct Vote {
	uint256 epoch;
	bytes32 outputRoot;
	uint256 signers;
	Aggregate aggregate;
}

/// @title Attestations: records of what operators have signed, and what becomes of them (docs/attesters.md)
interface IAttestations is ITokenLedger {
	event Attested(
		uint256 indexed record,
		uint256 indexed claim,
		uint256 indexed epoch,
		uint256 signers,
		uint256 weight,
		uint256 stake
	);
	/// @notice More than two thirds of an epoch's stake stand for the output of a live claim.
	event SoftlyFinal(uint256 indexed record, uint256 indexed claim, uint256 indexed request);
	event CoverAsked(uint256 indexed request, address indexed requester, uint256 value, uint256 premium);
	event CoverWithdrawn(uint256 indexed request);
	event CoverBound(uint256 indexed request, uint256 indexed record, uint256 value);
	/// @notice A consumer was called; `success` is false if it reverted or ran out of gas.
	event Told(uint256 indexed request, uint256 indexed claim, address indexed consumer, bool success);
	event RecordConfirmed(uint256 indexed record, uint256 indexed claim);
	/// @notice From now on a record can be accused, until `until`.
	event RecordOpen(uint256 indexed record, uint256 indexed claim, uint256 until);
	event RecordAcquitted(uint256 indexed record);
	event RecordConvicted(uint256 indexed record, uint256 indexed claim, uint256 slashed, uint256 covered);
	/// @notice The signers of a record defend it by challenging the claim on `request`.
	event Accused(
		uint256 indexed accusation,
		uint256 indexed record,
		address indexed accuser,
		uint256 request,
		uint256 until
	);
	event AccusationEnded(uint256 indexed accusation, bool bondReturned);
	/// @notice Operators signed two outputs of one program on the same inputs.
	event Equivocated(uint256 operators, uint256 slashed, address indexed reporter);
	event WitnessesPosted(address indexed account, bytes32 indexed root);
	event WitnessShown(
		uint256 indexed record, uint256 indexed witness, uint256 indexed operator, bytes32 program, bytes32 root
	);

	/// @notice Thrown when no record has this number.
	error UnknownRecord(uint256 record);
	/// @notice Thrown when no accusation has this number.
	error UnknownAccusation(uint256 accusation);
	/// @notice Thrown when a record is not in the status that the call needs.
	error WrongRecordStatus(uint256 record, RecordStatus actual, RecordStatus expected);
	/// @notice Thrown when signatures are not of this epoch or the one before.
	error WrongEpoch(uint256 actual, uint256 current);
	/// @notice Thrown when some have signed already.
	error AlreadySigned(uint256 record, uint256 signers);
	/// @notice Thrown when a term is outside of its admissible range.
	error InvalidTerm(bytes32 name, uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when somebody else than a request's requester asks for its cover.
	error NotTheRequester(address actual, address expected);
	/// @notice Thrown when a cover is not in the status that the call needs.
	error WrongCoverStatus(uint256 request, CoverStatus actual, CoverStatus expected);
	/// @notice Thrown when a cover is to be borne by a record of another request's claim.
	error WrongRequest(uint256 actual, uint256 expected);
	/// @notice Thrown when those who stand for a claim have no more than two thirds of the stake.
	error NotSoft(uint256 record, uint256 weight, uint256 stake);
	/// @notice Thrown when a cover is asked for where what is slashed is no ether: nobody could be paid from it.
	error NothingToRelyOn(address operators);
	/// @notice Thrown when more would be relied on than what can be slashed.
	error CoverTooLarge(uint256 needed, uint256 available);
	/// @notice Thrown when a record is moved on while the claim is live that decides about it.
	error ClaimLive(uint256 claim);
	/// @notice Thrown when a claim is not about the accusation's request.
	error NotTheClaim(uint256 claim, uint256 actual, uint256 expected);
	/// @notice Thrown when a record is accused too late.
	error AccusationTooLate(uint256 record, uint256 time, uint256 until);
	/// @notice Thrown when an accusation was decided before.
	error AccusationClosed(uint256 accusation);
	/// @notice Thrown when an accusation is ended whose accuser still may claim.
	error AccusationRunning(uint256 accusation, uint256 time, uint256 until);
	/// @notice Thrown when an accusation is ended whose accuser has claimed.
	error ClaimMade(uint256 accusation, uint256 request);
	/// @notice Thrown when a record is acquitted while it can be accused.
	error TooEarly(uint256 record, uint256 time, uint256 from);
	/// @notice Thrown when a record is acquitted while accusations are open.
	error AccusationsOpen(uint256 record, uint256 count);
	/// @notice Thrown when two votes are for the same output, or nobody is in both.
	error NoContradiction(bytes32 output, uint256 operators);
	/// @notice Thrown when a root of witnesses is posted again.
	error AlreadyPosted(bytes32 root);
	/// @notice Thrown when a witness is not under a root that its operator posted before the claim ended.
	error WrongWitness(bytes32 root, uint256 postedAt, uint256 endedAt);
	/// @notice Thrown when a witness is about another program than the one whose output it has to be.
	error WrongWitnessProgram(bytes32 program, bytes32 actual, bytes32 expected);
	/// @notice Thrown when a descriptor is not the program's.
	error WrongDescriptor(bytes32 actual, bytes32 expected);
	/// @notice Thrown when an operator has nothing to earn from a record: it did not sign, or has shown its witness.
	error NothingToEarn(uint256 record, uint256 operator);
	/// @notice Thrown when a witness is shown too late.
	error WitnessTooLate(uint256 record, uint256 time, uint256 until);

	/// @notice Records that `signers` have signed the output of a live claim in an epoch, or adds them to those who have.
	function attest(uint256 claimId, uint256 epoch, uint256 signers, Aggregate calldata aggregate)
		external
		returns (uint256 recordId);

	/// @notice Asks that what the claim on a request of the caller states can be relied on early. The value sent is the
	/// premium: at least the least premium of `value`.
	function cover(uint256 requestId, uint256 value) external payable;

	/// @notice Takes a cover back that no record bears.
	function uncover(uint256 requestId) external;

	/// @notice Lets a softly final record of the claim on a request bear its cover, and tells the consumer. For anyone.
	function bindCover(uint256 requestId, uint256 recordId) external;

	/// @notice Reads how the claim of a record has ended. For anyone.
	function sync(uint256 recordId) external;

	/// @notice Opens a request that the caller alone may answer, with another output than the record's; the value sent is
	/// the accuser's bond.
	function accuse(uint256 recordId) external payable returns (uint256 accusationId);

	/// @notice Reads how an accuser's claim has ended. For anyone.
	function judge(uint256 accusationId, uint256 claimId) external;

	/// @notice Ends an accusation whose accuser did not claim. For anyone.
	function lapse(uint256 accusationId) external;

	/// @notice Ends a record that nobody has contradicted in time. For anyone.
	function acquit(uint256 recordId) external;

	/// @notice Shows that operators signed two outputs of one program on the same inputs. Those who are in both lose their
	/// stakes.
	function equivocation(bytes32 program, bytes32 inputsRoot, Vote calldata one, Vote calldata other) external;

	/// @notice Binds the caller to witnesses that it will show: the root of a tree of them.
	function postWitnesses(bytes32 root) external;

	/// @notice Shows the witness that an operator owes for a confirmed record: the premium's share is its own if nobody
	/// contradicts it in time. For anyone.
	/// @param operator the operator's number
	/// @param own the operator's own signature of the record, and its key
	/// @param program the record's program with the owed operator's output as its own
	/// @param descriptor opens that operator's descriptor
	/// @param tensorRoot the root of its output in the last step
	/// @param path from the witness to a root that the operator posted
	function showWitness(
		uint256 recordId,
		uint256 operator,
		Aggregate calldata own,
		bytes32 program,
		DescriptorOpening calldata descriptor,
		bytes32 tensorRoot,
		bytes32[] calldata path
	) external returns (uint256 witnessId);

	/// @notice Burns what nobody has shown a witness for in time. For anyone.
	function closePremium(uint256 recordId) external;

	/// @notice Moves `oldestOpen` on over at most so many records. For anyone.
	function advance(uint256 most) external;

	/// @notice The only market whose claims count.
	function market() external view returns (IMarket);

	function operators() external view returns (IQuorum);

	function parameters() external view returns (AttestationsParameters memory);

	/// @notice What an accuser is paid beside the reward: two bonds of submitters.
	function accuserFee() external view returns (uint256);

	/// @notice The bond of whoever accuses a record.
	function accusationBond(uint256 recordId) external view returns (uint256);

	/// @notice The number of the newest record; numbers start at 1.
	function recordCount() external view returns (uint256);

	function getRecord(uint256 recordId) external view returns (Record memory);

	/// @notice The record of a claim and an epoch; 0 if there is none.
	function recordOf(uint256 claimId, uint256 epoch) external view returns (uint256);

	/// @notice The number of the newest accusation; numbers start at 1.
	function accusationCount() external view returns (uint256);

	function getAccusation(uint256 accusationId) external view returns (Accusation memory);

	function getCover(uint256 requestId) external view returns (Cover memory);

	/// @notice When an account posted a root of witnesses; 0 if it did not.
	function postedAt(address account, bytes32 root) external view returns (uint256);

	/// @notice What operators sign of a program's output.
	function statementOf(bytes32 program, bytes32 inputsRoot, bytes32 outputRoot) external view returns (bytes32);

	/// @notice The operator of a program whose output is owed as a witness by whoever has this signature.
	function owedOperator(uint256[2] calldata signature, uint256 operatorCount) external pure returns (uint256);

	/// @notice Records before this one are decided about. Moved on by `advance`.
	function oldestRecord() external view returns (uint256);

	/// @notice The epoch in which the oldest record was made that is not decided about and all before it are; the largest
	/// integer if there is none.
	function oldestOpen() external view returns (uint256);

	/// @notice What covers that records bear can cost, and the stake that bears them.
	function reliedOn() external view returns (uint256 reserved, uint256 available);

	/// @notice What was slashed and is kept for covers.
	function pot() external view returns (uint256);
}
