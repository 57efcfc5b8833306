import { type ToyOperator, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { type Explored, explore } from "./explore.ts";
import type { Scenario } from "./scenario.ts";

/** One operator, two parts; or two operators, the first of two leaves. */
const ONE: readonly ToyOperator[] = [{ width: 8, elements: 2, outside: 4, parts: 2 }];
const TWO: readonly ToyOperator[] = [{ width: 8, elements: 160, outside: 3, parts: 1 }, ...ONE];

const parameters = {
	challengePeriod: 1,
	increment: 1,
	provingAllowance: 0,
	commitAllowance: 1,
	computeAllowance: 1,
	crowding: 1,
	depth: 1,
	window: 0,
};

interface Size {
	readonly operators: readonly ToyOperator[];
	readonly lazy?: boolean;
	/** three steps, in segments of so many */
	readonly segment?: number;
	readonly reserve: number;
	readonly challengePeriod?: number;
	readonly rivals: number;
	readonly demands?: number;
}

/** One part, so that what is explored is how segments are bound. */
const SINGLE: readonly ToyOperator[] = [{ width: 8, elements: 1, outside: 4, parts: 1 }];

function challengersGame({ operators, lazy = false, segment, reserve, rivals, ...rest }: Size): Scenario {
	if (segment !== undefined) return falseCheckpoint({ operators, segment, reserve, rivals, ...rest });
	const program = new ToyProgram(operators, 1, operators.length - 1, lazy);
	const output = { step: 0, operator: operators.length - 1, element: 1, by: 1 };
	const inner = { step: 0, operator: 0, element: operators[0].elements - 2, by: 1 };
	const fault = lazy || operators.length === 1 ? output : inner;
	const claimed = new ToyTrace(program, [fault]);
	// a lazy submitter may still choose the trace that it binds to its false output
	const bindings =
		lazy && operators.length > 1 ? [claimed, new ToyTrace(program, [inner, output])] : [claimed];
	return {
		parameters: { ...parameters, reserve, challengePeriod: rest.challengePeriod ?? 1 },
		claimed,
		right: new ToyTrace(program),
		honest: "challenger",
		rivals,
		demands: rest.demands ?? 0,
		...(lazy ? { bindings } : {}),
	};
}

/** A claim whose first checkpoint is false, with other traces that lead to it: their first step is false, too. */
function falseCheckpoint({ operators, segment = 0, reserve, rivals, ...rest }: Size): Scenario {
	const program = new ToyProgram(operators, 3, operators.length - 1, false, segment);
	const fault = { step: Math.min(segment, 3) - 1, operator: 0, element: 0, by: 1 };
	const claimed = new ToyTrace(program, [fault]);
	const other = new ToyTrace(program, [{ ...fault, step: 0 }, fault]);
	return {
		parameters: { ...parameters, reserve, challengePeriod: rest.challengePeriod ?? 1 },
		claimed,
		right: new ToyTrace(program),
		honest: "challenger",
		rivals,
		demands: rest.demands ?? 0,
		bindings: [claimed, other],
	};
}

function submittersGame({ operators, lazy = false, segment, reserve, rivals, ...rest }: Size): Scenario {
	const steps = segment === undefined ? 1 : 3;
	const right = new ToyTrace(new ToyProgram(operators, steps, operators.length - 1, lazy, segment));
	return {
		parameters: { ...parameters, reserve, challengePeriod: rest.challengePeriod ?? 1 },
		claimed: right,
		right,
		honest: "submitter",
		rivals,
		demands: rest.demands ?? 0,
		...(lazy || segment !== undefined ? { bindings: [right] } : {}),
	};
}

/** Seconds count one by one; every order of moves, every delay, every pause of the honest side up to its reserve. */
describe("an honest party that answers within its increment and reserve never loses: all games of these sizes", () => {
	const total: Explored[] = [];
	const visit = (scenario: Scenario, least: number): void => {
		const explored = explore(scenario);
		total.push(explored);
		expect(explored.states).toBeGreaterThanOrEqual(least);
	};

	test("a challenger, one false element, one rival dispute", () => {
		visit(challengersGame({ operators: ONE, reserve: 1, rivals: 1 }), 150_000);
	});
	test("a challenger, a lazy claim, one rival dispute", () => {
		visit(challengersGame({ operators: ONE, lazy: true, reserve: 0, rivals: 1 }), 400_000);
	});
	test("a challenger, two operators, no rival", () => {
		visit(challengersGame({ operators: TWO, reserve: 1, challengePeriod: 2, rivals: 0 }), 14_000);
	});
	test("a submitter, two operators, two rival disputes and a demand for its inputs", () => {
		visit(submittersGame({ operators: TWO, reserve: 0, rivals: 2, demands: 1 }), 280_000);
	});
	test("a submitter with a reserve, one operator, two rival disputes and a demand for its inputs", () => {
		visit(submittersGame({ operators: ONE, reserve: 1, rivals: 2, demands: 1 }), 130_000);
	});
	test("a submitter, a lazy claim, two rival disputes and a demand for its inputs", () => {
		visit(submittersGame({ operators: ONE, lazy: true, reserve: 0, rivals: 2, demands: 1 }), 150_000);
	});
	test("a submitter with a reserve, a lazy claim of two operators, one rival dispute", () => {
		visit(submittersGame({ operators: TWO, lazy: true, reserve: 1, rivals: 1 }), 8000);
	});
	test("a challenger, two segments of which the first ends falsely, no rival", () => {
		visit(challengersGame({ operators: SINGLE, segment: 2, reserve: 0, rivals: 0 }), 26_000);
	});
	test("a challenger with a reserve, one segment longer than the trace, no rival", () => {
		visit(challengersGame({ operators: SINGLE, segment: 4, reserve: 1, rivals: 0 }), 1);
	});
	test("a submitter, two segments, two rival disputes that may name either", () => {
		visit(submittersGame({ operators: SINGLE, segment: 2, reserve: 0, rivals: 2 }), 72_000);
	});
	test("a submitter with a reserve, two segments, one rival dispute", () => {
		visit(submittersGame({ operators: SINGLE, segment: 2, reserve: 1, rivals: 1 }), 2400);
	});
	test("at least a million states in all", () => {
		expect(total.reduce((sum, { states }) => sum + states, 0)).toBeGreaterThanOrEqual(1_000_000);
	});
});

describe("with one second more an honest party can lose", () => {
	test("a challenger", () => {
		const game = challengersGame({ operators: ONE, reserve: 1, rivals: 0 });
		expect(() => explore({ ...game, late: 1 })).toThrow(/was refused|ended as/);
	});
	test("a submitter", () => {
		const game = submittersGame({ operators: ONE, reserve: 1, rivals: 1 });
		expect(() => explore({ ...game, late: 1 })).toThrow(/was refused|ended as/);
	});
});
