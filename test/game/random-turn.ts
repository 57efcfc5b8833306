import type { ToyTrace } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";

const KINDS = {
	request: 2,
	commit: 2,
	claim: 3,
	deliver: 1,
	bind: 3,
	challenge: 4,
	answer: 30,
	pursue: 30,
	descend: 2,
	badOpen: 1,
	badLeaf: 1,
	name: 2,
	partials: 2,
	settle: 3,
	direct: 1,
	timeout: 4,
	reclaim: 2,
	finalise: 2,
	refund: 1,
	withdraw: 2,
	demandInput: 8,
	answerInput: 6,
	collectAnswered: 2,
	timeoutInput: 3,
	reclaimInput: 2,
	register: 1,
	stop: 1,
} as const;

/** What happens next: a kind of move, numbers to fill it with, and how much time passes before it. */
export const arbitraryTurn = fc.record({
	kind: fc.oneof(
		...Object.entries(KINDS).map(([kind, weight]) => ({
			weight,
			arbitrary: fc.constant(kind as keyof typeof KINDS),
		})),
	),
	who: fc.nat({ max: 3 }),
	/** makes about one move in six wrong in some way */
	bad: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
	a: fc.nat({ max: 1 << 20 }),
	b: fc.nat({ max: 1 << 20 }),
	/** timeouts and finalisations come this many seconds after the last one that is too early, or whenever */
	edge: fc.option(fc.integer({ min: -1, max: 1 })),
	wait: fc.oneof(
		{ weight: 40, arbitrary: fc.integer({ min: 1, max: 4 }) },
		{ weight: 2, arbitrary: fc.integer({ min: 8, max: 40 }) },
		{ weight: 1, arbitrary: fc.integer({ min: 90, max: 130 }) },
	),
});
export type Turn = typeof arbitraryTurn extends fc.Arbitrary<infer T> ? T : never;

/** Traces that are claimed: the right one and false ones. All are of one program. */
export interface Traces {
	readonly right: ToyTrace;
	readonly wrong: readonly ToyTrace[];
}
