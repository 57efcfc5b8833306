import type { ProgramSession } from "@umpire/runtime/executable.ts";
import type { Recording } from "@umpire/runtime/program-model.ts";

/** One open session of each kind, opened when it is first needed and then kept: opening loads all weights. */
export class Sessions {
	readonly #open: (record: Recording) => Promise<ProgramSession>;
	readonly #opened = new Map<Recording, Promise<ProgramSession>>();

	constructor(open: (record: Recording) => Promise<ProgramSession>) {
		this.#open = open;
	}

	/** @throws whatever opening throws; it is tried again the next time */
	get(record: Recording): Promise<ProgramSession> {
		const opened =
			this.#opened.get(record) ??
			this.#open(record).catch((error: unknown) => {
				this.#opened.delete(record);
				throw error;
			});
		this.#opened.set(record, opened);
		return opened;
	}

	/** Closes what was opened. */
	async release(): Promise<void> {
		for (const opened of this.#opened.values()) await (await opened).release();
		this.#opened.clear();
	}
}
