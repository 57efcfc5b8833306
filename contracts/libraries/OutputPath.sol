// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {OutputShape} from "../interfaces/IRegistry.sol";
import {Segments} from "./Segments.sol";
import {Trees} from "./Trees.sol";

/// @title Where the primary output lies under what a claim commits to
library OutputPath {
	/// @notice Thrown when an opening does not lead to the root that it is to lead to.
	error WrongTraceRoot(bytes32 actual, bytes32 expected);

	/// @dev The output's tensor root lies under the claim's root: the output's operator, the last step. Of a program
	/// with segments the root is that of the tree of checkpoints, whose last leaf is the last step.
	function requireUnder(
		bytes32 traceRoot,
		bytes32 outputRoot,
		OutputShape memory shape,
		bytes32[] calldata operatorPath,
		bytes32[] calldata stepPath
	) internal pure {
		bool checkpoints = Segments.hasCheckpoints(shape.commitment);
		uint256 leaves = checkpoints ? Segments.count(shape.commitment, shape.steps) : shape.steps;
		bytes32 root = Trees.rootFromPath(
			outputRoot, shape.operator, shape.operatorCount, operatorPath, Trees.OPERATORS, 0
		);
		root = Trees.rootFromPath(
			root, leaves - 1, leaves, stepPath, checkpoints ? Trees.CHECKPOINTS : Trees.STEPS, 0
		);
		if (root != traceRoot) revert WrongTraceRoot(root, traceRoot);
	}
}
