import type { Item, Kind } from "./items.ts";
import { balanceId } from "./ledger-folds.ts";

/** What an item is found by. */
export interface Columns {
	/** Among those of its kind. */
	readonly id: string;
	/** What lists are in the order of; several may have the same. */
	readonly number: number;
	/** A word and what it refers to: what lists are filtered by, and events find items by. */
	readonly refs: readonly string[];
}

type ColumnsOf<K extends Kind> = (
	item: Item<K>,
) => readonly [id: string | number, number: number, ...string[]];

const account = (...addresses: readonly (string | null)[]): string[] =>
	[...new Set(addresses)].flatMap((one) => (one === null ? [] : [`account ${one}`]));

/** Where an event stands, as one number: a block has less than a million events. */
const placeOf = ({ made }: { readonly made: Item["made"] }): number => made.block * 1_000_000 + made.logIndex;

const COLUMNS: { readonly [K in Kind]: ColumnsOf<K> } = {
	program: (one) => [one.root, one.program],
	request: (one) => [
		one.request,
		one.request,
		`status ${one.status}`,
		`program ${one.program}`,
		...account(one.requester, one.consumer, one.submitter),
	],
	claim: (one) => [
		one.claim,
		one.claim,
		`status ${one.status}`,
		`program ${one.program}`,
		`request ${one.request}`,
		...account(one.submitter, one.winner),
	],
	dispute: (one) => [
		one.dispute,
		one.dispute,
		`status ${one.phase === "closed" ? "closed" : "open"}`,
		`program ${one.program}`,
		`claim ${one.claim}`,
		...(one.phase === "closed" ? [] : [`node ${one.node}`]),
		...account(one.challenger, one.submitter),
	],
	move: (one) => [`${one.dispute} ${one.move}`, one.move, `dispute ${one.dispute}`],
	demand: (one) => [
		one.demand,
		one.demand,
		`status ${one.status}`,
		`claim ${one.claim}`,
		...(one.status === "open" ? [`chunk ${one.inputsRoot} ${one.input} ${one.chunk}`] : []),
		...account(one.demander),
	],
	withdrawal: (one) => [
		`${one.made.block} ${one.made.logIndex}`,
		placeOf(one),
		...account(one.account, one.recipient),
	],
	balance: (one) => [
		balanceId(one.contract, one.account, one.token),
		placeOf(one),
		...account(one.account),
		`token ${one.token ?? "ether"}`,
		...(one.owed === "0" ? [] : ["status owed"]),
	],
	job: (one) => [
		one.job,
		one.job,
		`status ${one.status}`,
		`token ${one.token ?? "ether"}`,
		`program ${one.program}`,
		...account(one.client, one.worker),
	],
	worker: (one) => [one.worker, placeOf(one), `status ${one.status}`, ...account(one.worker)],
	grid: (one) => [
		one.grid,
		one.grid,
		`status ${one.status}`,
		`program ${one.program}`,
		...account(one.client),
	],
	point: (one) => [
		`${one.grid} ${one.point}`,
		one.point,
		`status ${one.status}`,
		`grid ${one.grid}`,
		...(one.request === null ? [] : [`request ${one.request}`]),
		...account(one.worker),
	],
	bounty: (one) => [
		one.bounty,
		one.bounty,
		`status ${one.status}`,
		`program ${one.program}`,
		...account(one.owner),
	],
	candidate: (one) => [
		one.candidate,
		one.candidate,
		`status ${one.status}`,
		`bounty ${one.bounty}`,
		...account(one.contributor),
	],
	operator: (one) => [one.operator, one.operator, `status ${one.status}`, ...account(one.account)],
	attestation: (one) => [one.record, one.record, `status ${one.status}`, `claim ${one.claim}`],
	accusation: (one) => [one.accusation, one.accusation, `record ${one.record}`, ...account(one.accuser)],
	cover: (one) => [one.request, one.request, `status ${one.status}`, ...account(one.requester)],
};

/** What an item of a kind is found by. */
export function columnsOf<K extends Kind>(kind: K, item: Item<K>): Columns {
	const [id, number, ...refs] = COLUMNS[kind](item);
	return { id: String(id), number, refs };
}
