// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IDirectory, Listing} from "../interfaces/IDirectory.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {Parameter} from "../libraries/Parameter.sol";

/// @dev What every contract beside a market says.
interface IOfMarket {
	function market() external view returns (address);
}

/// @title The directory of deployments
/// @dev The delay is kept here and not by whoever manages roles: no role can shorten it.
contract Directory is IDirectory, AccessManaged {
	uint256 private constant _LEAST_DELAY = 2 days;

	/// @inheritdoc IDirectory
	uint256 public immutable delay;
	Listing[] private _listings;

	constructor(address manager, uint256 delay_) AccessManaged(manager) {
		Parameter.requireWithin("delay", delay_, _LEAST_DELAY, Parameter.MOST_SECONDS);
		delay = delay_;
	}

	/// @inheritdoc IDirectory
	function publish(Listing calldata listing) external restricted returns (uint256 number) {
		number = _listings.length + 1;
		if (_isWaiting()) revert ListingWaiting(number - 1, _listings[number - 2].from);
		address market = address(listing.market);
		Parameter.requireContract("market", market);
		_requireOf(market, listing.grid);
		_requireOf(market, listing.jobs);
		_requireOf(market, listing.bounties);
		_requireOf(market, listing.attestations);
		_listings.push(listing);
		// Nobody relies on a directory that has named nothing yet.
		uint256 from = number == 1 ? block.timestamp : block.timestamp + delay;
		_listings[number - 1].from = uint40(from);
		emit Published(number, market, from);
	}

	/// @inheritdoc IDirectory
	function retract() external restricted {
		if (!_isWaiting()) revert NothingWaiting();
		uint256 number = _listings.length;
		emit Retracted(number, address(_listings[number - 1].market));
		_listings.pop();
	}

	/// @inheritdoc IDirectory
	function stopRequests(IMarket market, uint256 duration) external restricted {
		market.stopRequests(duration);
	}

	/// @inheritdoc IDirectory
	function current() external view returns (uint256 number, Listing memory listing) {
		number = _isWaiting() ? _listings.length - 1 : _listings.length;
		if (number != 0) listing = _listings[number - 1];
	}

	/// @inheritdoc IDirectory
	function listingCount() external view returns (uint256) {
		return _listings.length;
	}

	/// @inheritdoc IDirectory
	function getListing(uint256 number) external view returns (Listing memory) {
		if (number == 0 || number > _listings.length) revert UnknownListing(number);
		return _listings[number - 1];
	}

	/// @dev Whether the newest listing is still to come; only that one can be.
	function _isWaiting() private view returns (bool) {
		uint256 count = _listings.length;
		return count != 0 && block.timestamp < _listings[count - 1].from;
	}

	function _requireOf(address market, address beside) private view {
		if (beside == address(0)) return;
		Parameter.requireContract("beside", beside);
		address actual = IOfMarket(beside).market();
		if (actual != market) revert WrongMarket(actual, market);
	}
}
