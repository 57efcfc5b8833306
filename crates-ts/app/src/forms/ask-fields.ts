import type { AskedProgram } from "@umpire/views/network-view.ts";
import { foreign, shapeText } from "@umpire/views/text.ts";
import { Fragment, type ReactNode, useState } from "react";
import { Select, TextArea } from "../components/form.ts";
import { h } from "../components/h.ts";

/** Which program is asked, and on what. */
export interface Asked {
	readonly program: AskedProgram;
	readonly inputs: { readonly inputsRoot: string } | { readonly inputs: Readonly<Record<string, unknown>> };
}

/** Fields of a program and its inputs. `read` gives what they say, or why it says nothing. */
export function useAsk(programs: readonly AskedProgram[]): {
	readonly fields: ReactNode;
	readonly read: () => Asked | string;
} {
	const [number, setNumber] = useState("");
	const [text, setText] = useState("");
	const chosen = programs.find((one) => String(one.number) === number) ?? programs.at(-1);
	const fields =
		chosen === undefined
			? h("p", { className: "quiet" }, "No program is registered here that could be asked.")
			: h(
					Fragment,
					null,
					h(Select, {
						label: "Program",
						value: String(chosen.number),
						change: (value) => {
							setNumber(value);
							setText("");
						},
						options: programs.map((one) => [String(one.number), `${one.number}: ${one.name}`] as const),
					}),
					h(TextArea, { label: "Inputs", value: text, change: setText, hint: hintOf(chosen) }),
					chosen.known.length === 0
						? null
						: h(
								"div",
								{ className: "known" },
								chosen.known.map(({ label, root }) =>
									h(
										"button",
										{ key: root, type: "button", className: "button", onClick: () => setText(root) },
										label,
									),
								),
							),
				);
	const read = (): Asked | string => {
		if (chosen === undefined) return "No program is registered here that could be asked.";
		const inputs = inputsOf(text, chosen);
		return typeof inputs === "string" ? inputs : { program: chosen, inputs };
	};
	return { fields, read };
}

/** Inputs that a hint names. */
const MOST_NAMED = 8;

function hintOf({ inputs }: AskedProgram): string {
	if (inputs === null) return "The root of inputs that workers can get: its program is not here.";
	const takes = inputs
		.slice(0, MOST_NAMED)
		.map(({ name, shape }) => `${foreign(name)} (${shapeText(shape)})`)
		.concat(inputs.length > MOST_NAMED ? [`and ${inputs.length - MOST_NAMED} more`] : [])
		.join(", ");
	return `Lists of numbers as JSON, by the names of the inputs, or their root. It takes ${takes}.`;
}

/** What somebody wrote as inputs; a text says what is wrong with it. */
export function inputsOf(text: string, program: Pick<AskedProgram, "inputs">): Asked["inputs"] | string {
	const written = text.trim();
	if (/^0x[0-9a-f]{64}$/.test(written)) return { inputsRoot: written };
	if (written === "") return "Inputs are missing: give JSON, or a root.";
	let parsed: unknown;
	try {
		parsed = JSON.parse(written);
	} catch {
		return "The inputs are neither JSON nor a root (0x and 64 hexadecimal digits, in small letters).";
	}
	const names = program.inputs?.map(({ name }) => name) ?? [];
	if (Array.isArray(parsed)) {
		const [only] = names;
		return names.length === 1 && only !== undefined
			? { inputs: { [only]: parsed } }
			: `A list alone is for programs of one input: give {${names.map((name) => `"${name}": […]`).join(", ")}}.`;
	}
	if (typeof parsed !== "object" || parsed === null)
		return "The inputs are a list of numbers, or lists by name.";
	return { inputs: parsed as Readonly<Record<string, unknown>> };
}
