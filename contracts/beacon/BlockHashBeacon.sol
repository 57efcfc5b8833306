// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Beacon} from "./Beacon.sol";

/// @title A round is a named block, its value that block's hash
/// @dev For small stakes on chains whose blocks have many proposers: the proposer of the block can withhold it, and so
/// draws twice. Never where a sequencer makes the blocks.
///
/// A hash that nobody brings while the chain serves it is lost. Then the round's value is the hash of the block 8,000
/// further on, and after three losses the round is void. The hash of one block is refused before the next one is
/// made, so that at no time two values are to be had.
contract BlockHashBeacon is Beacon {
	uint256 public constant BLOCKS_BETWEEN = 8_000;
	uint256 public constant ATTEMPTS = 3;
	/// @dev EIP-2935: serves the hashes of 8,191 blocks.
	address private constant _HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
	/// @dev What the opcode serves.
	uint256 private constant _OPCODE = 256;

	/// @notice The least seconds from a block to the next.
	uint256 public immutable blockSeconds;
	/// @notice Seconds from a time to the rounds after it.
	uint256 public immutable drift;
	/// @notice How many blocks later a hash can still be brought.
	uint256 public immutable window;

	/// @notice Thrown when the named block has not been made, or its hash is lost and the next named block's turn has
	/// not come.
	error BlockNotServed(uint256 number, uint256 current);

	constructor(uint256 fee_, uint256 blockSeconds_, uint256 drift_) Beacon(fee_) {
		Parameter.requireWithin("blockSeconds", blockSeconds_, 1, 3600);
		Parameter.requireWithin("drift", drift_, 0, Parameter.MOST_SECONDS);
		(blockSeconds, drift) = (blockSeconds_, drift_);
		window = _HISTORY.code.length == 0 ? _OPCODE : BLOCKS_BETWEEN - 1;
	}

	/// @notice Keeps the value of a round.
	function bring(uint256 round) external {
		_requirePending(round);
		if (block.number <= round) revert BlockNotServed(round, block.number);
		uint256 number = round;
		while (block.number > number + window) {
			number += BLOCKS_BETWEEN;
		}
		if (block.number <= number) revert BlockNotServed(number, block.number);
		_bring(round, _hashOf(number));
	}

	/// @notice The block that many blocks on that it cannot be made before `time` and the drift have passed: blocks may
	/// be missing, but none comes early.
	function roundAfter(uint256 time) external view returns (uint256) {
		uint256 from = time + drift;
		uint256 wait = from > block.timestamp ? from - block.timestamp : 0;
		return block.number + 1 + Math.ceilDiv(wait, blockSeconds);
	}

	/// @inheritdoc Beacon
	function _isVoid(uint256 round) internal view override returns (bool) {
		return block.number > Math.saturatingAdd(round, (ATTEMPTS - 1) * BLOCKS_BETWEEN + window);
	}

	function _hashOf(uint256 number) private view returns (bytes32 value) {
		if (block.number - number <= _OPCODE) return blockhash(number);
		(bool success, bytes memory answer) = _HISTORY.staticcall(abi.encode(number));
		if (success && answer.length == 32) value = abi.decode(answer, (bytes32));
		// Blocks from before the chain kept hashes have none.
		if (value == 0) revert BlockNotServed(number, block.number);
	}
}
