import type { Hex } from "@umpire/commitment/constants.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { decodeTensorsOf, encodedSize } from "@umpire/runtime/tensors-codec.ts";
import { Cache } from "../cache.ts";
import { outputAgrees, type StatedOutput } from "../output-agreement.ts";
import type { Answer, Farm, FarmProgram } from "./farm.ts";
import { EVALUATE, RECOMPUTE } from "./shapes.ts";

/** Claims that are remembered. */
const MOST = 10_000;
/** Claims that a farm is asked about at once; of the others it is asked when they are looked at again. */
const AT_ONCE = 64;

/** Milliseconds after which a farm that said nothing of a claim is asked again. */
const PAUSE = 60_000;

/** What a farm says of a claim: `wrong` names who says so. */
interface Said {
	readonly wrong: Pick<Answer<unknown>, "id" | "worker"> | undefined;
	/** When it may be asked again (performance.now). */
	readonly again: number;
}

const NOTHING: Said = { wrong: undefined, again: Number.POSITIVE_INFINITY };

/** A claim, as a farm is asked about it. */
export interface Asked {
	/** Number and content. */
	readonly judged: string;
	readonly inputsRoot: Hex;
	/** What it states; workers are not told. */
	readonly traceRoot: Hex;
	/** Its output, where that alone is compared. */
	readonly stated: StatedOutput | undefined;
}

/**
 * Asks a farm which claims are wrong. What it says decides nothing but what is computed here first: a claim that it calls
 * wrong is computed at once, beside the others, and a claim that it calls right is computed in its turn, like one of which
 * it says nothing. So a worker that lies keeps no wrong claim from being found.
 */
export class Alarms {
	readonly #farm: Farm;
	readonly #loaded: FarmProgram;
	readonly #said = new Cache<string, Said>(MOST);
	readonly #never = new AbortController().signal;
	#asked = 0;

	constructor(farm: Farm, loaded: FarmProgram) {
		this.#farm = farm;
		this.#loaded = loaded;
	}

	/** Whether a worker says that a claim is wrong; starts asking where nobody was asked. Never waits. */
	isRaised(claim: Asked): boolean {
		const said = this.#said.peek(claim.judged);
		if (performance.now() >= (said?.again ?? 0) && this.#asked < AT_ONCE) void this.#ask(claim);
		return said?.wrong !== undefined;
	}

	/** A claim was computed here and is right: whoever called it wrong is told. */
	agreed(judged: string): void {
		const said = this.#said.peek(judged);
		if (said?.wrong === undefined) return;
		this.#said.set(judged, NOTHING);
		void this.#farm.refuse(said.wrong, "it calls a claim wrong that is right");
	}

	async #ask(claim: Asked): Promise<void> {
		this.#asked++;
		this.#said.set(claim.judged, NOTHING);
		const said = await this.#answer(claim).catch(() => undefined);
		this.#asked--;
		this.#said.set(claim.judged, said ?? { ...NOTHING, again: performance.now() + PAUSE });
	}

	async #answer({ inputsRoot, traceRoot, stated }: Asked): Promise<Said | undefined> {
		const payload = { program: this.#loaded.root, inputs: inputsRoot } as const;
		const provide = () => this.#farm.provide(this.#loaded, inputsRoot);
		if (stated === undefined) {
			const answer = await this.#farm.ask(RECOMPUTE, payload, this.#never, provide);
			return answer && { ...NOTHING, wrong: answer.result.traceRoot === traceRoot ? undefined : answer };
		}
		const answer = await this.#farm.ask(EVALUATE, payload, this.#never, provide);
		return answer && { ...NOTHING, wrong: (await this.#gives(answer, stated)) ? undefined : answer };
	}

	async #gives({ id, data }: Answer<unknown>, stated: StatedOutput): Promise<boolean> {
		const { program } = this.#loaded;
		const sizes = program.outputs.map(({ operator }) => {
			const { shape, width } = program.operators[operator];
			return { width, elements: elementCount(shape) };
		});
		if (data?.bytes !== encodedSize(sizes)) return false;
		const body = await this.#farm.client.data(id);
		const bytes = new Uint8Array(await new Response(body).arrayBuffer());
		return outputAgrees(program, decodeTensorsOf(bytes, sizes)[0], stated);
	}
}
