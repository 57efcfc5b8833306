// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A part of a Dot (docs/protocol.md section 3). No slots: the part is empty, its sum 0, no proof is needed.
struct DotPart {
	/// leaf indices in operand 0, in the order in which slots need them; at most three
	uint256[] xLeaves;
	/// the same in operand 1
	uint256[] wLeaves;
	uint256 slots;
	/// the two public signals of circuit `dot`, width codes included
	uint256[2] geometry;
}

/// @notice One opened element: its operand, its physical index there, and the leaf that holds it.
struct ElementRead {
	uint256 operand;
	uint256 index;
	uint256 leaf;
}

/// @notice A part of any other kind: its reads in bounds, in order; at most four. None: no proof is needed.
struct ElementsPart {
	ElementRead[] reads;
}
