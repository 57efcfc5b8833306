import { createHash, randomInt } from "node:crypto";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { decodeTensorsOf, encodedSize } from "@umpire/runtime/tensors-codec.ts";
import { type ClaimContent, claimOfOutput } from "@umpire/sdk/claim-content.ts";
import type { ContentStore } from "@umpire/store/content-store.ts";
import { Cache } from "../cache.ts";
import type { Answer, Farm, FarmProgram } from "./farm.ts";
import { COMMIT, EVALUATE } from "./shapes.ts";

/** Of so many claims, by and large, one is computed here whatever the farm says of it. */
const AUDITED = 8;
/** Claims that a farm is asked for at once. */
const AT_ONCE = 16;
/** Claims that are remembered. */
const MOST = 1000;

interface Asked {
	/** What two workers agree on. */
	readonly content?: ClaimContent;
	/** Whether it is computed here all the same, and compared. */
	readonly isAudited: boolean;
	readonly workers: readonly Answer<unknown>[];
}

/**
 * Claims that a farm computes beside this machine. A trace root can be checked by nothing but computing the trace, so a bond
 * is put on what two workers with tokens of their own answer alike, byte for byte; one claim of eight, drawn here, is
 * computed here as well, and if one differs nothing more is taken from this farm. Nothing waits for it.
 */
export class FarmedClaims {
	readonly #farm: Farm;
	readonly #loaded: FarmProgram;
	readonly #keep: (traceRoot: Hex, bytes: Uint8Array) => Promise<void>;
	readonly #say: (line: string) => void;
	readonly #draw: () => boolean;
	readonly #asked = new Cache<string, Asked>(MOST);
	readonly #never = new AbortController().signal;
	#running = 0;
	#isDistrusted = false;

	constructor(of: {
		readonly farm: Farm;
		readonly loaded: FarmProgram;
		/** Keeps a trace before it is claimed. */
		readonly kept: readonly ContentStore[];
		readonly say: (line: string) => void;
		/** Whether a claim is computed here as well. */
		readonly draw?: () => boolean;
	}) {
		this.#farm = of.farm;
		this.#loaded = of.loaded;
		this.#say = of.say;
		this.#draw = of.draw ?? (() => randomInt(AUDITED) === 0);
		this.#keep = async (traceRoot, bytes) => {
			for (const store of of.kept) await store.write("traces", traceRoot, bytes);
		};
	}

	/** What may be claimed without computing it here; starts asking where nobody was asked. Never waits. */
	ask(inputsRoot: Hex): ClaimContent | undefined {
		if (this.#isDistrusted) return undefined;
		const asked = this.#asked.peek(inputsRoot);
		if (asked === undefined && this.#running < AT_ONCE) void this.#start(inputsRoot);
		return asked?.isAudited === false ? asked.content : undefined;
	}

	/** What was computed here: if the farm says something else, nothing more is taken from it. */
	computed(inputsRoot: Hex, { traceRoot, opening }: ClaimContent): void {
		const asked = this.#asked.peek(inputsRoot);
		if (asked?.content === undefined) return;
		if (asked.content.traceRoot === traceRoot && asked.content.opening.root === opening.root) return;
		this.#isDistrusted = true;
		this.#say(
			`Workers ${asked.workers.map(({ worker }) => worker).join(" and ")} of the farm agree on a wrong claim: nothing more is claimed of what it computes.`,
		);
		for (const answer of asked.workers) void this.#farm.refuse(answer, "it agreed on a wrong claim");
	}

	async #start(inputsRoot: Hex): Promise<void> {
		this.#running++;
		const isAudited = this.#draw();
		this.#asked.set(inputsRoot, { isAudited, workers: [] });
		const found = await this.#agreed(inputsRoot).catch(() => undefined);
		this.#running--;
		if (found === undefined) return;
		const { content, workers } = found;
		this.#asked.set(inputsRoot, { content, isAudited, workers });
		if (isAudited) return;
		this.#say(`Inputs ${inputsRoot}: workers ${workers.map(({ worker }) => worker).join(" and ")} agree.`);
	}

	async #agreed(inputs: Hex): Promise<{ content: ClaimContent; workers: Answer<unknown>[] } | undefined> {
		const { program, root } = this.#loaded;
		const payload = { program: root, inputs } as const;
		const provide = () => this.#farm.provide(this.#loaded, inputs);
		const kind = program.lazy ? EVALUATE : COMMIT;
		const first = await this.#farm.ask(kind, payload, this.#never, provide);
		if (first?.own !== true) return undefined;
		const second = await this.#farm.ask(kind, payload, this.#never, provide, first.worker);
		if (second?.own !== true || second.worker === first.worker) return undefined;
		const key = ({ result, data }: Answer<unknown>) => JSON.stringify([result, data]);
		if (key(first) !== key(second)) {
			this.#say(`Workers ${first.worker} and ${second.worker} of the farm do not agree: it is done here.`);
			return undefined;
		}
		const workers = [first, second];
		if (program.lazy) {
			const output = await this.#outputOf(first);
			return output && { content: await claimOfOutput(program, output), workers };
		}
		const { traceRoot, opening } = COMMIT.result.parse(first.result);
		await this.#keep(traceRoot as Hex, await this.#bytesOf(first));
		const words = opening.words.map(BigInt);
		const content = { traceRoot, opening: { ...opening, words } } as ClaimContent;
		return { content, workers };
	}

	/** @throws Error unless they are what both answered */
	async #bytesOf({ id, data }: Answer<unknown>): Promise<Uint8Array> {
		const bytes = new Uint8Array(await new Response(await this.#farm.client.data(id)).arrayBuffer());
		const found = createHash("sha256").update(bytes).digest("hex");
		if (found !== data?.sha256) throw new Error(`The coordinator has other data of job ${id}`);
		return bytes;
	}

	async #outputOf(answer: Answer<unknown>): Promise<Elements | undefined> {
		const { program } = this.#loaded;
		const sizes = program.outputs.map(({ operator }) => {
			const { shape, width } = program.operators[operator];
			return { width, elements: elementCount(shape) };
		});
		if (answer.data?.bytes !== encodedSize(sizes)) return undefined;
		return decodeTensorsOf(await this.#bytesOf(answer), sizes)[0];
	}
}
