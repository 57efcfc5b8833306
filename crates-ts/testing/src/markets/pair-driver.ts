import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import type { Outcome } from "../chain/test-chain.ts";

/** Contracts and their model, played in step: every move goes to both, and both must say the same. */
export abstract class PairDriver<World, Move extends { readonly type: string }> {
	world: World;
	now: number;
	/** gas by name of the move: the most expensive one of each */
	readonly gas = new Map<string, number>();

	constructor(world: World, now: number) {
		this.world = world;
		this.now = now;
	}

	/** What the model says of a move at time `now`. */
	protected abstract applied(move: (Move | Action) & { readonly sender: Hex }): World | GameError;

	/** What the contracts say of it. */
	protected abstract sent(sender: Hex, action: Move | Action): Promise<Outcome>;

	/** The next move is made at time `at`. */
	wait(at: number): void {
		this.now = at - 1;
	}

	/**
	 * Makes a move on both sides, a second after the last one; the error's name if it is refused.
	 *
	 * @throws Error if they do not say the same
	 */
	async try(sender: Hex, action: Move | Action, label: string = action.type): Promise<string | undefined> {
		this.now++;
		const next = this.applied({ ...action, sender });
		const expected = next instanceof GameError ? next.errorName : undefined;
		const { error, gas } = await this.sent(sender, action);
		if (error !== expected) {
			const said = [expected, error].map((name) => name ?? "accepted");
			throw new Error(`${action.type}: the model says ${said[0]}, the contract ${said[1]}`);
		}
		if (next instanceof GameError) return expected;
		this.world = next;
		this.gas.set(label, Math.max(gas, this.gas.get(label) ?? 0));
		return undefined;
	}

	async play(sender: Hex, action: Move | Action, label?: string): Promise<void> {
		const refused = await this.try(sender, action, label);
		if (refused !== undefined) throw new Error(`${action.type} was refused: ${refused}`);
	}
}

/** Fields as what the chain and the model can be compared by: numbers as text, addresses in lower case. */
export function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
	if (typeof value === "string") return value.toLowerCase();
	return typeof value === "bigint" || typeof value === "number" ? `${value}` : value;
}

/** The named fields, as what the chain and the model can be compared by. */
export function pick(
	fields: Readonly<Record<string, unknown>>,
	names: readonly string[],
): Record<string, unknown> {
	return plain(Object.fromEntries(names.map((name) => [name, fields[name]])));
}

/** One after the other: a chain in this process answers no faster if it is asked all at once. */
export async function inTurn<T, R>(items: readonly T[], make: (item: T) => Promise<R>): Promise<R[]> {
	const made: R[] = [];
	for (const item of items) made.push(await make(item));
	return made;
}
