import type { z } from "zod";
import {
	accusation,
	attestation,
	bounty,
	candidate,
	cover,
	grid,
	job,
	operator,
	point,
	worker,
} from "./consumer-items.ts";
import { balance, claim, demand, dispute, move, program, request, withdrawal } from "./game-items.ts";

/** The kinds of items, by the names that the index keeps them under. */
export const ITEMS = {
	program,
	request,
	claim,
	dispute,
	move,
	demand,
	withdrawal,
	balance,
	job,
	worker,
	grid,
	point,
	bounty,
	candidate,
	operator,
	attestation,
	accusation,
	cover,
} as const;
export type Kind = keyof typeof ITEMS;
type Items = { readonly [K in Kind]: z.infer<(typeof ITEMS)[K]> };
/** An item of a kind. */
export type Item<K extends Kind = Kind> = Items[K];
