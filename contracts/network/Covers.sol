// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {ClaimStatus, IClaims} from "../interfaces/IClaims.sol";
import {Cover, CoverStatus, IAttestations, Record, RecordStatus} from "../interfaces/IAttestations.sol";
import {Claim, Request} from "../interfaces/IMarket.sol";
import {ISoftConsumer} from "../interfaces/ISoftConsumer.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {Callback} from "../libraries/Callback.sol";
import {AttestationStore} from "./AttestationStore.sol";

/// @title What consumers rely on before claims are final
/// @dev Invariants: all that is relied on can be paid from the stake of any quorum that was wrong, however many claims it
/// was wrong about; what was slashed is kept as long as somebody relies on it.
abstract contract Covers is AttestationStore {
	/// @inheritdoc IAttestations
	function cover(uint256 requestId, uint256 value) external payable nonReentrant {
		if (!_isPaid) revert NothingToRelyOn(address(operators));
		Request memory r = market.getRequest(requestId);
		if (msg.sender != r.requester) revert NotTheRequester(msg.sender, r.requester);
		Cover storage c = _covers[requestId];
		if (c.status != CoverStatus.None) revert WrongCoverStatus(requestId, c.status, CoverStatus.None);
		_requireTerm("value", value, 1, type(uint128).max);
		_requireTerm("premium", msg.value, (value * _premiumPermille + 999) / 1000, type(uint96).max);
		_takeEther(msg.value);
		(c.value, c.premium, c.status) = (uint128(value), uint96(msg.value), CoverStatus.Waiting);
		emit CoverAsked(requestId, msg.sender, value, msg.value);
	}

	/// @inheritdoc IAttestations
	function uncover(uint256 requestId) external nonReentrant {
		Cover storage c = _waiting(requestId);
		address requester = market.getRequest(requestId).requester;
		if (msg.sender != requester) revert NotTheRequester(msg.sender, requester);
		uint256 premium = c.premium;
		delete _covers[requestId];
		_credit(ETHER, requester, premium);
		emit CoverWithdrawn(requestId);
	}

	/// @inheritdoc IAttestations
	function bindCover(uint256 requestId, uint256 recordId) external nonReentrant {
		Cover storage c = _waiting(requestId);
		Record storage r = _recordIn(recordId, RecordStatus.Attested);
		Claim memory made = market.getClaim(r.claim);
		if (made.request != requestId) revert WrongRequest(made.request, requestId);
		_requireLive(r.claim, made.status);
		uint256 current = operators.currentEpoch();
		// Later on nobody knows any more who of the signers was slashed since.
		if (r.epoch + 1 < current) revert WrongEpoch(r.epoch, current);
		(uint256 weight, uint256 stake) = operators.weightOf(r.epoch, r.signers);
		if (3 * weight <= 2 * stake) revert NotSoft(recordId, weight, stake);
		uint256 least = _reserved == 0 || stake < _leastStake ? stake : _leastStake;
		uint256 needed = _reserved + c.value + accuserFee;
		if (needed > _capacity(least)) revert CoverTooLarge(needed, _capacity(least));
		(_reserved, _leastStake) = (needed, least);
		(c.status, c.record) = (CoverStatus.Bound, uint32(recordId));
		(r.covers, r.premium) = (uint32(requestId), c.premium);
		emit CoverBound(requestId, recordId, c.value);
		(, bytes32 root, uint256[5] memory words) = market.output(r.claim);
		_tell(requestId, r.claim, abi.encodeCall(ISoftConsumer.onSoft, (requestId, r.claim, root, words)));
	}

	function _tell(uint256 requestId, uint256 claimId, bytes memory data) internal {
		address consumer = market.getRequest(requestId).consumer;
		if (consumer == address(0)) return;
		emit Told(requestId, claimId, consumer, Callback.tell(consumer, data));
	}

	function _requireLive(uint256 claimId, ClaimStatus status) internal pure {
		if (status != ClaimStatus.Live) {
			revert IClaims.WrongClaimStatus(claimId, status, ClaimStatus.Live);
		}
	}

	function _waiting(uint256 requestId) private view returns (Cover storage c) {
		c = _covers[requestId];
		if (c.status != CoverStatus.Waiting) {
			revert WrongCoverStatus(requestId, c.status, CoverStatus.Waiting);
		}
	}

	function _requireTerm(bytes32 name, uint256 actual, uint256 least, uint256 most) private pure {
		if (actual < least || actual > most) revert InvalidTerm(name, actual, least, most);
	}
}
