import type { BountyItem, GridItem } from "@umpire/indexer/consumer-items.ts";
import type {
	BalanceItem,
	ClaimItem,
	DisputeItem,
	ProgramItem,
	RequestItem,
} from "@umpire/indexer/game-items.ts";
import type { StatusView } from "./dispute-view.ts";
import { accountCell, type Cell, hashCell, type ListView, type Moment, statusCell } from "./list-view.ts";
import { amountText, type Naming, plain } from "./market-words.ts";
import { counted, ether, grouped, moment, short, wordsOf } from "./text.ts";

/** How many items a list shows: the newest. */
export const MOST_LISTED = 100;

const link = (kind: string, number: number): Cell => ({ text: grouped(number), href: `/${kind}/${number}` });
const programCell = (root: string, nameOf: Naming): Cell => {
	const { name, number } = nameOf(root);
	return number === null ? { text: name } : { text: name, href: `/programs/${number}` };
};

const newest = (count: number): string | null =>
	count > MOST_LISTED ? `The newest ${MOST_LISTED} of ${grouped(count)}.` : null;

/** How a claim of the index stands. */
export function claimState(
	{ status, dispute, openDisputes, openDemands, periodEnd }: ClaimItem,
	time: number,
): {
	readonly status: StatusView;
	readonly until: number | null;
} {
	if (status === "final") return { status: plain("Final"), until: null };
	if (status === "rejected") {
		return {
			status: { text: dispute === null ? "Rejected" : "Rejected in a dispute", tone: "wrong" },
			until: null,
		};
	}
	if (openDisputes > 0) return { status: { text: "Disputed", tone: "challenger" }, until: null };
	if (openDemands > 0) return { status: { text: "Input demanded", tone: "submitter" }, until: null };
	return periodEnd <= time
		? { status: plain("Ready to be made final"), until: null }
		: { status: { text: "Can be challenged", tone: "submitter" }, until: periodEnd };
}

/** How a request of the index stands. */
export function requestState(
	{ status, deadline }: RequestItem,
	time: number,
): {
	readonly status: StatusView;
	readonly until: number | null;
} {
	if (status === "final") return { status: plain("Answered, final"), until: null };
	if (status === "refunded") return { status: plain("Refunded: nobody answered in time"), until: null };
	if (status === "claimed")
		return { status: { text: "Answered, not final", tone: "submitter" }, until: null };
	return deadline < time
		? { status: plain("Nobody answered in time"), until: null }
		: { status: plain("Waits for an answer"), until: deadline };
}

/** Everything that was asked: the market's history. */
export function requestsList(
	at: Moment,
	requests: readonly RequestItem[],
	counts: ReadonlyMap<string, number>,
	nameOf: Naming,
): ListView {
	const count = (name: string): number => counts.get(name) ?? 0;
	const all = count("request");
	const fees = requests.reduce((sum, { fee }) => sum + BigInt(fee), 0n);
	return {
		...at,
		headline:
			all === 0
				? "Nothing has been asked yet"
				: `${counted(all, "question")} asked, ${grouped(count("request final"))} answered for good`,
		lead: "Whoever asks locks a fee; whoever answers locks a bond. An answer is paid when nobody has proved one of its numbers wrong in time.",
		figures: [
			{ label: "Asked", value: grouped(all), note: "ever" },
			{ label: "Wait for an answer", value: grouped(count("request open")), note: "anyone may answer" },
			{ label: "Answered, not final", value: grouped(count("request claimed")), note: "can be challenged" },
			{ label: "Final", value: grouped(count("request final")), note: "paid" },
			{ label: "Refunded", value: grouped(count("request refunded")), note: "nobody answered in time" },
		],
		tables: [
			{
				title: "Requests",
				about: newest(all) ?? (all === 0 ? null : `Fees of ${ether(fees)} together.`),
				columns: [
					{ name: "Request" },
					{ name: "Program" },
					{ name: "Status" },
					{ name: "Asked by", isWide: true },
					{ name: "Asked", isWide: true },
					{ name: "Claim", isRight: true },
					{ name: "Fee, ETH", isRight: true },
				],
				rows: requests.map((one) => {
					const { status, until } = requestState(one, at.time);
					return [
						link("requests", one.request),
						programCell(one.program, nameOf),
						statusCell(status, until),
						accountCell(one.requester),
						{ text: moment(one.made.time) },
						one.claim === null ? { text: "\u2013" } : link("claims", one.claim),
						{ text: ether(one.fee).replace(" ETH", "") },
					];
				}),
				empty: "A request is a program, inputs and a fee. Ask one below, or with umpire request.",
			},
		],
		command: "umpire request PROGRAM --input FILE",
	};
}

export function claimsList(
	at: Moment,
	claims: readonly ClaimItem[],
	counts: ReadonlyMap<string, number>,
	nameOf: Naming,
): ListView {
	const count = (name: string): number => counts.get(name) ?? 0;
	return {
		...at,
		headline: `${counted(count("claim"), "answer")}, ${grouped(count("claim rejected"))} rejected`,
		lead: "A claim commits to every number of a computation. It is final if nobody challenges it in time.",
		figures: [],
		tables: [
			{
				title: "Claims",
				about: newest(count("claim")),
				columns: [
					{ name: "Claim" },
					{ name: "Program" },
					{ name: "Status" },
					{ name: "Submitter" },
					{ name: "Made", isWide: true },
					{ name: "Disputes", isRight: true },
				],
				rows: claims.map((one) => {
					const { status, until } = claimState(one, at.time);
					return [
						link("claims", one.claim),
						programCell(one.program, nameOf),
						statusCell(status, until),
						accountCell(one.submitter),
						{ text: moment(one.made.time) },
						{ text: one.disputes === 0 ? "\u2013" : grouped(one.disputes) },
					];
				}),
				empty: "Nothing has been claimed yet.",
			},
		],
		command: "umpire status",
	};
}

const ENDINGS = {
	settled: "One number was wrong",
	"timed out": "Out of time",
	reclaimed: "Decided elsewhere",
} as const;

export function disputesList(
	at: Moment,
	disputes: readonly DisputeItem[],
	counts: ReadonlyMap<string, number>,
	nameOf: Naming,
): ListView {
	const all = counts.get("dispute") ?? 0;
	const open = counts.get("dispute open") ?? 0;
	return {
		...at,
		headline:
			all === 0
				? "Nobody has disagreed yet"
				: `${counted(all, "dispute")}, ${open === 0 ? "none is open" : `${grouped(open)} open`}`,
		lead: "A dispute looks for the first number that two sides compute otherwise, and one proof about it decides.",
		figures: [],
		tables: [
			{
				title: "Disputes",
				about: newest(all),
				columns: [
					{ name: "Dispute" },
					{ name: "Program" },
					{ name: "How it stands" },
					{ name: "Submitter" },
					{ name: "Challenger" },
					{ name: "Moves", isRight: true, isWide: true },
					{ name: "Claim", isRight: true },
				],
				rows: disputes.map((one) => [
					link("disputes", one.dispute),
					programCell(one.program, nameOf),
					one.ending === null
						? { text: "Open", tone: "challenger" as const }
						: {
								text: ENDINGS[one.ending],
								tone: one.ending === "settled" ? ("wrong" as const) : ("plain" as const),
								...(one.winner === null
									? {}
									: { note: one.winner === one.challenger ? "challenger won" : "submitter won" }),
							},
					accountCell(one.submitter),
					accountCell(one.challenger),
					{ text: grouped(one.moves) },
					link("claims", one.claim),
				]),
				empty: "A dispute starts when someone challenges a claim. umpire rehearse MODEL plays one.",
			},
		],
		command: "umpire status",
	};
}

export function programsList(
	at: Moment,
	programs: readonly ProgramItem[],
	count: number,
	nameOf: Naming,
): ListView {
	return {
		...at,
		headline: count === 0 ? "No program is registered yet" : `${counted(count, "program")} can be asked`,
		lead: "A program is a model whose every operator is a rule that the contract knows. Anyone can register one.",
		figures: [],
		tables: [
			{
				title: "Programs",
				about: newest(count),
				columns: [
					{ name: "Program" },
					{ name: "Name" },
					{ name: "Operators", isRight: true },
					{ name: "Inputs", isRight: true, isWide: true },
					{ name: "Steps", isRight: true },
					{ name: "Registered", isWide: true },
					{ name: "Root" },
				],
				rows: programs.map((one) => [
					link("programs", one.program),
					{ text: nameOf(one.root).name },
					{ text: grouped(one.operators) },
					{ text: grouped(one.inputs) },
					{ text: grouped(one.steps) },
					{ text: moment(one.made.time) },
					hashCell(one.root),
				]),
				empty: "umpire compile and umpire register bring one.",
			},
		],
		command: "umpire register PROGRAM",
	};
}

export function gridsList(at: Moment, grids: readonly GridItem[], nameOf: Naming): ListView {
	return {
		...at,
		headline:
			grids.length === 0
				? "No grid search has been opened yet"
				: counted(grids.length, "grid search", "grid searches"),
		lead: "A client pays for the same training at many points; workers are dealt points by a value that nobody chooses, and the best earns half.",
		figures: [],
		tables: [
			{
				title: "Grids",
				about: null,
				columns: [
					{ name: "Grid" },
					{ name: "Program" },
					{ name: "Status" },
					{ name: "Client", isWide: true },
					{ name: "Answered", isRight: true },
					{ name: "Bounty", isRight: true },
				],
				rows: grids.map((one) => [
					link("grids", one.grid),
					programCell(one.program, nameOf),
					{ text: { filling: "Filled", open: "Open", closed: "Closed" }[one.status], tone: "plain" as const },
					accountCell(one.client),
					{ text: `${grouped(one.accepted)} of ${grouped(one.points)}` },
					{ text: amountText(one.bounty, one.token) },
				]),
				empty: "umpire grid open opens one; umpire demo-grid plays one on a private chain.",
			},
		],
		command: "umpire grid status GRID",
	};
}

export function bountiesList(at: Moment, bounties: readonly BountyItem[], nameOf: Naming): ListView {
	return {
		...at,
		headline:
			bounties.length === 0
				? "No bounty has been opened yet"
				: counted(bounties.length, "bounty", "bounties"),
		lead: "An owner pays for better weights. They are committed to, then shown, and scored on data that is drawn afterwards.",
		figures: [],
		tables: [
			{
				title: "Bounties",
				about: null,
				columns: [
					{ name: "Bounty" },
					{ name: "Scored by" },
					{ name: "Status" },
					{ name: "Owner", isWide: true },
					{ name: "Candidates", isRight: true },
					{ name: "Pool", isRight: true },
				],
				rows: bounties.map((one) => [
					link("bounties", one.bounty),
					programCell(one.program, nameOf),
					{
						text: { open: "Open", ending: "Ends with this round", ended: "Ended" }[one.status],
						tone: "plain" as const,
					},
					accountCell(one.owner),
					{ text: grouped(one.candidates) },
					{ text: amountText(one.pool, one.token) },
				]),
				empty: "umpire bounty open opens one; umpire demo-network plays one on a private chain.",
			},
		],
		command: "umpire bounty status BOUNTY",
	};
}

/** What an account asked, answered and challenged, and what it can take. */
export function accountPage(
	at: Moment,
	account: string,
	of: {
		readonly requests: readonly RequestItem[];
		readonly claims: readonly ClaimItem[];
		readonly disputes: readonly DisputeItem[];
		readonly balances: readonly BalanceItem[];
	},
	nameOf: Naming,
): ListView {
	const owed = of.balances.filter(({ owed: units }) => units !== "0");
	const inEther = owed.reduce((sum, one) => (one.token === null ? sum + BigInt(one.owed) : sum), 0n);
	const history: readonly ListView[] = [
		requestsList(at, of.requests, new Map(), nameOf),
		claimsList(at, of.claims, new Map(), nameOf),
		disputesList(at, of.disputes, new Map(), nameOf),
	];
	return {
		...at,
		headline:
			owed.length === 0
				? `Nothing is owed to ${short(account)}`
				: `${ether(inEther)} can be taken by ${short(account)}`,
		lead: `What the contracts owe the account ${account}, and what it did. Only the account itself can take it.`,
		figures: [],
		tables: [
			{
				title: "Owed",
				about: null,
				columns: [
					{ name: "Contract" },
					{ name: "Can be taken", isRight: true },
					{ name: "Ever owed", isRight: true },
				],
				rows: of.balances.map((one) => [
					{ text: wordsOf(one.contract) },
					{ text: amountText(one.owed, one.token) },
					{ text: amountText(one.credited, one.token) },
				]),
				empty: "No contract ever owed it anything.",
			},
			...history.map(({ tables }) => ({ ...tables[0], about: null, empty: "None." })),
		],
		command: "umpire status",
	};
}
