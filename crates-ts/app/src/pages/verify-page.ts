import type { ClaimView } from "@umpire/views/claim-view.ts";
import { real, short } from "@umpire/views/text.ts";
import { Fragment, type ReactNode, useState } from "react";
import { ChainCheck, ProofCheck } from "../checks/chain-checks.ts";
import { check } from "../checks/check.ts";
import { ClaimCheck } from "../checks/claim-check.ts";
import type { Given } from "../checks/given.ts";
import type { Recomputed } from "../checks/recompute.ts";
import { type Judgement, useCheck } from "../checks/use-check.ts";
import { Field, FileField, TextArea } from "../components/form.ts";
import { h, hash, section } from "../components/h.ts";
import { useTitle } from "../route.ts";
import { usePage } from "../use-page.ts";

/** Where a claim is, as visitors write it. */
export interface Named {
	readonly claim: number;
	/** Undefined: of this deployment. */
	readonly market: string | undefined;
}

/** "4", "claim 4", the address of a claim's page, or MARKET/4. @returns undefined if it names no claim */
export function claimNamed(text: string): Named | undefined {
	const found = /(?:^|\/|\s)(?:(0x[0-9a-fA-F]{40})\/|claims\/|claim\s*)?([1-9]\d{0,9})\s*$/i.exec(text);
	if (found === null) return undefined;
	return { claim: Number(found[2]), market: found[1] };
}

/** Checks a claim, or a program's output, in this browser. */
export function VerifyPage({ claim }: { claim: string }): ReactNode {
	useTitle("Verify");
	const [text, setText] = useState(claim);
	const [program, setProgram] = useState<Blob>();
	const [inputs, setInputs] = useState<Blob>();
	const [output, setOutput] = useState("");
	const named = text.trim() === "" ? undefined : claimNamed(text);
	const given = { program, inputs };
	// What was found before is not about what is written now.
	const key = `${text} ${output} ${String(program?.size)} ${String(inputs?.size)}`;
	return h(
		"article",
		null,
		h(
			"div",
			{ className: "verdict first" },
			h(
				"div",
				null,
				h("h1", null, "Verify it yourself"),
				h(
					"p",
					{ className: "lead" },
					"Your browser runs the program on the inputs and compares what comes out with what was claimed. Files that you give stay here: nothing is uploaded.",
				),
			),
		),
		section(
			"What to verify",
			"A claim, or a program with inputs and an output that somebody told you.",
			null,
			h(
				"div",
				{ className: "columns" },
				h(
					"div",
					null,
					h(Field, {
						...{ label: "Claim", value: text, change: setText },
						hint: "A number as in 4, or MARKET/4 of another market on this chain. Empty: no claim.",
					}),
					h(TextArea, {
						...{ label: "Claimed output", value: output, change: setOutput },
						hint: "Numbers, as umpire result prints them. Not needed with a claim.",
					}),
				),
				h(
					"div",
					null,
					h(FileField, {
						...{ label: "Program (.onnx)", change: setProgram, accept: ".onnx" },
						hint: "Left out, this server is asked for it. Either way its root is computed.",
					}),
					h(FileField, {
						...{ label: "Inputs (.json, .bin)", change: setInputs, accept: ".json,.bin" },
						hint: 'As {"input_data": [[…]]}, as lists by name, or as umpire inputs writes them.',
					}),
				),
			),
		),
		section(
			"Checks",
			null,
			null,
			text.trim() !== "" && named === undefined
				? h("p", { className: "bad", role: "alert" }, "That names no claim: write its number.")
				: named === undefined
					? h(OutputCheck, { key, given, output })
					: h(Checks, { key, named, given }),
		),
		h(
			"footer",
			{ className: "foot" },
			h(
				"span",
				null,
				"In a terminal: ",
				h("span", { className: "mono" }, "umpire run PROGRAM --input FILE"),
				" \u00b7 ",
				h("span", { className: "mono" }, "umpire audit REQUEST --rpc URL"),
			),
		),
	);
}

/** The three checks of a claim: here, of its proofs, on the chain. */
function Checks({ named, given }: { readonly named: Named; readonly given: Given }): ReactNode {
	const { claim, market } = named;
	return h(
		"div",
		null,
		h(ClaimCheck, { place: named, given }),
		market === undefined ? h(Proofs, { claim }) : null,
		h(ChainCheck, { claim, market, dispute: null }),
	);
}

/** Which disputes a claim had, this server knows; their proofs are checked without its word. */
function Proofs({ claim }: { readonly claim: number }): ReactNode {
	const { view } = usePage<ClaimView>(`/v1/pages/claims/${claim}`);
	return h(
		Fragment,
		null,
		view?.disputes.map(({ dispute }) =>
			h(ProofCheck, { key: dispute, dispute, title: `Check the proof of dispute ${dispute} here` }),
		),
	);
}

function OutputCheck({ given, output }: { readonly given: Given; readonly output: string }): ReactNode {
	const { state, run, stop } = useCheck(async (running) => {
		const { recompute } = await import("../checks/recompute.ts");
		return compare(await recompute({}, undefined, running, given), output);
	});
	return check({
		title: "Recompute here",
		about:
			"Runs the program on the inputs. With an output it compares every number, else it says what comes out.",
		state,
		onRun: run,
		onStop: stop,
	});
}

/** What was computed, against the numbers that somebody wrote: equal if they stand for the same integers. */
function compare(found: Recomputed, written: string): Judgement {
	const { values, scale } = found.output;
	const say = (at: Judgement["at"], text: string): Judgement => ({
		at,
		result: h("span", null, text, rootsOf(found)),
	});
	const first = [...values.subarray(0, SHOWN)].map((value) => real(value)).join(", ");
	const shown = `${first}${values.length > SHOWN ? ", \u2026" : ""}`;
	const claimed = numbersIn(written);
	if (claimed.length === 0) return say("undecided", `The output is ${shown}.`);
	if (claimed.length !== values.length)
		return say("differs", `The output has ${values.length} numbers, and ${claimed.length} were given.`);
	const other = claimed.findIndex(
		(value, i) => Math.round(value / scale) !== Math.round((values[i] ?? 0) / scale),
	);
	if (other === -1) return say("agrees", `Every number of the output agrees: ${shown}.`);
	const [is, was] = [values[other] ?? 0, claimed[other] ?? 0];
	return say("differs", `Number ${other} of the output is ${real(is)}; ${real(was)} was claimed.`);
}

const rootsOf = ({ program, inputsRoot, traceRoot }: Recomputed): ReactNode =>
	h(
		"span",
		{ className: "quiet roots" },
		...[" Program ", program.root, ", inputs ", inputsRoot, ", trace ", traceRoot, "."].map((text) =>
			text.startsWith("0x") ? hash(text, short(text)) : text,
		),
	);

const numbersIn = (text: string): number[] =>
	[...text.matchAll(/[-\u2212]?\d+(?:\.\d+)?(?:e[-+\u2212]?\d+)?/gi)].map(([number]) =>
		Number(number.replaceAll("\u2212", "-")),
	);

const SHOWN = 12;
