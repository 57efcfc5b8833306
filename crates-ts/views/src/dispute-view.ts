import type { ArithmeticView } from "./arithmetic.ts";
import type { TensorView } from "./tensor-view.ts";

// What a page about a dispute shows, as data: plain JSON. Wei and integers that may be large are decimal strings,
// times seconds since 1970.

export type SideName = "submitter" | "challenger";

/** Words of a state, and whose it is: the form and colour that go with it. */
export interface StatusView {
	readonly text: string;
	readonly tone: SideName | "wrong" | "plain";
}

/** One side of a dispute. */
export interface SideView {
	readonly account: string;
	/** What its number is called: "published", "says that this is wrong", "proved". */
	readonly says: string;
	/** The number it stands for; null as long as none is named. */
	readonly number: string | null;
	/** Whether the number is the opponent's, denied: no challenger states one before its proof. */
	readonly denies: boolean;
	readonly isWrong: boolean;
	/** Of its bond: "0.1 ETH lost". */
	readonly bond: string;
	readonly moves: number;
	/** Seconds between what it had to answer and its answers, together. */
	readonly seconds: number;
	readonly gas: number;
	readonly reserve: number;
	readonly reserveOf: number;
}

/** Whose turn it is. */
export interface TurnView {
	readonly side: SideName;
	/** When its time is up. */
	readonly until: number;
	/** The chain's time of what is shown. */
	readonly now: number;
	/** What it has to do, after "to". */
	readonly task: string;
	/** What happens otherwise. */
	readonly otherwise: string;
}

export interface LadderMove {
	readonly text: string;
	/** Seconds since the move before it. */
	readonly seconds: number;
	/** 0 of what another move of the same transaction is charged with. */
	readonly gas: number;
	readonly transaction: string;
}

/** What was published in a round, drawn in a row. */
export interface StripView {
	readonly kind: "hashes" | "numbers" | "sums";
	readonly cells: readonly StripCell[];
	/** The first that differs; null as long as none is named. */
	readonly first: number | null;
}

export interface StripCell {
	readonly label: string | null;
	/** Of numbers: as a share of the largest, -1 to 1. Of sums: the share of the products. */
	readonly size: number;
}

/** One round of the search. */
export interface LadderRow {
	readonly question: string;
	/** How many numbers are in dispute before it is answered. */
	readonly left: string;
	readonly answer: LadderMove | null;
	readonly strip: StripView | null;
	readonly reply: LadderMove | null;
	/** Who is to move here. */
	readonly waits: SideName | null;
}

/** A tensor in the graph around the wrong number. */
export interface GraphNode {
	readonly name: string;
	readonly shape: string;
	readonly role: "same" | "operand" | "wrong" | "after" | "gap";
	/** Of an operator: its numbers, and how many differ between the two traces, where both are known. */
	readonly operator: number | null;
	readonly numbers: number;
	readonly differing: number | null;
}

export interface GraphView {
	readonly nodes: readonly GraphNode[];
	/** Constants that the operator reads: they hang above it. */
	readonly constants: readonly { readonly name: string; readonly shape: string }[];
	/** How the numbers that differ are known. */
	readonly note: string;
}

/** Where the number is. */
export interface PlaceView {
	readonly step: number;
	readonly operator: number;
	readonly operatorName: string;
	readonly node: string;
	readonly kind: string;
	/** "map 3, row 5, column 4". */
	readonly position: string;
	/** In row-major order. */
	readonly element: number;
	/** Numbers in its tensor. */
	readonly of: number;
	/** "number 1,234 of 3,136, counted from 0". */
	readonly among: string;
}

/** The pictures of the tensors that decide. */
export interface PicturesView {
	/** The program's first input, and what of it the number sees. */
	readonly question: TensorView | null;
	readonly operands: readonly {
		readonly tensor: TensorView;
		readonly caption: string;
		readonly isConstant: boolean;
	}[];
	/** The plane of the wrong number, as published. */
	readonly plane: TensorView | null;
	readonly planeCaption: string;
	/** All planes of its tensor. */
	readonly all: TensorView | null;
}

/** What the proof is about. */
export interface ProofView {
	readonly circuit: "dot" | "elements" | null;
	readonly facts: readonly { readonly what: string; readonly value: string }[];
	readonly note: string;
	readonly isPublished: boolean;
}

export interface MoneyFlow {
	readonly from: string;
	readonly side: SideName | "requester";
	readonly amount: string;
	readonly note: string;
	readonly to: readonly { readonly target: string; readonly amount: string }[];
}

export interface MoneyView {
	readonly isCertain: boolean;
	readonly note: string;
	readonly flows: readonly MoneyFlow[];
	readonly targets: readonly { readonly name: string; readonly amount: string; readonly note: string }[];
	readonly gas: readonly {
		readonly side: SideName | "other";
		readonly gas: number;
		readonly wei: string;
		readonly parts: readonly { readonly what: string; readonly gas: number }[];
	}[];
}

export interface ProgramName {
	readonly root: string;
	/** In the registry; 0 where it has none. */
	readonly number: number;
	/** As whoever registered or compiled it named it; null where the program is not here. */
	readonly name: string | null;
	readonly operators: number;
	readonly steps: number;
}

export interface DisputeView {
	readonly dispute: number;
	readonly claim: number;
	readonly request: number;
	readonly program: ProgramName;
	/** What the claim is about, and what it commits to. */
	readonly inputsRoot: string;
	readonly traceRoot: string;
	readonly chainId: number;
	readonly court: string;
	/** The block that this is the state of, and its time. */
	readonly block: number;
	readonly time: number;
	readonly isOpen: boolean;
	/** The verdict or the open question, with its numbers. */
	readonly headline: string;
	readonly lead: string;
	readonly status: StatusView;
	readonly moment: string;
	readonly submitter: SideView;
	readonly challenger: SideView;
	readonly turn: TurnView | null;
	/** What the number is when it is computed here; null where program or inputs are not here. */
	readonly computedHere: string | null;
	readonly clockRule: string;
	readonly ladder: readonly LadderRow[];
	readonly place: PlaceView | null;
	readonly graph: GraphView | null;
	readonly pictures: PicturesView | null;
	readonly arithmetic: ArithmeticView | null;
	readonly proof: ProofView;
	readonly money: MoneyView;
	/** Why pictures or arithmetic are left out, and what would bring them; null if nothing is. */
	readonly missing: string | null;
}
