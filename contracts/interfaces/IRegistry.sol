// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What a program computes; `programRoot = keccak256(abi.encode(ProgramHeader, Meaning))`
/// (docs/protocol.md section 2).
struct ProgramHeader {
	bytes32 operatorsRoot;
	bytes32 constantsRoot;
	uint32 operatorCount;
	uint32 constantCount;
	uint32 inputCount;
	uint32 steps;
	uint32 outputOperator;
	uint64 outputElements;
	uint8 outputWidth;
	/// what claims commit to: 0 the whole trace; 1 (lazy) the output alone; k > 1 every k-th step and the last one, the
	/// steps of a segment being committed to when it is challenged
	uint24 commitment;
}

/// @notice What the numbers of a program stand for. No dispute needs it, so that none pays for reading it.
struct Meaning {
	/// the hash of names, shapes, layouts, ranges and scales of all inputs and outputs
	bytes32 signature;
	/// an element v of the primary output stands for v · outputMantissa · 2^outputExponent
	uint64 outputMantissa;
	int16 outputExponent;
}

/// @notice What a claim and a search need to know of its program: its size, where the output is, and its shape.
struct OutputShape {
	uint32 operatorCount;
	uint32 steps;
	uint32 operator;
	uint64 elements;
	uint8 width;
	uint24 commitment;
}

/// @title Programs that claims can be made about
interface IRegistry {
	/// @notice A program was registered for the first time.
	event Registered(bytes32 indexed program, uint256 indexed number, ProgramHeader header, Meaning meaning);

	/// @notice Thrown when no program with this root has been registered.
	error UnknownProgram(bytes32 program);
	/// @notice Thrown when no program has this number.
	error UnknownNumber(uint256 number, uint256 count);
	/// @notice Thrown when a program has no operators, no steps or no output elements.
	error EmptyProgram(uint256 operatorCount, uint256 steps, uint256 outputElements);
	/// @notice Thrown when the output is not one of the program's operators.
	error OutputOutOfRange(uint256 outputOperator, uint256 operatorCount);
	/// @notice Thrown when the output's width is not 8, 16 or 32.
	error InvalidWidth(uint256 width);
	/// @notice Thrown when a program without constants names a root for them, or the reverse.
	error ConstantsMismatch(uint256 constantCount, bytes32 constantsRoot);
	/// @notice Thrown when inputs are named for a program that takes none, or none for one that does.
	error InputsMismatch(uint256 inputCount, bytes32 inputsRoot);

	/// @notice Registers a program. Registering it again changes nothing and returns the same root.
	/// @return program the program root, the program's identity everywhere
	function register(ProgramHeader calldata header, Meaning calldata meaning) external returns (bytes32 program);

	/// @notice The header of a registered program.
	function header(bytes32 program) external view returns (ProgramHeader memory);

	/// @notice The size and the primary output of a registered program: a word of storage, where `header` reads three.
	function outputShape(bytes32 program) external view returns (OutputShape memory);

	/// @notice What the numbers of a registered program stand for.
	function meaning(bytes32 program) external view returns (Meaning memory);

	/// @notice Reverts unless the program is registered, and `inputsRoot` is 0 if and only if it has no inputs.
	function requireInputs(bytes32 program, bytes32 inputsRoot) external view;

	/// @notice The small sequential number of a registered program, from 1.
	function numberOf(bytes32 program) external view returns (uint256);

	/// @notice The program with a sequential number.
	function programOf(uint256 number) external view returns (bytes32);

	/// @notice How many programs are registered.
	function count() external view returns (uint256);
}
