// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IAddresses, Location} from "../interfaces/IAddresses.sol";

/// @title Where content may be found, as anybody says
/// @dev It has no owner, state or money, and is deployed to the same address on every chain, so that nobody needs to be
/// told where it is.
contract Addresses is IAddresses {
	/// @dev Bytes of the longest identifier: one of SHA-256 has 36.
	uint256 private constant MOST = 64;

	/// @inheritdoc IAddresses
	function announce(Location[] calldata locations) external {
		for (uint256 i = 0; i < locations.length; ++i) {
			bytes calldata cid = locations[i].cid;
			if (cid.length == 0 || cid.length > MOST) revert InvalidCid(cid.length, MOST);
			emit Located(locations[i].root, msg.sender, cid);
		}
	}
}
