import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import { concat, keccak256 } from "viem";

/** A program on inputs, and the output that was signed of it. */
export interface Statement {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly outputRoot: Hex;
}

/**
 * Which output of each question was signed, for as long as the key is used: the contract takes two signatures of two
 * outputs whatever epochs they are of, so that nothing of this is ever out of date. A line is added for each question
 * (134 bytes), to one of 256 files; only that one is read.
 */
export class SignedOutputs {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** The output of a question that was signed first; undefined if none was. */
	async find({ program, inputsRoot }: Statement): Promise<Hex | undefined> {
		const question = questionOf(program, inputsRoot);
		const text = await readFile(this.#fileOf(question), "utf8").catch((error: NodeJS.ErrnoException) => {
			if (error.code !== "ENOENT") throw error;
			return "";
		});
		// A line that was cut off by a crash is no line: its signature was seen by nobody.
		const found = text.split("\n").find((line) => line.length === LENGTH && line.startsWith(`${question} `));
		return found?.slice(question.length + 1) as Hex | undefined;
	}

	/**
	 * Writes an output down unless another one is there, and returns which is. Of two processes that write two outputs at
	 * once both are told the same one.
	 */
	async claim(statement: Statement): Promise<Hex> {
		const before = await this.find(statement);
		if (before !== undefined) return before;
		const question = questionOf(statement.program, statement.inputsRoot);
		const path = this.#fileOf(question);
		const line = `${question} ${statement.outputRoot}`;
		await mkdir(dirname(path), { recursive: true });
		const file = await open(path, "a", 0o600);
		try {
			// A line feed before it: what a crash has cut off stays a line of its own.
			await file.write(["", line, ""].join("\n"));
			await file.sync();
		} finally {
			await file.close();
		}
		return (await this.find(statement))!;
	}

	#fileOf(question: Hex): string {
		return join(this.#folder, question.slice(2, 4));
	}
}

/** Characters of a line: two hashes and a space. */
const LENGTH = 66 + 1 + 66;

const questionOf = (program: Hex, inputsRoot: Hex): Hex => keccak256(concat([program, inputsRoot]));
