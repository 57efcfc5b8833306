// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Descriptor} from "../types/Descriptor.sol";
import {DotPart} from "../types/Part.sol";
import {Cone} from "./Cone.sol";
import {DotRuns, Line} from "./DotRuns.sol";
import {Packing} from "./Packing.sol";

/// @title How the products of a Dot's element are cut into slots and parts (docs/protocol.md section 3)
library DotParts {
	uint256 internal constant SLOTS = 12;
	uint256 internal constant LEAVES = 3;
	uint256 private constant SLOTS_PER_WORD = 6;
	uint256 private constant SLOT_BITS = 23;

	/// @dev The walk over all slots. Only the slots of part `target` are kept.
	struct Walk {
		uint256 xLanes;
		uint256 wLanes;
		uint256 target;
		/// stop as soon as the target is complete
		bool stop;
		/// the part that slots are being added to, and what it has
		uint256 part;
		uint256 slots;
		uint256 xCount;
		uint256 wCount;
		uint256 xLeaf;
		uint256 wLeaf;
		/// the target
		uint256 targetSlots;
		uint256 xLeaves;
		uint256 wLeaves;
		uint256[3] xs;
		uint256[3] ws;
		uint256[2] geometry;
	}

	/// @notice Walks over the parts of an element.
	/// @param target the part that is wanted
	/// @param whole go on to the last part
	/// @return found the part; undefined unless target < count
	/// @return count the number of parts, or target + 1 if the walk stopped there
	function walk(Descriptor memory d, uint256 element, uint256 target, bool whole)
		internal
		pure
		returns (DotPart memory found, uint256 count)
	{
		uint256 radices = d.reductionRadix.length;
		if (radices == 0 || d.operands.length != 2) revert DotRuns.NotADot(d.operands.length, radices);
		Walk memory w;
		w.xLanes = Packing.lanes(d.operands[0].width);
		w.wLanes = Packing.lanes(d.operands[1].width);
		w.target = target;
		w.stop = !whole;
		_walk(d, Cone.outputDigits(d, element), w);
		found.xLeaves = _list(w.xs, w.xLeaves);
		found.wLeaves = _list(w.ws, w.wLeaves);
		found.slots = w.targetSlots;
		found.geometry = w.geometry;
		found.geometry[0] |= Packing.widthCode(d.operands[0].width) << 138;
		found.geometry[0] |= Packing.widthCode(d.operands[1].width) << 140;
		return (found, w.part + 1);
	}

	/// @dev Every value of the reduction digits but the last, in order, counted up in `at`.
	function _walk(Descriptor memory d, int256[] memory at, Walk memory w) private pure {
		unchecked {
			uint256 outputs = d.outputRadix.length;
			uint256 last = at.length - 1;
			int256 run = int256(uint256(d.reductionRadix[last - outputs]));
			int256[] memory xBases = DotRuns.bases(d.operands[0], at, outputs);
			int256[] memory wBases = DotRuns.bases(d.operands[1], at, outputs);
			Line memory x;
			Line memory y;
			while (true) {
				DotRuns.lineOf(d.operands[0], xBases, at, outputs, run, x);
				DotRuns.lineOf(d.operands[1], wBases, at, outputs, run, y);
				if (_line(w, x, y)) return;
				uint256 j = last;
				while (j > outputs) {
					--j;
					if (++at[j] < int256(uint256(d.reductionRadix[j - outputs]))) break;
					at[j] = 0;
					if (j == outputs) return;
				}
				if (j == last) return;
			}
		}
	}

	/// @dev The runs of one line of positions. Returns true when the target is complete and `stop` is set.
	function _line(Walk memory w, Line memory x, Line memory y) private pure returns (bool) {
		unchecked {
			int256 first = x.first > y.first ? x.first : y.first;
			int256 end = x.end < y.end ? x.end : y.end;
			if (first >= end) return false;
			if (x.step == 1 && y.step == 1) {
				return _run(w, uint256(x.start + first), uint256(y.start + first), uint256(end - first));
			}
			for (int256 p = first; p < end; ++p) {
				if (_run(w, uint256(x.start + x.step * p), uint256(y.start + y.step * p), 1)) return true;
			}
			return false;
		}
	}

	/// @dev Cuts a run into slots, wherever either operand reaches the end of a word.
	function _run(Walk memory w, uint256 x, uint256 y, uint256 length) private pure returns (bool) {
		unchecked {
			uint256 xLanes = w.xLanes;
			uint256 wLanes = w.wLanes;
			while (length > 0) {
				uint256 take = xLanes - (x % xLanes);
				uint256 other = wLanes - (y % wLanes);
				if (other < take) take = other;
				if (length < take) take = length;
				if (_slot(w, x, y, take)) return true;
				x += take;
				y += take;
				length -= take;
			}
			return false;
		}
	}

	/// @dev Adds one slot to the current part, or to a new one if it does not fit.
	function _slot(Walk memory w, uint256 x, uint256 y, uint256 length) private pure returns (bool) {
		unchecked {
			uint256 xLeaf = x / (5 * w.xLanes);
			uint256 wLeaf = y / (5 * w.wLanes);
			uint256 slots = w.slots;
			bool newX = slots == 0 || xLeaf != w.xLeaf;
			bool newW = slots == 0 || wLeaf != w.wLeaf;
			if (slots == SLOTS || (newX && w.xCount == LEAVES) || (newW && w.wCount == LEAVES)) {
				if (w.stop && w.part == w.target) return true;
				++w.part;
				slots = 0;
				w.xCount = 0;
				w.wCount = 0;
				newX = true;
				newW = true;
			}
			if (newX) {
				w.xLeaf = xLeaf;
				++w.xCount;
			}
			if (newW) {
				w.wLeaf = wLeaf;
				++w.wCount;
			}
			w.slots = slots + 1;
			if (w.part == w.target) _keep(w, x, y, length);
			return false;
		}
	}

	/// @dev Writes the slot that was added last into the target's geometry.
	function _keep(Walk memory w, uint256 x, uint256 y, uint256 length) private pure {
		unchecked {
			uint256 slot = w.targetSlots++;
			w.xs[w.xCount - 1] = w.xLeaf;
			w.ws[w.wCount - 1] = w.wLeaf;
			w.xLeaves = w.xCount;
			w.wLeaves = w.wCount;
			uint256 xWord = 5 * (w.xCount - 1) + (x / w.xLanes) % 5;
			uint256 wWord = 5 * (w.wCount - 1) + (y / w.wLanes) % 5;
			uint256 bits = xWord | ((x % w.xLanes) << 4) | (wWord << 9) | ((y % w.wLanes) << 13) | (length << 18);
			w.geometry[slot / SLOTS_PER_WORD] |= bits << (SLOT_BITS * (slot % SLOTS_PER_WORD));
		}
	}

	function _list(uint256[3] memory items, uint256 length) private pure returns (uint256[] memory list) {
		list = new uint256[](length);
		for (uint256 i = 0; i < length; ++i) list[i] = items[i];
	}
}
