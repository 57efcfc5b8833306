import { MissingError } from "./ledger.ts";

/** What may be left out, by kind and number. */
export type LeftOut = Readonly<Partial<Record<"claim" | "dispute" | "demand", number>>>;

/**
 * Items about which a node's events and its state disagree. When one does for the first time, all is to be read again;
 * if it still does, it is left out: it must not keep the others back.
 */
export class Disagreements {
	readonly #warn: (line: string, item: LeftOut) => void;
	/** In the state that is being read. */
	readonly #disagreeing = new Map<string, LeftOut>();
	/** Those that did when all was last read again, and those that were told. */
	readonly #suspected = new Set<string>();
	readonly #told = new Set<string>();

	constructor(warn: (line: string, item: LeftOut) => void) {
		this.#warn = warn;
	}

	/** Takes notice of an item about which events and state disagree, or do so no more. */
	notice(kind: keyof LeftOut, id: number, isWrong: boolean): boolean {
		const item = `${kind} ${id}`;
		if (isWrong) this.#disagreeing.set(item, { [kind]: id });
		else {
			this.#suspected.delete(item);
			this.#told.delete(item);
		}
		return isWrong;
	}

	/**
	 * Ends the reading of a state.
	 *
	 * @throws MissingError if an item disagrees for the first time; tells of those that still do
	 */
	settle(): void {
		const about = new Map(this.#disagreeing);
		const items = [...about.keys()];
		this.#disagreeing.clear();
		const fresh = items.filter((item) => !this.#suspected.has(item));
		for (const item of items) this.#suspected.add(item);
		if (fresh.length > 0) throw new MissingError(`what happened to ${fresh.slice(0, 3).join(", ")}`);
		for (const item of items.filter((other) => !this.#told.has(other))) {
			this.#told.add(item);
			const reason = "the node's events and its state disagree about it";
			this.#warn(`${item} is left out: ${reason}. Ask other nodes (--rpc).`, about.get(item)!);
		}
	}
}
