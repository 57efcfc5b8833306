import type { Operator, Program } from "@umpire/operators/program.ts";

/** Which sides an operator depends on: a bit for each. */
type Sides = 0 | 1 | 2 | 3;

/**
 * Whether two inputs of a program mean the same to it: whatever depends on one of them alone is computed operator by
 * operator as its twin is from the other, and what depends on both treats all its elements alike. Then the same values
 * of both inputs give the same values everywhere.
 *
 * @returns the node of an operator that differs from its twin; undefined if none does
 */
export function unpairedNode(program: Program, first: number, second: number): string | undefined {
	const { operators } = program;
	const sides = sidesOf(program, first, second);
	const of = (wanted: Sides): number[] => [...operators.keys()].filter((at) => sides[at] === wanted);
	const [ones, others] = [of(1), of(2)];
	const twins = new Map(ones.map((at, i) => [at, others[i]]));
	for (const [i, at] of ones.entries()) {
		const twin = operators[others[i]];
		const mapped = operators[at].operands.map((operand) => {
			if (operand.source === "input" && operand.index === first) return { ...operand, index: second };
			if (operand.source === "operator")
				return { ...operand, index: twins.get(operand.index) ?? operand.index };
			return operand;
		});
		if (twin === undefined || textOf({ ...operators[at], operands: mapped }) !== textOf(twin)) {
			return operators[at].node;
		}
	}
	if (ones.length !== others.length) return operators[others[ones.length]].node;
	return of(3)
		.map((at) => operators[at])
		.find(({ rescale }) => (rescale?.rows.length ?? 1) > 1)?.node;
}

function sidesOf({ operators }: Program, first: number, second: number): Sides[] {
	const sides = new Array<Sides>(operators.length).fill(0);
	// States lead from later operators to earlier ones: what depends on them is known when nothing changes any more.
	for (let changed = true; changed; ) {
		changed = false;
		for (const [at, { operands }] of operators.entries()) {
			let found = sides[at] as number;
			for (const { source, index } of operands) {
				if (source === "input") found |= index === first ? 1 : index === second ? 2 : 0;
				if (source === "operator" || source === "state") found |= sides[index];
			}
			if (found === sides[at]) continue;
			sides[at] = found as Sides;
			changed = true;
		}
	}
	return sides;
}

/** All that an operator computes by, its names apart. */
function textOf({ node: _node, opType: _type, ...rest }: Operator): string {
	return JSON.stringify(rest, (_key, value: unknown) => {
		if (typeof value === "bigint") return `${value}n`;
		return ArrayBuffer.isView(value) && !(value instanceof DataView) ? [...(value as Int32Array)] : value;
	});
}
