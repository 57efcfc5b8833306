import type { DisputeView, SideName, SideView, TurnView } from "@umpire/views/dispute-view.ts";
import { clock, grouped, lasted, short } from "@umpire/views/text.ts";
import type { ReactNode } from "react";
import { h, hash, sign } from "./h.ts";
import { planePicture } from "./tensor-map.ts";

const TITLE = { submitter: "Submitter", challenger: "Challenger" } as const;

/** Both sides: what each says, what it has at stake, its time and gas; between them where the number is. */
export function duel(view: DisputeView, now: number): ReactNode {
	return h(
		"div",
		{ className: "box duel" },
		side("submitter", view, now),
		middle(view),
		side("challenger", view, now),
	);
}

function side(
	name: SideName,
	{ [name]: one, turn, isOpen, computedHere }: DisputeView,
	now: number,
): ReactNode {
	// A number is called wrong when it is proved, or when it was computed here.
	const isWrong =
		one.isWrong ||
		(name === "submitter" &&
			isOpen &&
			one.number !== null &&
			computedHere !== null &&
			computedHere !== one.number);
	return h(
		"div",
		null,
		h(
			"div",
			{ className: `who ${name}` },
			sign(name),
			TITLE[name],
			h("span", null, hash(one.account, short(one.account))),
		),
		h("p", { className: "says" }, one.says),
		one.number === null
			? null
			: h(
					"p",
					{ className: `disputed${one.number.length > 8 ? " long" : ""}${isWrong ? " wrong" : ""}` },
					one.denies ? h("span", { className: "not" }, "\u2260 ") : null,
					one.number,
				),
		h(
			"dl",
			{ className: "facts" },
			h("dt", null, "Bond"),
			h("dd", null, one.bond),
			h("dt", null, "Used"),
			h("dd", null, `${lasted(one.seconds)} in ${one.moves} ${one.moves === 1 ? "move" : "moves"}`),
			h("dt", null, "Gas"),
			h("dd", null, `${grouped(one.gas)}${isOpen ? " so far" : ""}`),
		),
		reserve(name, one, turn, isOpen, now),
	);
}

function reserve(
	name: SideName,
	one: SideView,
	turn: TurnView | null,
	isOpen: boolean,
	now: number,
): ReactNode {
	const { reserve: stored, reserveOf } = one;
	const runs = turn?.side === name;
	const secondsLeft = runs ? Math.max(0, turn.until - now) : 0;
	// The bar is the reserve alone: it moves when the increment is used up.
	const left = runs ? Math.min(stored, secondsLeft) : stored;
	const says = !isOpen
		? "Reserve left"
		: runs
			? secondsLeft > 0
				? `Clock is running: ${clock(secondsLeft)} left`
				: "Out of time"
			: "Clock stands";
	return h(
		"div",
		{ className: "reserve" },
		h(
			"div",
			{ className: "line" },
			h(
				"span",
				runs ? { style: { color: `var(--${name === "submitter" ? "sub" : "cha"})`, fontWeight: 500 } } : null,
				says,
			),
			h("span", null, `${isOpen ? "reserve " : ""}${left} of ${reserveOf} s`),
		),
		h(
			"svg",
			{ className: "bar", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": true },
			h("rect", {
				width: reserveOf === 0 ? 0 : (100 * left) / reserveOf,
				height: 6,
				fill: `var(--${name === "submitter" ? "sub" : "cha"})`,
			}),
		),
	);
}

function middle({ place, pictures, computedHere, isOpen, program }: DisputeView): ReactNode {
	if (place === null) {
		return h(
			"div",
			{ className: "middle" },
			h("b", null, program.name ?? "The program is not here"),
			h("span", { className: "caption" }, "No number is named yet."),
		);
	}
	const question = pictures?.question ?? null;
	const plane = question?.planes[0];
	const steps = program.steps > 1 ? `step ${place.step}, ` : "";
	return h(
		"div",
		{ className: "middle" },
		question === null || plane === undefined
			? null
			: planePicture(plane, question.largest, question.name, "var(--bad)"),
		h("b", null, `${place.operatorName}, ${place.position}`),
		h(
			"span",
			{ className: "caption" },
			`${steps}${place.among}`,
			plane?.box ? ", seen from the outlined part of the input" : "",
		),
		isOpen && computedHere !== null
			? h("span", { className: "caption" }, "computed here: ", h("b", null, computedHere))
			: null,
	);
}

/** Whose turn it is, for what, and what happens otherwise. */
export function turnStrip(turn: TurnView | null, now: number): ReactNode {
	if (turn === null) return null;
	const left = turn.until - now;
	const time = left > 0 ? `${clock(left)} left` : "out of time; anyone may end it; it had";
	return h(
		"div",
		{ className: `turn ${turn.side}`, role: "status" },
		h(
			"b",
			null,
			sign(turn.side),
			h("span", null, `${TITLE[turn.side]}\u2019s turn: ${time} to ${turn.task}`),
		),
		h("p", null, turn.otherwise),
	);
}
