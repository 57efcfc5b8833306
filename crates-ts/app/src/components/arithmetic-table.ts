import type { ArithmeticRow, ArithmeticView } from "@umpire/views/arithmetic.ts";
import type { ReactNode } from "react";
import { h, sign } from "./h.ts";

/** The last arithmetic: what was published, and what follows from the agreed numbers. */
export function arithmeticTable({ rows }: ArithmeticView): ReactNode {
	return h(
		"table",
		null,
		h(
			"thead",
			null,
			h(
				"tr",
				null,
				h("th", { scope: "col" }, "Step"),
				h("th", { scope: "col", className: "right" }, sign("submitter"), " ", "published"),
				h("th", { scope: "col", className: "right" }, "follows"),
			),
		),
		h("tbody", null, rows.map(line)),
	);
}

function line({ step, detail, claimed, follows, isWrong }: ArithmeticRow, key: number): ReactNode {
	return h(
		"tr",
		{ key, className: isWrong ? "wrong" : undefined },
		h("td", null, power(step), detail === null ? null : h("span", { className: "quiet" }, ` ${detail}`)),
		h("td", { className: "num claimed" }, claimed ?? "\u2013"),
		h("td", { className: "num" }, follows ?? "\u2013"),
	);
}

/** 2^14 with its exponent raised. */
function power(text: string): ReactNode {
	const [before, after] = text.split("^");
	if (after === undefined) return text;
	const exponent = /^\d+/.exec(after)?.[0] ?? "";
	return [before, h("sup", { key: 1 }, exponent), after.slice(exponent.length)];
}
