import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Point, TwistPoint } from "@umpire/markets/attester-state.ts";
import { type Home, hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import { SignedOutputs } from "./signed-outputs.ts";

/** What an operator has signed, as aggregators collect it. */
export interface SignedVote {
	readonly claim: number;
	readonly epoch: number;
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly outputRoot: Hex;
	readonly operator: number;
	readonly signature: Point;
	readonly key: TwistPoint;
}

/** Votes that are kept for aggregators, and for showing witnesses: those of claims that ended long ago serve nothing. */
const MOST = 5000;

const isList = (value: unknown): boolean =>
	Array.isArray(value) &&
	value.every((vote) =>
		hasAll(vote, {
			claim: (n) => typeof n === "number",
			epoch: (n) => typeof n === "number",
			program: (text) => typeof text === "string",
			inputsRoot: (text) => typeof text === "string",
			outputRoot: (text) => typeof text === "string",
			signature: Array.isArray,
			key: Array.isArray,
		}),
	);

/**
 * What was signed, written down before anybody sees it: two outputs of one program on the same inputs cost the whole
 * stake, whatever was the matter with the machine.
 */
export class SignedVotes {
	readonly #path: string;
	readonly #outputs: SignedOutputs;
	#votes: readonly SignedVote[] | undefined;

	constructor(home: Home, name: string) {
		this.#path = home.path("attesters", `${name}.signed.json`);
		this.#outputs = new SignedOutputs(home.path("attesters", `${name}.signed`));
	}

	async all(): Promise<readonly SignedVote[]> {
		const advice = "it says what was signed: put it back from a copy, or leave with another home folder.";
		this.#votes ??= (await readJson<readonly SignedVote[]>(this.#path, isList, advice)) ?? [];
		return this.#votes;
	}

	/**
	 * Writes a vote down.
	 *
	 * @throws UmpireError if another output of the same program and inputs was signed before
	 */
	async add(vote: SignedVote): Promise<void> {
		// Another process of the same home folder may have signed meanwhile.
		this.#votes = undefined;
		const before = await this.all();
		const isOther = ({ program, inputsRoot, outputRoot }: SignedVote) =>
			program === vote.program && inputsRoot === vote.inputsRoot && outputRoot !== vote.outputRoot;
		// Home folders of earlier versions have this list alone.
		if (before.some(isOther) || (await this.#outputs.claim(vote)) !== vote.outputRoot) {
			const other = before.find(isOther);
			const signed =
				other === undefined ? "one that was signed long ago" : `claim ${other.claim}, which was signed`;
			throw new UmpireError(
				"STORED",
				`Not signed: claim ${vote.claim} states another output than ${signed}`,
				{ advice: "one of two results that were computed here is wrong: check this machine." },
			);
		}
		for (const forgotten of before.slice(0, Math.max(0, before.length + 1 - MOST))) {
			await this.#outputs.claim(forgotten);
		}
		const votes = [...before, vote].slice(-MOST);
		await writeJson(this.#path, votes);
		this.#votes = votes;
	}
}
