import type { AskedProgram } from "@umpire/views/network-view.ts";
import { type FormEvent, type ReactNode, useState } from "react";
import { Field, weiOf, wholeOf } from "../components/form.ts";
import { h } from "../components/h.ts";
import { useWrite } from "../wallet/use-write.ts";
import { useWallet } from "../wallet/wallet.ts";
import { writeNote } from "../wallet/write-note.ts";
import { useAsk } from "./ask-fields.ts";

const NOBODY = `0x${"00".repeat(20)}`;
const MOST_HOURS = 8760;

/** Asks the market, with the visitor's wallet. */
export function RequestForm({
	programs,
	time,
}: {
	programs: readonly AskedProgram[];
	time: number;
}): ReactNode {
	const { account } = useWallet();
	const { fields, read } = useAsk(programs);
	const [fee, setFee] = useState("0.01");
	const [hours, setHours] = useState("24");
	const { state, post, refuse } = useWrite();
	const send = async () => {
		const asked = read();
		if (typeof asked === "string") return refuse(asked, "");
		const [wei, within] = [weiOf(fee), wholeOf(hours, 1, MOST_HOURS)];
		if (wei === undefined) return refuse("The fee is no amount of ether, as in 0.01.", "");
		if (within === undefined) return refuse("The time is a whole number of hours, at least one.", "");
		if (account === null) return refuse("No wallet is connected.", "Connect one at the top of the page.");
		const inputsRoot = await rootOf(asked.program.root, asked.inputs).catch((error: Error) => error);
		if (inputsRoot instanceof Error) return refuse(inputsRoot.message, "");
		const question = {
			...{ program: asked.program.root, inputsRoot, deadline: String(time + 3600 * within) },
			...{ consumer: NOBODY, submitter: NOBODY, exclusiveUntil: "0", isSealed: false },
		};
		const made = { from: account, contract: "market", function: "request", args: [question], value: wei };
		await post("/v1/transactions", made, made);
	};
	return h(
		"form",
		{
			className: "box ask",
			noValidate: true,
			onSubmit: (event: FormEvent) => {
				event.preventDefault();
				void send();
			},
		},
		fields,
		h(
			"div",
			{ className: "pair" },
			h(Field, { label: "Fee", value: fee, change: setFee, unit: "ETH" }),
			h(Field, { label: "Answer within", value: hours, change: setHours, unit: "hours", isWhole: true }),
		),
		h(
			"p",
			{ className: "caption" },
			"The fee is paid for a final answer, and comes back if nobody answers in time.",
		),
		h(
			"button",
			{ className: "button strong", type: "submit", disabled: state.at === "busy" },
			`Lock ${fee} ETH and ask`,
		),
		writeNote(state),
	);
}

/** Inputs that are not named by a root are kept by the server of a local chain; others refuse. */
async function rootOf(program: string, inputs: Readonly<Record<string, unknown>>): Promise<unknown> {
	if ("inputsRoot" in inputs) return inputs.inputsRoot;
	const response = await fetch("/v1/inputs", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ program, ...inputs }),
	});
	const answer = (await response.json()) as {
		readonly inputsRoot?: string;
		readonly error?: { readonly message: string; readonly help: string };
	};
	if (answer.inputsRoot === undefined) {
		throw new Error(`${answer.error?.message ?? "The server refuses."} ${answer.error?.help ?? ""}`);
	}
	return answer.inputsRoot;
}
