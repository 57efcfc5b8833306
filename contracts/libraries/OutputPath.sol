// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Trees} from "./Trees.sol";

/// @title Where the primary output lies in a trace
library OutputPath {
	/// @notice Thrown when the output opening does not lead to the trace root.
	error WrongTraceRoot(bytes32 actual, bytes32 expected);

	/// @dev The output's tensor root lies under the trace root: last step, operator `operator`.
	function requireUnder(
		bytes32 traceRoot,
		bytes32 outputRoot,
		uint256 operator,
		uint256 operatorCount,
		uint256 steps,
		bytes32[] calldata operatorPath,
		bytes32[] calldata stepPath
	) internal pure {
		bytes32 root =
			Trees.rootFromPath(outputRoot, operator, operatorCount, operatorPath, Trees.OPERATORS, 0);
		root = Trees.rootFromPath(root, steps - 1, steps, stepPath, Trees.STEPS, 0);
		if (root != traceRoot) revert WrongTraceRoot(root, traceRoot);
	}
}
