import type { ClaimItem, RequestItem } from "@umpire/indexer/game-items.ts";
import type { StatusView } from "./dispute-view.ts";
import { accountCell, type Moment, statusCell, type TableView } from "./list-view.ts";
import { claimState, requestState } from "./market-lists.ts";
import type { Naming } from "./market-words.ts";
import { counted, ether, grouped, moment } from "./text.ts";

export interface RequestView extends Moment {
	readonly request: number;
	readonly requester: string;
	readonly program: { readonly name: string; readonly number: number | null; readonly root: string };
	readonly inputsRoot: string;
	readonly headline: string;
	readonly lead: string;
	readonly status: StatusView;
	readonly until: number | null;
	/** Its fee can be taken back: nobody answered in time. */
	readonly isRefundable: boolean;
	/** The claim that can be made final now. */
	readonly finalisable: number | null;
	readonly facts: readonly {
		readonly what: string;
		readonly value: string;
		readonly isHash?: boolean;
		readonly href?: string;
	}[];
	readonly claims: TableView;
}

/** A request: what was asked, who answered what, and what can be done about it now. */
export function requestView(
	at: Moment,
	request: RequestItem,
	claims: readonly ClaimItem[],
	nameOf: Naming,
): RequestView {
	const { name, number } = nameOf(request.program);
	const { status, until } = requestState(request, at.time);
	const final = claims.find((one) => one.status === "final");
	const live = claims.find((one) => one.status === "live");
	const rejected = claims.filter((one) => one.status === "rejected").length;
	const isRefundable = request.status === "open" && request.deadline < at.time;
	return {
		...at,
		request: request.request,
		requester: request.requester,
		program: { name, number, root: request.program },
		inputsRoot: request.inputsRoot,
		headline:
			final !== undefined
				? `Request ${request.request} has a final answer`
				: live !== undefined
					? `Request ${request.request} is answered; the answer can be challenged`
					: isRefundable
						? `Nobody answered request ${request.request} in time`
						: request.status === "refunded"
							? `The fee of request ${request.request} went back`
							: `Request ${request.request} waits for an answer`,
		lead: `It asks what ${name} computes on inputs that are fixed by their root, for a fee of ${ether(request.fee)}.${
			rejected === 0 ? "" : ` ${counted(rejected, "answer was", "answers were")} rejected.`
		}`,
		status,
		until,
		isRefundable,
		finalisable:
			live !== undefined && live.periodEnd <= at.time && live.openDisputes === 0 && live.openDemands === 0
				? live.claim
				: null,
		facts: [
			{ what: "Asked by", value: request.requester, isHash: true, href: `/accounts/${request.requester}` },
			{ what: "Asked", value: moment(request.made.time) },
			{ what: "Fee", value: ether(request.fee) },
			{ what: "To be answered until", value: moment(request.deadline) },
			...(request.submitter === null
				? []
				: [{ what: "By this account alone", value: request.submitter, isHash: true }]),
			...(request.consumer === null
				? []
				: [{ what: "The contract that is told", value: request.consumer, isHash: true }]),
			{ what: "Program", value: request.program, isHash: true },
			{ what: "Inputs", value: request.inputsRoot, isHash: true },
			{ what: "Transaction", value: request.made.transaction, isHash: true },
		],
		claims: {
			title: "Answers",
			about: "Only one at a time: a rejected answer makes room for the next.",
			columns: [
				{ name: "Claim" },
				{ name: "Status" },
				{ name: "Submitter" },
				{ name: "Made", isWide: true },
				{ name: "Disputes", isRight: true },
			],
			rows: claims.map((one) => {
				const state = claimState(one, at.time);
				return [
					{ text: grouped(one.claim), href: `/claims/${one.claim}` },
					statusCell(state.status, state.until),
					accountCell(one.submitter),
					{ text: moment(one.made.time) },
					{ text: one.disputes === 0 ? "\u2013" : grouped(one.disputes) },
				];
			}),
			empty: "Nobody has answered yet.",
		},
	};
}
