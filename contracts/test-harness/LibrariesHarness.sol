// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Cone} from "../libraries/Cone.sol";
import {DotParts} from "../libraries/DotParts.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Packing} from "../libraries/Packing.sol";
import {Parts} from "../libraries/Parts.sol";
import {Rescale} from "../libraries/Rescale.sol";
import {Scale} from "../libraries/Scale.sol";
import {Trees} from "../libraries/Trees.sol";
import {Descriptor, Row} from "../types/Descriptor.sol";
import {DotPart, ElementsPart} from "../types/Part.sol";

/// @title Gives the tests the internal functions of the libraries; never deployed to a network
contract LibrariesHarness {
	function hash(Descriptor calldata d) external pure returns (bytes32) {
		return keccak256(abi.encode(d));
	}

	function read(Descriptor memory d, uint256 operand, uint256 element, uint256 reduction)
		external
		pure
		returns (bool, uint256)
	{
		return Cone.read(d, operand, element, reduction);
	}

	function toWad(int256 element, uint64 mantissa, int16 exponent) external pure returns (int256) {
		return Scale.toWad(element, mantissa, exponent);
	}

	function rowOf(Descriptor memory d, uint256 element) external pure returns (uint256) {
		return Cone.rowOf(d, element);
	}

	function count(Descriptor memory d, uint256 element) external pure returns (uint256) {
		return Parts.count(d, element);
	}

	function dotPart(Descriptor memory d, uint256 element, uint256 part) external pure returns (DotPart memory) {
		return Parts.dotPart(d, element, part);
	}

	function dotPartAndCount(Descriptor memory d, uint256 element, uint256 part)
		external
		pure
		returns (DotPart memory, uint256)
	{
		return DotParts.walk(d, element, part, true);
	}

	/// @return found the part
	/// @return packed its public signal, 0 if it has no reads
	/// @return result the partial result after it
	function elementsPart(
		Descriptor memory d,
		uint256 element,
		uint256 part,
		int256 previous,
		int256[] memory values
	) external pure returns (ElementsPart memory found, uint256 packed, int256 result) {
		found = Parts.elementsPart(d, element, part, values.length == 0 ? int256(0) : values[0]);
		packed = found.reads.length == 0 ? 0 : Parts.packedReads(d, found, values);
		result = Kinds.next(d, previous, part, found, values);
	}

	function start(Descriptor memory d) external pure returns (int256) {
		return Kinds.start(d);
	}

	function value(Descriptor memory d, int256 raw, Row memory row) external pure returns (int256) {
		return Kinds.value(d, raw, row);
	}

	function toField(int256 sum) external pure returns (uint256) {
		return Parts.toField(sum);
	}

	function rescale(int256 raw, Row memory row, int256 low, int256 high) external pure returns (int256) {
		return Rescale.rescale(raw, row, low, high);
	}

	function rowNode(Row memory row) external pure returns (bytes32) {
		return Trees.rowNode(row);
	}

	function root(bytes32[] memory nodes, uint256 tag, uint256 childLevel) external pure returns (bytes32) {
		return Trees.root(nodes, tag, childLevel);
	}

	function rootFromPath(
		bytes32 node,
		uint256 index,
		uint256 total,
		bytes32[] memory path,
		uint256 tag,
		uint256 level
	) external pure returns (bytes32) {
		return Trees.rootFromPath(node, index, total, path, tag, level);
	}

	function publishedNode(uint256 width, uint256 total, uint256[5] memory words) external pure returns (bytes32) {
		return Packing.publishedNode(width, total, words);
	}

	function element(uint256 width, uint256[5] memory words, uint256 index) external pure returns (int256) {
		return Packing.element(width, words, index);
	}

	function leafShape(uint256 elements, uint256 width, uint256 leaf) external pure returns (uint256, uint256) {
		return (Packing.leafCount(elements, width), Packing.elementsInLeaf(leaf, elements, width));
	}

	/// @notice Gas that finding a part takes, the decoding of the descriptor included.
	function gasOfDotPart(bytes calldata encoded, uint256 element_, uint256 part) external view returns (uint256) {
		uint256 before = gasleft();
		Parts.dotPart(abi.decode(encoded, (Descriptor)), element_, part);
		return before - gasleft();
	}

	/// @notice Gas that counting the parts takes, the decoding of the descriptor included.
	function gasOfCount(bytes calldata encoded, uint256 element_) external view returns (uint256) {
		uint256 before = gasleft();
		Parts.count(abi.decode(encoded, (Descriptor)), element_);
		return before - gasleft();
	}

	/// @notice Gas that finding a part of another kind takes, the decoding of the descriptor included.
	function gasOfElementsPart(bytes calldata encoded, uint256 element_, uint256 part)
		external
		view
		returns (uint256)
	{
		uint256 before = gasleft();
		Parts.elementsPart(abi.decode(encoded, (Descriptor)), element_, part, 0);
		return before - gasleft();
	}
}
