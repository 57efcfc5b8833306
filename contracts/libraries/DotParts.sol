// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Descriptor} from "../types/Descriptor.sol";
import {DotPart} from "../types/Part.sol";
import {Cone} from "./Cone.sol";
import {Axis, DotRuns} from "./DotRuns.sol";
import {Packing} from "./Packing.sol";

/// @title How the products of a Dot's element are cut into slots and parts (docs/protocol.md section 3)
library DotParts {
	uint256 internal constant SLOTS = 12;
	uint256 internal constant LEAVES = 3;
	uint256 private constant WORDS = 5;
	uint256 private constant SLOTS_PER_SIGNAL = 6;
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
		_lines(w, d, Cone.outputDigits(d, element));
		found.xLeaves = _list(w.xs, w.xLeaves);
		found.wLeaves = _list(w.ws, w.wLeaves);
		found.slots = w.targetSlots;
		found.geometry = w.geometry;
		found.geometry[0] |= Packing.widthCode(d.operands[0].width) << 138;
		found.geometry[0] |= Packing.widthCode(d.operands[1].width) << 140;
		return (found, w.part + 1);
	}

	/// @dev Every value of the reduction digits but the run digit, in order, counted up in `at`.
	function _lines(Walk memory w, Descriptor memory d, int256[] memory at) private pure {
		unchecked {
			Axis[] memory x = DotRuns.axesOf(d.operands[0], at);
			Axis[] memory y = DotRuns.axesOf(d.operands[1], at);
			uint256 outputs = d.outputRadix.length;
			uint256 last = at.length - 1;
			int256 run = int256(uint256(d.reductionRadix[last - outputs]));
			while (!_line(w, x, y, run)) {
				uint256 digit = last;
				while (true) {
					if (digit == outputs) return;
					--digit;
					int256 top = int256(uint256(d.reductionRadix[digit - outputs])) - 1;
					int256 by = at[digit] < top ? int256(1) : -top;
					at[digit] += by;
					DotRuns.move(x, digit, by);
					DotRuns.move(y, digit, by);
					if (by == 1) break;
				}
			}
		}
	}

	/// @dev The runs along the run digit. Returns true when the target is complete and `stop` is set.
	function _line(Walk memory w, Axis[] memory xs, Axis[] memory ys, int256 run) private pure returns (bool) {
		unchecked {
			(int256 x, int256 xStep, int256 first, int256 end) = DotRuns.lineOf(xs, run);
			if (first >= end) return false;
			(int256 y, int256 yStep, int256 from, int256 to) = DotRuns.lineOf(ys, run);
			if (from > first) first = from;
			if (to < end) end = to;
			if (first >= end) return false;
			x += xStep * first;
			y += yStep * first;
			if (xStep == 1 && yStep == 1) return _run(w, uint256(x), uint256(y), uint256(end - first));
			for (; first < end; ++first) {
				if (_slot(w, uint256(x), uint256(y), 1)) return true;
				x += xStep;
				y += yStep;
			}
			return false;
		}
	}

	/// @dev Goes through a run from leaf to leaf of either operand; slot by slot only where the target may be.
	function _run(Walk memory w, uint256 x, uint256 y, uint256 length) private pure returns (bool) {
		unchecked {
			uint256 xLanes = w.xLanes;
			uint256 wLanes = w.wLanes;
			while (length > 0) {
				uint256 stretch = WORDS * xLanes - x % (WORDS * xLanes);
				uint256 other = WORDS * wLanes - y % (WORDS * wLanes);
				if (other < stretch) stretch = other;
				if (length < stretch) stretch = length;
				if (w.part == w.target || !_skip(w, x, y, _slotsIn(x % xLanes, y % wLanes, stretch, xLanes, wLanes))) {
					if (_stretch(w, x, y, stretch)) return true;
				}
				x += stretch;
				y += stretch;
				length -= stretch;
			}
			return false;
		}
	}

	/// @dev How many slots a stretch inside one leaf of either operand is cut into: one more than there are word
	/// ends inside it. A word end of both operands counts once.
	function _slotsIn(uint256 xLane, uint256 wLane, uint256 length, uint256 xLanes, uint256 wLanes)
		private
		pure
		returns (uint256 slots)
	{
		unchecked {
			uint256 xEnds = (xLane + length - 1) / xLanes;
			uint256 wEnds = (wLane + length - 1) / wLanes;
			slots = 1 + xEnds + wEnds;
			if (xLanes == wLanes) return xLane == wLane ? slots - xEnds : slots;
			for (uint256 i = 1; i <= xEnds; ++i) {
				if ((wLane + i * xLanes - xLane) % wLanes == 0) --slots;
			}
		}
	}

	/// @dev Adds the slots of a stretch at once. Returns false, having changed nothing, if that reaches the target.
	function _skip(Walk memory w, uint256 x, uint256 y, uint256 count) private pure returns (bool) {
		unchecked {
			uint256 part = w.part;
			uint256 slots = w.slots;
			uint256 xCount = w.xCount;
			uint256 wCount = w.wCount;
			uint256 xLeaf = x / (WORDS * w.xLanes);
			uint256 wLeaf = y / (WORDS * w.wLanes);
			if (slots == 0 || xLeaf != w.xLeaf) ++xCount;
			if (slots == 0 || wLeaf != w.wLeaf) ++wCount;
			if (slots == SLOTS || xCount > LEAVES || wCount > LEAVES) {
				++part;
				(slots, xCount, wCount) = (0, 1, 1);
			}
			slots += count;
			if (slots > SLOTS) {
				uint256 more = (slots - 1) / SLOTS;
				part += more;
				(slots, xCount, wCount) = (slots - more * SLOTS, 1, 1);
			}
			if (w.part < w.target && part >= w.target) return false;
			(w.part, w.slots, w.xCount, w.wCount, w.xLeaf, w.wLeaf) = (part, slots, xCount, wCount, xLeaf, wLeaf);
			return true;
		}
	}

	/// @dev Cuts a stretch into slots, wherever either operand reaches the end of a word.
	function _stretch(Walk memory w, uint256 x, uint256 y, uint256 length) private pure returns (bool) {
		unchecked {
			while (length > 0) {
				uint256 take = w.xLanes - (x % w.xLanes);
				uint256 other = w.wLanes - (y % w.wLanes);
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
			if (w.part == w.target) {
				if (_fits(w, x, y)) {
					_skip(w, x, y, 1);
					_keep(w, x, y, length);
					return false;
				}
				if (w.stop) return true;
			}
			if (!_skip(w, x, y, 1)) {
				// the target's first slot
				(w.part, w.slots, w.xCount, w.wCount) = (w.target, 0, 0, 0);
				_skip(w, x, y, 1);
				_keep(w, x, y, length);
			}
			return false;
		}
	}

	/// @dev Whether the current part can take one more slot.
	function _fits(Walk memory w, uint256 x, uint256 y) private pure returns (bool) {
		unchecked {
			if (w.slots == 0) return true;
			if (w.slots == SLOTS) return false;
			if (w.xCount == LEAVES && x / (WORDS * w.xLanes) != w.xLeaf) return false;
			return w.wCount < LEAVES || y / (WORDS * w.wLanes) == w.wLeaf;
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
			uint256 xWord = WORDS * (w.xCount - 1) + (x / w.xLanes) % WORDS;
			uint256 wWord = WORDS * (w.wCount - 1) + (y / w.wLanes) % WORDS;
			uint256 bits = xWord | ((x % w.xLanes) << 4) | (wWord << 9) | ((y % w.wLanes) << 13) | (length << 18);
			w.geometry[slot / SLOTS_PER_SIGNAL] |= bits << (SLOT_BITS * (slot % SLOTS_PER_SIGNAL));
		}
	}

	function _list(uint256[3] memory items, uint256 length) private pure returns (uint256[] memory list) {
		list = new uint256[](length);
		for (uint256 i = 0; i < length; ++i) list[i] = items[i];
	}
}
