import { failureText } from "./actor.ts";
import { about, type Subject } from "./subject.ts";

/** Milliseconds after which a trouble that goes on is told again. */
const AGAIN = 600_000;
/** Items whose troubles are remembered. */
const MOST = 10_000;
/** Milliseconds between two tries of a move that fails: the second comes at once, then ever later. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;

interface Trouble {
	readonly failures: number;
	readonly until: number;
}

/**
 * What goes wrong with single items (a claim, a request, a dispute): it costs that item only, is told once and not at
 * every look, and is tried again ever more seldom.
 */
export class Troubles {
	readonly #say: (line: string) => void;
	readonly #known = new Map<string, Trouble>();
	readonly #told = new Map<string, number>();

	constructor(say: (line: string) => void) {
		this.#say = say;
	}

	/**
	 * Makes one item's move. Whether anything was sent; false if it failed, which is told.
	 *
	 * @param subject the numbers that whatever is told meanwhile carries
	 */
	async attempt(item: string, move: () => Promise<boolean>, subject: Subject = {}): Promise<boolean> {
		const before = this.#known.get(item);
		if (before !== undefined && performance.now() < before.until) return false;
		return this.look(item, move, subject);
	}

	/** The same without a pause after failures: for what asks a workbench, which pauses itself. */
	look(item: string, move: () => Promise<boolean>, subject: Subject = {}): Promise<boolean> {
		return about(subject, () => this.#make(item, move));
	}

	async #make(item: string, move: () => Promise<boolean>): Promise<boolean> {
		const before = this.#known.get(item);
		try {
			const acted = await move();
			this.#known.delete(item);
			return acted;
		} catch (error) {
			const failures = (before?.failures ?? 0) + 1;
			const pause = failures === 1 ? 0 : Math.min(FIRST_PAUSE * 2 ** (failures - 2), LONGEST_PAUSE);
			remember(this.#known, item, { failures, until: performance.now() + pause });
			this.tell(`${item}: ${failureText(error)}`);
			return false;
		}
	}

	/** Says a line unless it, or another with the same name, was said within the last ten minutes. */
	tell(name: string, line = name): void {
		const before = this.#told.get(name);
		if (before !== undefined && performance.now() - before < AGAIN) return;
		remember(this.#told, name, performance.now());
		this.#say(line);
	}
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
	map.delete(key);
	map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > MOST) map.delete(oldest);
}
