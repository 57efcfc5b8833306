// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice v = ⌊(base + Σ coefficients[j]·D[j]) / divisor⌋, then v mod modulus if modulus ≠ 0 (floor division and
/// remainder); in bounds iff 0 ≤ v < size. D: output digits, then reduction digits.
struct Coordinate {
	int64 base;
	int64[] coefficients;
	uint64 divisor;
	uint64 modulus;
	uint64 size;
	uint64 stride;
}

/// @notice An operand and its access map: the element index is Σ v·stride over its coordinates.
struct Operand {
	uint8 source;
	/// number of the constant, input or operator
	uint32 index;
	/// of a state: the input that it is in the first step; otherwise 0
	uint32 initial;
	uint8 width;
	uint64 elements;
	/// the value of a read out of bounds
	int64 outside;
	Coordinate[] coordinates;
}

/// @notice Everything that the chain knows of an operator (docs/protocol.md section 2).
struct Descriptor {
	uint8 kind;
	uint8 width;
	uint64 elements;
	uint32[] outputRadix;
	uint32[] reductionRadix;
	Operand[] operands;
	int64[] constants;
	int64 low;
	int64 high;
	bytes32 rowsRoot;
	uint64 rowCount;
	/// over the output digits alone
	Coordinate row;
}

/// @notice Rescale parameters of an output element.
struct Row {
	int64 bias;
	uint32 multiplier;
	uint8 shift;
}

uint8 constant KIND_DOT = 0;
uint8 constant KIND_ADD = 1;
uint8 constant KIND_MUL = 2;
uint8 constant KIND_DIV = 3;
uint8 constant KIND_GATHER = 4;
uint8 constant KIND_MAX = 5;
uint8 constant KIND_ARGMAX = 6;
uint8 constant KIND_SELECT = 7;
uint8 constant KIND_VIEW = 8;

uint8 constant SOURCE_CONSTANT = 0;
uint8 constant SOURCE_INPUT = 1;
uint8 constant SOURCE_OPERATOR = 2;
uint8 constant SOURCE_STATE = 3;
