import type { LadderMove, LadderRow, SideName, StripView } from "@umpire/views/dispute-view.ts";
import { grouped, lasted, short } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { Fit } from "./fit.ts";
import { h, sign } from "./h.ts";

const WIDTH = 560;
const HEIGHT = 92;
const BAND = 30;
/** Cells in one row of a strip. */
const MOST_CELLS = 64;

/** The search, round by round: what was asked, what was published, what was named. */
export function ladderTable(rows: readonly LadderRow[]): ReactNode {
	return h(
		"div",
		{ className: "ladder" },
		["Question", "Submitter answers", "What was published", "Challenger replies"].map((text) =>
			h("span", { className: "head", key: text }, text),
		),
		rows.map((row, i) => rung(row, i, rows[i + 1])),
	);
}

function rung(row: LadderRow, number: number, next: LadderRow | undefined): ReactNode {
	return h(
		"div",
		{ className: "rung", key: number },
		h("div", null, h("b", null, row.question), h("span", { className: "caption" }, row.left)),
		h("div", null, row.answer === null ? waiting("submitter", row.waits) : move("submitter", row.answer)),
		h("div", { className: "stripbox" }, row.strip === null ? null : strip(row.strip, next?.strip != null)),
		h("div", null, row.reply === null ? waiting("challenger", row.waits) : move("challenger", row.reply)),
	);
}

function move(side: SideName, { text, seconds, gas, transaction }: LadderMove): ReactNode {
	const cost = [lasted(seconds), gas > 0 ? `${grouped(gas)} gas` : undefined]
		.filter(Boolean)
		.join(" \u00b7 ");
	return h(
		"div",
		{ className: "move" },
		sign(side),
		h(
			"div",
			null,
			text,
			h(
				"span",
				{ className: "caption" },
				`${cost} \u00b7 `,
				h("span", { className: "mono", title: transaction }, short(transaction)),
			),
		),
	);
}

function waiting(side: SideName, waits: SideName | null): ReactNode {
	if (waits !== side) return null;
	return h("div", { className: "move" }, sign(side), h("span", { className: `waits ${side}` }, "to move"));
}

/** What was published, in a row (two where it is much); from the first difference lines lead to the row below. */
export const strip = (view: StripView, leadsOn: boolean): ReactNode =>
	h(Fit, { wanted: WIDTH, draw: (width) => drawn(view, leadsOn, width) });

function drawn(view: StripView, leadsOn: boolean, whole: number): ReactNode {
	const { kind, cells, first } = view;
	const shapes = kind === "numbers" ? bars(view, whole) : boxes(view, whole);
	const at = first === null ? undefined : spanOf(view, first, whole);
	return h(
		"svg",
		{
			className: "strip",
			viewBox: `0 0 ${whole} ${HEIGHT}`,
			preserveAspectRatio: "none",
			role: "img",
			"aria-label":
				first === null
					? `${cells.length} published`
					: `${cells.length} published, the first difference is ${cells[first]?.label ?? `number ${first}`}`,
		},
		at === undefined || !leadsOn
			? null
			: h(
					Fragment,
					null,
					h("path", {
						d: `M${at[0]} ${BAND}L0 ${HEIGHT}H${whole}L${at[0] + at[1]} ${BAND}z`,
						fill: "var(--badbg)",
						opacity: 0.75,
					}),
					h("path", {
						d: `M${at[0]} ${BAND}L0 ${HEIGHT}M${at[0] + at[1]} ${BAND}L${whole} ${HEIGHT}`,
						stroke: "var(--bad)",
						strokeOpacity: 0.35,
						vectorEffect: "non-scaling-stroke",
						fill: "none",
					}),
				),
		shapes,
	);
}

/** Left end and width of a cell. */
function spanOf({ kind, cells }: StripView, index: number, whole: number): readonly [number, number] {
	if (kind === "sums") {
		const before = cells.slice(0, index).reduce((sum, { size }) => sum + size, 0);
		return [before * whole, cells[index].size * whole];
	}
	const columns = cells.length > MOST_CELLS ? Math.ceil(cells.length / 2) : cells.length;
	const inRow = kind === "numbers" ? cells.length : columns;
	const place = kind === "numbers" ? index : index % columns;
	return [(place / inRow) * whole, whole / inRow];
}

function boxes(view: StripView, whole: number): ReactNode {
	const { cells, first, kind } = view;
	const isTwo = kind === "hashes" && cells.length > MOST_CELLS;
	const columns = isTwo ? Math.ceil(cells.length / 2) : cells.length;
	const gap = cells.length > 40 ? 1 : 2;
	return cells.map(({ label }, i) => {
		const [x, width] = spanOf(view, i, whole);
		const height = isTwo ? BAND / 2 - 1 : BAND;
		const y = isTwo && i >= columns ? BAND / 2 + 1 : 0;
		const state = first === null ? "rest" : i < first ? "same" : i === first ? "first" : "rest";
		const fits = label !== null && label.length * 6.6 < width - 4;
		return h(
			Fragment,
			{ key: i },
			h("rect", {
				x: x + gap / 2,
				y: y + 0.5,
				width: Math.max(0.5, width - gap),
				height: height - 1,
				rx: 2,
				fill: state === "same" ? "var(--line3)" : state === "first" ? "var(--bad)" : "none",
				stroke: state === "rest" ? "var(--line3)" : "none",
				vectorEffect: "non-scaling-stroke",
			}),
			fits
				? h(
						"text",
						{
							x: x + width / 2,
							y: y + height / 2 + 4,
							fontSize: 11,
							textAnchor: "middle",
							fontWeight: state === "first" ? 600 : 400,
							fill: state === "first" ? "var(--on-bad)" : state === "same" ? "var(--strip)" : "var(--ink2)",
						},
						label,
					)
				: null,
		);
	});
}

function bars({ cells, first }: StripView, whole: number): ReactNode {
	const width = whole / cells.length;
	const hasNegative = cells.some(({ size }) => size < 0);
	const zero = hasNegative ? BAND / 2 : BAND;
	const scale = hasNegative ? BAND / 2 : BAND;
	return cells.map(({ size, label }, i) => {
		const height = Math.max(1.5, Math.abs(size) * scale);
		return h(
			"rect",
			{
				key: i,
				x: i * width + width * 0.15,
				y: size < 0 ? zero : zero - height,
				width: width * 0.7,
				height,
				fill: i === first ? "var(--bad)" : "var(--line3)",
			},
			h("title", null, label ?? ""),
		);
	});
}
