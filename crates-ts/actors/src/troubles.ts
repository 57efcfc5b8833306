import { RevertError } from "@umpire/chain/errors.ts";
import { failureText } from "./actor.ts";
import { asRace } from "./race.ts";
import { about, type Subject } from "./subject.ts";

/** Milliseconds after which a trouble that goes on is told again. */
const AGAIN = 600_000;
/** Items whose troubles are remembered. */
const MOST = 10_000;
/** Milliseconds between two tries of a move that fails: the second comes at once, then ever later. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;
/** Milliseconds after which a refusal in the state of one and the same block is no longer a node that reads behind. */
const SETTLES = 4_000;
/** Milliseconds without another try after which a refusal is over: the move was not due any more. */
const OVER = LONGEST_PAUSE + 60_000;

/** Of a move that is anybody's: the block in whose state it is due. */
interface Race {
	readonly block: string | undefined;
}

interface Trouble {
	/** Those that were to be told. */
	readonly failures: number;
	readonly until: number;
	/** Of a move that is anybody's: when it was refused first, and in the state of which block. */
	readonly refused?: (Race & { readonly since: number }) | undefined;
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

	/**
	 * Makes one item's move that others make as well: the contract takes it from the first and refuses it to the rest, who
	 * have lost nothing by that. So a refusal is told only if the move is still due in the state of a later block.
	 *
	 * @param block hash of the block in whose state it is due
	 */
	async race(
		item: string,
		block: string | undefined,
		move: () => Promise<boolean>,
		subject: Subject = {},
	): Promise<boolean> {
		const before = this.#known.get(item);
		if (before !== undefined && performance.now() < before.until) return false;
		return about(subject, () => this.#make(item, () => asRace(move), { block }));
	}

	/** The same without a pause after failures: for what asks a workbench, which pauses itself. */
	look(item: string, move: () => Promise<boolean>, subject: Subject = {}): Promise<boolean> {
		return about(subject, () => this.#make(item, move));
	}

	/** Whether the contract has just refused a move that is anybody's: the next look shows whether it is still due. */
	get awaitsLook(): boolean {
		const now = performance.now();
		return [...this.#known.values()].some(({ failures, until }) => failures === 0 && now < until + SETTLES);
	}

	async #make(item: string, move: () => Promise<boolean>, race?: Race): Promise<boolean> {
		const before = this.#known.get(item);
		try {
			const acted = await move();
			this.#known.delete(item);
			return acted;
		} catch (error) {
			const now = performance.now();
			const refused =
				race !== undefined && error instanceof RevertError ? refusal(before, race, now) : undefined;
			if (refused !== undefined && refused.block === race?.block && now < refused.since + SETTLES) {
				remember(this.#known, item, { failures: 0, until: now + FIRST_PAUSE, refused });
				return false;
			}
			const failures = (before?.failures ?? 0) + 1;
			const pause = failures === 1 ? 0 : Math.min(FIRST_PAUSE * 2 ** (failures - 2), LONGEST_PAUSE);
			remember(this.#known, item, { failures, until: now + pause, refused });
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

/** Where a row of refusals began; one that nothing has followed for long is over. */
function refusal(before: Trouble | undefined, { block }: Race, now: number): NonNullable<Trouble["refused"]> {
	const first = before?.refused;
	return first === undefined || now > before!.until + OVER ? { block, since: now } : first;
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
	map.delete(key);
	map.set(key, value);
	const [oldest] = map.keys();
	if (map.size > MOST) map.delete(oldest);
}
