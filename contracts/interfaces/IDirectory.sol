// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket} from "./IMarket.sol";

/// @notice A market, and the contracts beside it that apps are to use; 0 where there is none. What else belongs to them
/// they say themselves: court, registry and arbiter, beacons, workers, operators.
struct Listing {
	IMarket market;
	address grid;
	address jobs;
	address bounties;
	address attestations;
	/// second from which on it is the present one
	uint40 from;
}

/// @title Which deployment is the present one, which were before it, and which one is to come
/// @dev Nothing here changes a market, or anything that stands in one: earlier deployments go on as they are.
interface IDirectory {
	event Published(uint256 indexed listing, address indexed market, uint256 from);
	/// @notice A listing that was still to come is not to come any more.
	event Retracted(uint256 indexed listing, address indexed market);

	/// @notice Thrown when a listing is published while another one is still to come.
	error ListingWaiting(uint256 listing, uint256 from);
	/// @notice Thrown when a listing is retracted and none is still to come.
	error NothingWaiting();
	/// @notice Thrown when a listing does not exist.
	error UnknownListing(uint256 listing);
	/// @notice Thrown when a contract of a listing belongs to another market.
	error WrongMarket(address actual, address expected);

	/// @notice Names the next deployment; `from` is set here. The first one is present at once, each later one after the
	/// delay.
	function publish(Listing calldata listing) external returns (uint256 number);

	/// @notice Takes back the listing that is still to come.
	function retract() external;

	/// @notice Keeps new requests out of a market whose guardian this directory is (`IMarket.stopRequests`).
	function stopRequests(IMarket market, uint256 duration) external;

	/// @notice The number of the present listing, and what it names; 0 and nothing before the first one.
	function current() external view returns (uint256 number, Listing memory listing);

	/// @notice The number of the newest listing, which may be still to come; numbers start at 1.
	function listingCount() external view returns (uint256);

	function getListing(uint256 number) external view returns (Listing memory);

	/// @notice Seconds from publishing to being the present one.
	function delay() external view returns (uint256);
}
