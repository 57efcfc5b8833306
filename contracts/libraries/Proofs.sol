// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LeafOpening} from "../interfaces/IArbiter.sol";
import {IDotVerifier, IElementsVerifier} from "../interfaces/IVerifiers.sol";
import {DotPart} from "../types/Part.sol";
import {Parts} from "./Parts.sol";

/// @title Puts the public signals of a part together and verifies its proof (docs/protocol.md section 4)
library Proofs {
	/// @notice True iff the proof shows that the part's products sum to `sum`.
	/// @param leaves the part's leaves of x, then those of w; at least one of each
	function dot(
		IDotVerifier verifier,
		DotPart memory part,
		LeafOpening[] calldata leaves,
		int256 sum,
		address beneficiary,
		uint256[8] calldata proof
	) internal view returns (bool) {
		uint256 xCount = part.xLeaves.length;
		uint256 wCount = part.wLeaves.length;
		uint256[10] memory signals;
		signals[0] = Parts.toField(sum);
		for (uint256 i = 0; i < 3; i++) {
			signals[1 + i] = leaves[i < xCount ? i : 0].digest;
			signals[4 + i] = leaves[xCount + (i < wCount ? i : 0)].digest;
		}
		signals[7] = part.geometry[0];
		signals[8] = part.geometry[1];
		signals[9] = uint256(uint160(beneficiary));
		(uint256[2] memory a, uint256[2][2] memory b, uint256[2] memory c) = _points(proof);
		return verifier.verifyProof(a, b, c, signals);
	}

	/// @notice True iff the proof shows that the reads have the values in `packed`.
	/// @param leaves one per read, at least one
	function elements(
		IElementsVerifier verifier,
		uint256 packed,
		LeafOpening[] calldata leaves,
		address beneficiary,
		uint256[8] calldata proof
	) internal view returns (bool) {
		uint256[6] memory signals;
		for (uint256 i = 0; i < 4; i++) {
			signals[i] = leaves[i < leaves.length ? i : 0].digest;
		}
		signals[4] = packed;
		signals[5] = uint256(uint160(beneficiary));
		(uint256[2] memory a, uint256[2][2] memory b, uint256[2] memory c) = _points(proof);
		return verifier.verifyProof(a, b, c, signals);
	}

	function _points(uint256[8] calldata p)
		private
		pure
		returns (uint256[2] memory a, uint256[2][2] memory b, uint256[2] memory c)
	{
		a = [p[0], p[1]];
		b = [[p[2], p[3]], [p[4], p[5]]];
		c = [p[6], p[7]];
	}
}
