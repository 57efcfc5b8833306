// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IRegistry, Meaning, OutputShape, ProgramHeader} from "../interfaces/IRegistry.sol";

/// @title Programs that claims can be made about
/// @dev Whether a program is valid is not decided here: everyone who serves or guards it validates it first.
contract Registry is IRegistry {
	mapping(bytes32 program => ProgramHeader) private _headers;
	mapping(bytes32 program => Meaning) private _meanings;
	mapping(bytes32 program => uint256) private _numbers;
	bytes32[] private _programs;

	/// @inheritdoc IRegistry
	function register(ProgramHeader calldata header_, Meaning calldata meaning_)
		external
		returns (bytes32 program)
	{
		program = keccak256(abi.encode(header_, meaning_));
		if (_numbers[program] != 0) return program;
		_check(header_);
		_headers[program] = header_;
		_meanings[program] = meaning_;
		_programs.push(program);
		_numbers[program] = _programs.length;
		emit Registered(program, _programs.length, header_, meaning_);
	}

	/// @inheritdoc IRegistry
	function header(bytes32 program) external view returns (ProgramHeader memory) {
		return _known(program);
	}

	/// @inheritdoc IRegistry
	function outputShape(bytes32 program) external view returns (OutputShape memory) {
		ProgramHeader storage h = _known(program);
		return OutputShape(
			h.operatorCount, h.steps, h.outputOperator, h.outputElements, h.outputWidth, h.commitment
		);
	}

	/// @inheritdoc IRegistry
	function meaning(bytes32 program) external view returns (Meaning memory) {
		if (_numbers[program] == 0) revert UnknownProgram(program);
		return _meanings[program];
	}

	/// @inheritdoc IRegistry
	function requireInputs(bytes32 program, bytes32 inputsRoot) external view {
		uint256 inputCount = _known(program).inputCount;
		if ((inputCount == 0) != (inputsRoot == 0)) revert InputsMismatch(inputCount, inputsRoot);
	}

	/// @inheritdoc IRegistry
	function numberOf(bytes32 program) external view returns (uint256 number) {
		number = _numbers[program];
		if (number == 0) revert UnknownProgram(program);
	}

	/// @inheritdoc IRegistry
	function programOf(uint256 number) external view returns (bytes32) {
		if (number == 0 || number > _programs.length) revert UnknownNumber(number, _programs.length);
		return _programs[number - 1];
	}

	/// @inheritdoc IRegistry
	function count() external view returns (uint256) {
		return _programs.length;
	}

	/// @dev The header of a registered program, which has operators: no further word is read to know it.
	function _known(bytes32 program) private view returns (ProgramHeader storage h) {
		h = _headers[program];
		if (h.operatorCount == 0) revert UnknownProgram(program);
	}

	function _check(ProgramHeader calldata header_) private pure {
		if (header_.operatorCount == 0 || header_.steps == 0 || header_.outputElements == 0) {
			revert EmptyProgram(header_.operatorCount, header_.steps, header_.outputElements);
		}
		if (header_.outputOperator >= header_.operatorCount) {
			revert OutputOutOfRange(header_.outputOperator, header_.operatorCount);
		}
		uint256 width = header_.outputWidth;
		if (width != 8 && width != 16 && width != 32) revert InvalidWidth(width);
		if ((header_.constantCount == 0) != (header_.constantsRoot == 0)) {
			revert ConstantsMismatch(header_.constantCount, header_.constantsRoot);
		}
	}
}
