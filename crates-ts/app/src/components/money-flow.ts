import type { MoneyView } from "@umpire/views/dispute-view.ts";
import { ether, grouped, roughEther } from "@umpire/views/text.ts";
import { Fragment, type ReactNode } from "react";
import { h, sign } from "./h.ts";

const COLOUR = {
	submitter: "var(--sub)",
	challenger: "var(--cha)",
	requester: "var(--ink3)",
	other: "var(--ink3)",
} as const;
const [WIDTH, X0, X1] = [620, 150, 372];
/** Pixels of the largest amount. */
const LARGEST = 40;

/** Where bonds and fee go. */
export function moneyFlow({ flows, targets, isCertain }: MoneyView): ReactNode {
	const amounts = [...flows, ...targets].map(({ amount }) => Number(amount));
	const most = Math.max(...amounts, 1);
	const size = (amount: string) => Math.max(3, (LARGEST * Number(amount)) / most);
	const place = (items: readonly { readonly amount: string }[]) => {
		let y = 8;
		return items.map(({ amount }) => {
			const top = y;
			y += Math.max(44, size(amount) + 18);
			return top;
		});
	};
	const [left, right] = [place(flows), place(targets)];
	const height = Math.max(left.at(-1) ?? 0, right.at(-1) ?? 0) + LARGEST + 16;
	const filled = targets.map(() => 0);
	return h(
		Fragment,
		null,
		h(
			"svg",
			{
				className: "flow",
				viewBox: `0 0 ${WIDTH} ${height}`,
				role: "img",
				"aria-label": "Where the money goes",
			},
			flows.map((flow, i) => {
				let offset = 0;
				return h(
					Fragment,
					{ key: i },
					h("text", { x: 0, y: left[i] + 11, fontSize: 12, fontWeight: 600, fill: "var(--ink)" }, flow.from),
					h("text", { x: 0, y: left[i] + 27, fontSize: 11, fill: "var(--ink2)" }, flow.note),
					h("rect", { x: X0, y: left[i], width: 5, height: size(flow.amount), fill: COLOUR[flow.side] }),
					flow.to.map(({ target, amount }, k) => {
						const to = targets.findIndex(({ name }) => name === target);
						if (to < 0) return null;
						const thick = size(amount);
						const [y0, y1] = [left[i] + offset, right[to] + filled[to]];
						offset += thick;
						filled[to] += thick;
						const middle = (X0 + X1) / 2;
						return h("path", {
							key: k,
							d: `M${X0 + 5} ${y0}C${middle} ${y0} ${middle} ${y1} ${X1} ${y1}V${y1 + thick}C${middle} ${y1 + thick} ${middle} ${y0 + thick} ${X0 + 5} ${y0 + thick}z`,
							fill: COLOUR[flow.side],
							fillOpacity: isCertain ? 0.18 : 0.06,
							stroke: isCertain ? "none" : COLOUR[flow.side],
							strokeDasharray: "3 3",
							strokeOpacity: 0.6,
						});
					}),
				);
			}),
			targets.map(({ name, amount, note }, i) =>
				h(
					Fragment,
					{ key: name },
					h("rect", {
						x: X1,
						y: right[i],
						width: 5,
						height: size(amount),
						fill:
							name === "Challenger"
								? COLOUR.challenger
								: name === "Submitter" || name === "Claim"
									? COLOUR.submitter
									: "var(--ink3)",
					}),
					h(
						"text",
						{ x: X1 + 14, y: right[i] + 11, fontSize: 12, fontWeight: 600, fill: "var(--ink)" },
						`${name} ${ether(amount)}`,
					),
					h("text", { x: X1 + 14, y: right[i] + 27, fontSize: 11, fill: "var(--ink2)" }, note),
				),
			),
		),
		h(
			"ul",
			{ className: "rows narrow" },
			targets.map(({ name, amount, note }) =>
				h(
					"li",
					{ key: name },
					h("span", null, name, h("span", { className: "caption", style: { display: "block" } }, note)),
					h("span", { className: "num" }, ether(amount)),
				),
			),
		),
	);
}

const SHADES = [0.35, 0.6, 1, 0.8];

/** Who paid how much gas for what. */
export function gasBars({ gas }: MoneyView, isOpen: boolean): ReactNode {
	const most = Math.max(...gas.map((one) => one.gas), 1);
	return gas.map(({ side, gas: total, wei, parts }) =>
		h(
			"div",
			{ className: "gas", key: side },
			h(
				"div",
				{ className: "line" },
				h(
					"b",
					null,
					sign(side === "other" ? "plain" : side),
					" ",
					side === "other" ? "Others" : side === "submitter" ? "Submitter" : "Challenger",
				),
				h(
					"span",
					{ className: "caption" },
					`${grouped(total)} gas${isOpen ? " so far" : ""} \u00b7 ${roughEther(wei)}`,
				),
			),
			h(
				"div",
				{ className: "segments", "aria-hidden": true },
				parts.map(({ what, gas: part }, i) =>
					h("i", {
						key: what,
						style: {
							width: `${(100 * part) / most}%`,
							background: COLOUR[side],
							opacity: SHADES[i % SHADES.length],
						},
					}),
				),
			),
			h(
				"p",
				{ className: "caption" },
				parts.map(({ what, gas: part }) => `${what} ${grouped(part)}`).join(" \u00b7 "),
			),
		),
	);
}
