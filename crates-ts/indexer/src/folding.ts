import type { Abi, ContractEventArgsFromTopics, ContractEventName } from "viem";
import type { Role, Stamp } from "./fields.ts";
import type { Item, Kind } from "./items.ts";

/** An item without where it came from: the index adds that. */
export type Bare<K extends Kind> = { readonly [One in Kind]: Omit<Item<One>, "made" | "changed"> }[K];

/** Seconds for which a claim can be challenged, and for which at least it can be after inputs were published. */
export interface Times {
	readonly challengePeriod: number;
	readonly computeAllowance: number;
}

/** What an event is folded into: the items as they are before it. */
export interface Folding {
	readonly role: Role;
	readonly name: string;
	readonly stamp: Stamp;
	/** The event's arguments as they are kept. */
	readonly kept: Readonly<Record<string, unknown>>;
	/** Who sent the transaction and what it used; of the court's events only. */
	readonly receipt: { readonly sender: string; readonly gas: bigint } | undefined;
	readonly times: Times;
	/** Undefined if there is none: the events of other markets have such things, too. */
	get<K extends Kind>(kind: K, id: string | number | bigint): Promise<Item<K> | undefined>;
	/** All items of a kind with this reference (`columns.ts`), by number. */
	byRef<K extends Kind>(kind: K, ref: string): Promise<Item<K>[]>;
	put<K extends Kind>(kind: K, item: Bare<K>): Promise<void>;
	/** Changes an item; does nothing if there is none. */
	change<K extends Kind, const Changes extends Partial<Bare<K>>>(
		kind: K,
		id: string | number | bigint,
		by: (item: Item<K>) => Changes,
	): Promise<Item<K> | undefined>;
}

/** How the events of a contract change items, by name; others change none. */
export type Folds<A extends Abi> = {
	readonly [Name in ContractEventName<A>]?: (
		args: ContractEventArgsFromTopics<A, Name>,
		on: Folding,
	) => Promise<void>;
};

const ZERO = /^0x0*$/;

/** Null for the address or hash that means nothing. */
export const orNull = (hex: string): string | null => (ZERO.test(hex) ? null : hex);

/** The text of a label in 32 bytes: as it is written if it is plain ASCII, else its bytes. */
export function labelOf(bytes: string): string {
	const digits = bytes.slice(2).replace(/(00)+$/, "");
	const text = Buffer.from(digits, "hex").toString("latin1");
	return /^[\x20-\x7e]*$/.test(text) ? text : `0x${digits}`;
}
