// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LeafOpening} from "../interfaces/IArbiter.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {DotPart} from "../types/Part.sol";
import {Parts} from "./Parts.sol";

/// @title Puts the public signals of parts together and verifies their proofs at once (docs/protocol.md section 4)
library Proofs {
	/// @dev Proofs of one circuit with their signals, so far.
	struct Batch {
		uint256 count;
		uint256[8][] proofs;
		uint256[] signals;
	}

	uint256 internal constant DOT_SIGNALS = 10;
	uint256 internal constant ELEMENTS_SIGNALS = 6;

	/// @dev Room for the proofs of so many parts, each with so many signals.
	function batch(uint256 parts, uint256 signals) internal pure returns (Batch memory) {
		return Batch(0, new uint256[8][](parts), new uint256[](parts * signals));
	}

	/// @dev A proof that the part's products sum to `sum`.
	/// @param leaves the part's leaves of x, then those of w; at least one of each
	function addDot(
		Batch memory b,
		DotPart memory part,
		LeafOpening[] calldata leaves,
		int256 sum,
		address beneficiary,
		uint256[8] calldata proof
	) internal pure {
		uint256 xCount = part.xLeaves.length;
		uint256 wCount = part.wLeaves.length;
		uint256 at = b.count * DOT_SIGNALS;
		b.signals[at] = Parts.toField(sum);
		for (uint256 i = 0; i < 3; i++) {
			b.signals[at + 1 + i] = leaves[i < xCount ? i : 0].digest;
			b.signals[at + 4 + i] = leaves[xCount + (i < wCount ? i : 0)].digest;
		}
		b.signals[at + 7] = part.geometry[0];
		b.signals[at + 8] = part.geometry[1];
		b.signals[at + 9] = uint256(uint160(beneficiary));
		b.proofs[b.count++] = proof;
	}

	/// @dev A proof that the reads have the values in `packed`.
	/// @param leaves one per read, at least one
	function addElements(
		Batch memory b,
		uint256 packed,
		LeafOpening[] calldata leaves,
		address beneficiary,
		uint256[8] calldata proof
	) internal pure {
		uint256 at = b.count * ELEMENTS_SIGNALS;
		for (uint256 i = 0; i < 4; i++) {
			b.signals[at + i] = leaves[i < leaves.length ? i : 0].digest;
		}
		b.signals[at + 4] = packed;
		b.signals[at + 5] = uint256(uint160(beneficiary));
		b.proofs[b.count++] = proof;
	}

	/// @dev Whether all proofs are right; parts without reads have none. The batch cannot be added to afterwards.
	function areRight(Batch memory b, IVerifier verifier, uint256 signals) internal view returns (bool) {
		uint256 count = b.count;
		if (count == 0) return true;
		uint256[8][] memory proofs = b.proofs;
		uint256[] memory all = b.signals;
		uint256 length = count * signals;
		assembly ("memory-safe") {
			mstore(proofs, count)
			mstore(all, length)
		}
		return verifier.verify(proofs, all);
	}
}
