// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Where somebody says that content may be found.
struct Location {
	/// what the content is to be checked against: a program root, an inputs root, or the hash of another name
	bytes32 root;
	/// a content identifier (CID), in its binary form
	bytes cid;
}

/// @title Where content may be found, as anybody says
/// @dev A hint and no more: whoever reads one checks what it finds against the root, and looks at few (docs/storage.md).
interface IAddresses {
	/// @notice `by` says that what `root` commits to may be found under `cid`. Nobody has checked that.
	event Located(bytes32 indexed root, address indexed by, bytes cid);

	/// @notice Thrown when an identifier is empty or longer than any that is used.
	error InvalidCid(uint256 length, uint256 most);

	/// @notice Says where content may be found. Nothing is stored: the events are all that there is.
	function announce(Location[] calldata locations) external;
}
