import { existsSync } from "node:fs";
import type { Hex } from "@umpire/commitment/constants.ts";
import { FarmClient } from "@umpire/farm/client.ts";
import { readToken } from "@umpire/farm/token.ts";
import { dataFileOf } from "@umpire/onnx/write-file.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { fileOf } from "@umpire/store/folder-store.ts";
import type { Home } from "@umpire/store/home.ts";
import { putProgram } from "@umpire/store/programs.ts";

/** How an operator's farm is asked. */
export interface FarmOptions {
	readonly address: string;
	/** `farm/token` of the home folder by default. */
	readonly tokenFile?: string | undefined;
}

/** A program that a farm runs. */
export interface FarmProgram {
	readonly root: Hex;
	readonly program: Program;
	readonly commitment: ProgramCommitment;
}

/** The machines of one's own, and what their coordinator has been given to work with. */
export class Farm {
	readonly client: FarmClient;
	readonly #home: Home;
	/** Content that the coordinator has. */
	readonly #there = new Set<string>();

	private constructor(client: FarmClient, home: Home) {
		this.client = client;
		this.#home = home;
	}

	/** @throws UmpireError if the address is none or the token cannot be read */
	static async open(home: Home, { address, tokenFile }: FarmOptions): Promise<Farm> {
		const token = await readToken(tokenFile ?? home.path("farm", "token"));
		return new Farm(new FarmClient(address, token), home);
	}

	/** Uploads a program and inputs of the home folder, as far as the coordinator does not have them. */
	async provide(loaded: FarmProgram, inputs: Hex): Promise<void> {
		const { content } = this.#home;
		const isHere = (await content.stamp("programs", loaded.root)) !== null;
		if (!isHere) await putProgram(content, loaded.program, loaded.commitment);
		await this.#upload("programs", loaded.root);
		if (loaded.program.inputs.length > 0) await this.#upload("inputs", inputs);
	}

	async #upload(kind: "programs" | "inputs", root: Hex): Promise<void> {
		const path = `/content/${kind}/${fileOf(kind, root)}`;
		if (this.#there.has(path)) return;
		if (!(await this.client.has(path))) {
			const file = this.#home.content.pathOf!(kind, root);
			const data = dataFileOf(file);
			if (kind === "programs" && existsSync(data)) await this.client.putFile(`${path}.data`, data);
			await this.client.putFile(path, file);
		}
		this.#there.add(path);
	}
}
