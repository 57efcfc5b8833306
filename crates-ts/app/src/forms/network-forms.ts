import type { NetworkView } from "@umpire/views/network-view.ts";
import { ether, etherNumber } from "@umpire/views/text.ts";
import { type FormEvent, type ReactNode, useState } from "react";
import { Field, weiOf, wholeOf } from "../components/form.ts";
import { h } from "../components/h.ts";
import { useWrite } from "../wallet/use-write.ts";
import { writeNote } from "../wallet/write-note.ts";
import { useAccountField } from "./account-field.ts";
import { useAsk } from "./ask-fields.ts";

const TABS = [
	["New job", JobForm],
	["New worker", WorkerForm],
	["New client", ClientForm],
] as const;

/** One form with three tabs: jobs, workers, clients. */
export function NetworkForms({ view }: { view: NetworkView }): ReactNode {
	const [at, setAt] = useState(0);
	const onKey = (event: { readonly key: string }) => {
		const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? TABS.length - 1 : 0;
		if (step === 0) return;
		const next = (at + step) % TABS.length;
		setAt(next);
		document.getElementById(`tab-${next}`)?.focus();
	};
	return h(
		"div",
		{ className: "box tabs" },
		h(
			"div",
			{ role: "tablist", "aria-label": "What to add", onKeyDown: onKey },
			TABS.map(([name], i) =>
				h(
					"button",
					{
						...{ key: name, type: "button", role: "tab", id: `tab-${i}`, tabIndex: i === at ? 0 : -1 },
						...{ "aria-selected": i === at, "aria-controls": "tab-panel", onClick: () => setAt(i) },
					},
					name,
				),
			),
		),
		h(
			"div",
			{ role: "tabpanel", id: "tab-panel", "aria-labelledby": `tab-${at}` },
			TABS.map(([name, Form], i) => (i === at ? h(Form, { key: name, view }) : null)),
		),
	);
}

const submitting = (send: () => void) => (event: FormEvent) => {
	event.preventDefault();
	send();
};

const LONGEST_MINUTES = 525_600;

function JobForm({ view }: { view: NetworkView }): ReactNode {
	const { field, account } = useAccountField("Client", view.accounts);
	const { fields, read } = useAsk(view.programs);
	const [reward, setReward] = useState("0.02");
	const [minutes, setMinutes] = useState("60");
	const { state, post, refuse } = useWrite();
	const jobFee = BigInt(view.fees?.jobFee ?? "0");
	const send = () => {
		const asked = read();
		if (typeof asked === "string") return refuse(asked, "");
		const [wei, time] = [weiOf(reward), wholeOf(minutes, 1, LONGEST_MINUTES)];
		if (wei === undefined) return refuse("The reward is no amount of ether, as in 0.02.", "");
		if (time === undefined) return refuse("The time is a whole number of minutes, at least one.", "");
		if (account === undefined)
			return refuse("No wallet is connected.", "Connect one at the top of the page.");
		const body = {
			...{ client: account, program: asked.program.number, ...asked.inputs },
			...{ reward: wei, workSeconds: 60 * time },
		};
		// Inputs that are given have a root that the server finds.
		const { inputsRoot } = body as { readonly inputsRoot?: string };
		const terms = { program: asked.program.root, inputsRoot, reward: wei, workSeconds: 60 * time, tries: 1 };
		void post("/job/submit", body, {
			...{ from: account, contract: "jobs", function: "submit", args: [terms] },
			value: String(BigInt(wei) + jobFee),
		});
	};
	return h(
		"form",
		{ onSubmit: submitting(send), noValidate: true },
		field,
		fields,
		h(
			"div",
			{ className: "pair" },
			h(Field, { label: "Reward", value: reward, change: setReward, unit: "ETH" }),
			h(Field, { label: "Deadline", value: minutes, change: setMinutes, unit: "minutes", isWhole: true }),
		),
		h(
			"p",
			{ className: "caption" },
			`${ether(jobFee)} for the draw come on top. The worker\u2019s stake stands for ten times the reward.`,
		),
		h(
			"button",
			{ className: "button strong", type: "submit", disabled: state.at === "busy" },
			`Lock ${reward} ETH and ask`,
		),
		writeNote(state, (answer) => (answer.job === undefined ? null : `It is job ${String(answer.job)}.`)),
	);
}

function WorkerForm({ view }: { view: NetworkView }): ReactNode {
	const { field, account } = useAccountField("Worker", view.accounts);
	const [gpu, setGpu] = useState("");
	const [places, setPlaces] = useState("1");
	const [stake, setStake] = useState("1");
	const { state, post, refuse } = useWrite();
	const [known, many] = [weiOf(stake), wholeOf(places, 1, 64)];
	const fees = known === undefined || many === undefined ? 0n : feesOf(view, many, known);
	const send = () => {
		const [wei, capacity] = [weiOf(stake), wholeOf(places, 1, 64)];
		if (wei === undefined) return refuse("The stake is no amount of ether, as in 1.", "");
		if (capacity === undefined) return refuse("Places are a whole number from 1 to 64.", "");
		if (account === undefined)
			return refuse("No wallet is connected.", "Connect one at the top of the page.");
		void post(
			"/worker/register",
			{ address: account, stake: wei, capacity, gpu },
			{
				...{ from: account, contract: "workers", function: "register" },
				args: [{ capacity, leastReward: 0, tokens: [], programs: [] }, wei],
				value: String(BigInt(wei) + feesOf(view, capacity, wei)),
			},
		);
	};
	return h(
		"form",
		{ onSubmit: submitting(send), noValidate: true },
		field,
		h(Field, {
			label: "Hardware",
			value: gpu,
			change: setGpu,
			hint: "Up to 31 plain characters, as in H100 80 GB. Nobody checks it.",
		}),
		h(
			"div",
			{ className: "pair" },
			h(Field, { label: "Jobs at a time", value: places, change: setPlaces, unit: "places", isWhole: true }),
			h(Field, { label: "Stake", value: stake, change: setStake, unit: "ETH" }),
		),
		h(
			"p",
			{ className: "caption" },
			`${ether(fees)} of fees come on top. A place in the draw takes ${etherNumber(view.fees?.slotStake ?? "0")} ETH of stake. A false result loses what its job binds.`,
		),
		h(
			"button",
			{ className: "button strong", type: "submit", disabled: state.at === "busy" },
			`Lock ${stake} ETH and register`,
		),
		writeNote(state),
	);
}

/** What a worker pays for its places beside the stake: to come, and to change and leave the list once. */
function feesOf({ fees }: NetworkView, capacity: number, stake: string): bigint {
	if (fees === null) return 0n;
	const [entryFee, changeFee, slotStake] = [fees.entryFee, fees.changeFee, fees.slotStake].map(BigInt);
	if (entryFee === undefined || changeFee === undefined || slotStake === undefined || slotStake === 0n)
		return 0n;
	const backed = BigInt(stake) / slotStake;
	return entryFee + 2n * (backed < BigInt(capacity) ? backed : BigInt(capacity)) * changeFee;
}

function ClientForm({ view }: { view: NetworkView }): ReactNode {
	const { field, account } = useAccountField("Client", view.accounts);
	const { state, post, refuse } = useWrite();
	const send = () => {
		if (account === undefined)
			return refuse("No wallet is connected.", "Connect one at the top of the page.");
		void post("/client/register", { address: account }, null);
	};
	const { balance, withdrawable, locked } = (state.at === "done" ? state.answer : {}) as Readonly<
		Record<string, string>
	>;
	return h(
		"form",
		{ onSubmit: submitting(send), noValidate: true },
		field,
		h(
			"p",
			{ className: "caption" },
			"Clients need no registration: whoever submits a job is one. This says what an account holds.",
		),
		h("button", { className: "button strong", type: "submit", disabled: state.at === "busy" }, "Look it up"),
		balance === undefined || withdrawable === undefined || locked === undefined
			? writeNote(state)
			: h(
					"dl",
					{ className: "rows", role: "status" },
					[
						["Holds", balance],
						["Can withdraw", withdrawable],
						["Locked in jobs", locked],
					].map(([what, wei]) =>
						h("div", { key: what }, h("dt", null, what), h("dd", null, ether(wei ?? "0"))),
					),
				),
	);
}
