import { callOf } from "@umpire/chain/action-call.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { SeenGrid, SeenPoint } from "@umpire/markets/grid-steps.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { type ClaimContent, claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import type { Actor } from "../actor.ts";
import { Troubles } from "../troubles.ts";
import { act, landAll, type World } from "../world.ts";
import { type Claimant, honestly } from "./claimant.ts";

/** How a worker of the demonstration lies. */
export const LIES = {
	score: "states another score than it has reached",
	data: "trains on other data",
	hyper: "trains with other hyper-parameters",
	seed: "begins with other weights",
	steps: "trains for fewer steps",
	copy: "claims the result of another point",
	silence: "sits its reservation out",
} as const;
export type Lie = keyof typeof LIES;

/** The inputs that are replaced, by the lie. */
const CHANGED: Partial<Record<Lie, string>> = { data: "rows", hyper: "hyper", seed: "weights" };

/** A way to claim points that is not honest. */
export function dishonestly(lie: Lie, progress: (line: string) => void): Claimant {
	if (lie === "silence") return async () => [];
	if (lie === "score") {
		return honestly(progress, ({ steps, outputs }) => `${steps - 1}/${outputs[0].operator}:0`);
	}
	const made = new Map<number, Actor>();
	return async (world, grid, mine) => {
		for (const point of mine) {
			if (point.claim === undefined && !made.has(point.request)) {
				made.set(point.request, new FalseClaim(world, grid, point, lie, progress));
			}
		}
		return [...made.values()];
	};
}

/** Claims the trace of something else once, and does not defend it. */
class FalseClaim implements Actor {
	readonly name = "liar";
	readonly #claim: () => Promise<boolean>;
	readonly #land: () => Promise<void>;
	readonly #troubles: Troubles;
	#tried = false;

	constructor(world: World, grid: SeenGrid, point: SeenPoint, lie: Lie, progress: (line: string) => void) {
		this.#troubles = new Troubles(progress);
		this.#land = () => landAll(world, progress);
		this.#claim = async () => {
			const { request } = point;
			const { program } = await getProgram(world.home.content, point.program, world.limits);
			const inputs = await falseInputs(world, program, grid, point, lie);
			const content = await claimOf({ ...program, steps: lie === "steps" ? 1 : program.steps }, inputs);
			const value = world.contracts.deployment.parameters.submitterBond;
			const move = { type: "claim", value, request, ...content } as const;
			const sent = await act(world, `claim:${request}`, callOf(world.contracts, move));
			if (sent !== undefined) progress(`Claimed request ${request}; it ${LIES[lie]}.`);
			return sent !== undefined;
		};
	}

	async tick(): Promise<boolean> {
		if (this.#tried) return false;
		this.#tried = true;
		const acted = await this.#troubles.attempt("a false claim", this.#claim);
		await this.#land();
		return acted;
	}
}

async function falseInputs(
	{ home }: World,
	program: Program,
	{ points }: SeenGrid,
	point: SeenPoint,
	lie: Lie,
): Promise<Elements[]> {
	const other = points.find((one) => one.program === point.program && one.inputsRoot !== point.inputsRoot);
	const root: Hex = lie === "copy" && other !== undefined ? other.inputsRoot : point.inputsRoot;
	const inputs = (await getInputs(home.content, program, root))!;
	const changed = program.inputs.findIndex(({ name }) => name === CHANGED[lie]);
	if (changed === -1) return inputs;
	const elements = inputs[changed].slice();
	elements[0] = elements[0] > 0 ? elements[0] - 1 : elements[0] + 1;
	return inputs.with(changed, elements);
}

/** What a claim of a program's run would state. */
async function claimOf(program: Program, inputs: readonly Elements[]): Promise<ClaimContent> {
	const commitment = await commitProgram(program);
	const session = await openSession(program, { record: "trace" });
	try {
		return claimOfTrace(commitment, await recordTrace(session, commitment, inputs));
	} finally {
		await session.release();
	}
}
