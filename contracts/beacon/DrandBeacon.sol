// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Bls} from "../libraries/Bls.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Beacon} from "./Beacon.sol";

/// @title Rounds of a drand network on BN254 (evmnet), verified here
/// @dev A round's value is what drand calls its randomness: sha256 of the signature, of which there is one only.
///
/// Times of blocks may lag behind real time: a sequencer that was down, or waits, can put a commitment into a block that
/// is older than a value which the world already knows. `drift` is how far they may: rounds after a time are that much
/// later. A network that ended would lock what waits for its values: a round that nobody brings within `patience` is
/// void. Whoever likes a value can bring it until then, so that nobody can choose that.
contract DrandBeacon is Beacon {
	bytes public constant TAG = "BLS_SIG_BN254G1_XMD:KECCAK-256_SVDW_RO_NUL_";

	/// @notice When round 1 is due.
	uint256 public immutable genesis;
	/// @notice Seconds from a round to the next.
	uint256 public immutable period;
	uint256 public immutable drift;
	/// @notice Seconds after its time for which a round's value can be brought.
	uint256 public immutable patience;

	uint256 private immutable _key0;
	uint256 private immutable _key1;
	uint256 private immutable _key2;
	uint256 private immutable _key3;

	/// @notice Thrown when the network's key is no point of G2.
	error InvalidKey(uint256[4] key);
	/// @notice Thrown when no round has this number.
	error NoSuchRound(uint256 round);
	/// @notice Thrown when a signature is not the network's of this round.
	error WrongSignature(uint256 round, uint256[2] signature);

	/// @param key the network's public key: imaginary part of x, real part of x, then of y, as drand writes it
	constructor(
		uint256[4] memory key,
		uint256 genesis_,
		uint256 period_,
		uint256 drift_,
		uint256 patience_,
		uint256 fee_
	) Beacon(fee_) {
		if (!Bls.isKey(key)) revert InvalidKey(key);
		Parameter.requireWithin("genesis", genesis_, 1, type(uint40).max);
		Parameter.requireWithin("period", period_, 1, 1 days);
		Parameter.requireWithin("drift", drift_, 0, Parameter.MOST_SECONDS);
		Parameter.requireWithin("patience", patience_, 1 days, Parameter.MOST_SECONDS);
		(_key0, _key1, _key2, _key3) = (key[0], key[1], key[2], key[3]);
		(genesis, period, drift, patience) = (genesis_, period_, drift_, patience_);
	}

	/// @notice Keeps the value of a round.
	/// @param signature the network's signature of the round: x and y of a point of G1
	function bring(uint256 round, uint256[2] calldata signature) external {
		if (round == 0 || round > type(uint64).max) revert NoSuchRound(round);
		_requirePending(round);
		bytes memory message = abi.encodePacked(keccak256(abi.encodePacked(uint64(round))));
		uint256[4] memory key = [_key0, _key1, _key2, _key3];
		if (!Bls.verify(signature, key, TAG, message)) revert WrongSignature(round, signature);
		_bring(round, sha256(abi.encodePacked(signature)));
	}

	/// @notice The first round that is due when `time` and the drift have passed.
	function roundAfter(uint256 time) external view returns (uint256) {
		uint256 from = time + drift;
		return from <= genesis ? 1 : 1 + Math.ceilDiv(from - genesis, period);
	}

	/// @notice When a round is due.
	function timeOf(uint256 round) public view returns (uint256) {
		return genesis + (round - 1) * period;
	}

	/// @inheritdoc Beacon
	function _isVoid(uint256 round) internal view override returns (bool) {
		if (round == 0 || round > type(uint64).max) return true;
		return block.timestamp > timeOf(round) + patience;
	}
}
