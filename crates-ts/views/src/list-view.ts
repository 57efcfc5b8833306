import type { StatusView } from "./dispute-view.ts";
import type { Figure } from "./overview-view.ts";

/** One cell of a table: text, and what goes with it. */
export interface Cell {
	readonly text: string;
	/** Where it leads to, in the app. */
	readonly href?: string;
	/** A hash or address: the text is it, whole. */
	readonly isHash?: boolean;
	/** A state's mark stands before it. */
	readonly tone?: StatusView["tone"];
	/** A clock runs after it. */
	readonly until?: number | null;
	/** Quiet words after it. */
	readonly note?: string;
}

export interface Column {
	readonly name: string;
	readonly isRight?: boolean;
	/** Left out where there is little room. */
	readonly isWide?: boolean;
}

export interface TableView {
	readonly title: string;
	readonly about: string | null;
	readonly columns: readonly Column[];
	readonly rows: readonly (readonly Cell[])[];
	/** What stands there instead of no rows. */
	readonly empty: string;
}

/** A page that is a sentence, some figures and tables. */
export interface ListView {
	readonly chainId: number;
	readonly block: number;
	readonly time: number;
	readonly headline: string;
	readonly lead: string;
	readonly figures: readonly Figure[];
	readonly tables: readonly TableView[];
	/** How to see the same in a terminal. */
	readonly command: string;
}

/** The block that a page is the state of. */
export interface Moment {
	readonly chainId: number;
	readonly block: number;
	/** The chain's time. */
	readonly time: number;
}

export const hashCell = (text: string | null): Cell =>
	text === null ? { text: "\u2013" } : { text, isHash: true };

export const accountCell = (account: string | null): Cell =>
	account === null ? { text: "\u2013" } : { text: account, isHash: true, href: `/accounts/${account}` };

export const statusCell = ({ text, tone }: StatusView, until: number | null = null): Cell => ({
	text,
	tone,
	until,
});
