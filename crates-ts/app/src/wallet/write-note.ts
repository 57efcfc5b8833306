import type { ReactNode } from "react";
import { h } from "../components/h.ts";
import type { WriteState } from "./use-write.ts";

/** What became of a write. */
export function writeNote(
	state: WriteState,
	done?: (answer: Readonly<Record<string, unknown>>) => ReactNode,
): ReactNode {
	if (state.at === "idle") return null;
	return h(
		"p",
		{ className: "write-note", role: state.at === "refused" ? "alert" : "status" },
		h("b", null, state.text),
		state.at === "busy" && state.stop !== undefined
			? h("button", { type: "button", className: "button", onClick: state.stop }, "Stop waiting")
			: null,
		state.at === "refused" && state.help !== "" ? ` ${state.help}` : null,
		state.at === "done" && done !== undefined ? h("span", null, " ", done(state.answer)) : null,
	);
}
