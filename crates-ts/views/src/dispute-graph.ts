import type { Elements } from "@umpire/commitment/elements.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import type { GraphNode, GraphView } from "./dispute-view.ts";
import type { TraceTensors } from "./element-reads.ts";
import { plainShape } from "./tensor-view.ts";
import { foreign, shapeText } from "./text.ts";

/** Operators that a strip shows; of longer programs those around the wrong one. */
const MOST_NODES = 9;

/** The operators around the wrong one, and how far the two traces agree. */
export function graphOf(
	program: Program,
	names: readonly string[],
	place: { readonly step: number; readonly operator: number },
	traces: { readonly own?: TraceTensors | undefined; readonly claimed?: TraceTensors | undefined },
): GraphView {
	const wrong = program.operators[place.operator];
	const operands = new Set<number>();
	const inputs = new Set<number>();
	for (const ref of wrong.operands) {
		if (ref.source === "operator") operands.add(ref.index);
		if (ref.source === "input") inputs.add(ref.index);
	}
	const wanted = chosen(program.operators.length, place.operator, operands);
	const nodes: GraphNode[] = [];
	if (program.inputs.length > 0 && (wanted[0] === 0 || inputs.size > 0)) {
		const input = [...inputs][0] ?? 0;
		nodes.push({
			name: foreign(program.inputs[input].name),
			shape: shapeText(plainShape(program.inputs[input].shape)),
			role: inputs.size > 0 ? "operand" : "same",
			operator: null,
			numbers: elementCount(program.inputs[input].shape),
			differing: null,
		});
	}
	let before = -1;
	for (const operator of wanted) {
		if (operator > before + 1) nodes.push(gap(operator - before - 1));
		const { shape } = program.operators[operator];
		nodes.push({
			name: names[operator],
			shape: shapeText(plainShape(shape)),
			role: roleOf(operator, place.operator, operands),
			operator,
			numbers: elementCount(shape),
			differing: differing(traces, place.step, operator),
		});
		before = operator;
	}
	const after = program.operators.length - 1 - before;
	if (after > 0) nodes.push(gap(after));
	return {
		nodes,
		constants: wrong.operands.flatMap((ref) => {
			if (ref.source !== "constant") return [];
			const { name, shape } = program.constants[ref.index];
			return [{ name: foreign(name), shape: shapeText(plainShape(shape)) }];
		}),
		note:
			traces.claimed === undefined
				? "The operators around the one in dispute. Everything before it is agreed."
				: "Numbers that differ between the claimed trace and the one computed here, operator by operator.",
	};
}

const gap = (count: number): GraphNode => ({
	name: `${count} more`,
	shape: "",
	role: "gap",
	operator: null,
	numbers: count,
	differing: null,
});

function roleOf(operator: number, wrong: number, operands: ReadonlySet<number>): GraphNode["role"] {
	if (operator === wrong) return "wrong";
	if (operands.has(operator)) return "operand";
	return operator < wrong ? "same" : "after";
}

/** All of a short program; of a long one what is read, and neighbours. */
function chosen(count: number, wrong: number, operands: ReadonlySet<number>): number[] {
	if (count <= MOST_NODES) return Array.from({ length: count }, (_, i) => i);
	const wanted = new Set<number>([wrong, ...[...operands].slice(-3)]);
	for (let away = 1; wanted.size < MOST_NODES - 2; away++) {
		if (wrong + away < count) wanted.add(wrong + away);
		if (wanted.size < MOST_NODES - 2 && wrong - away >= 0) wanted.add(wrong - away);
	}
	return [...wanted].sort((a, b) => a - b);
}

function differing(
	{ own, claimed }: { readonly own?: TraceTensors | undefined; readonly claimed?: TraceTensors | undefined },
	step: number,
	operator: number,
): number | null {
	const [one, other] = [own?.operators[step]?.[operator], claimed?.operators[step]?.[operator]];
	return one === undefined || other === undefined ? null : countDiffering(one, other);
}

function countDiffering(one: Elements, other: Elements): number {
	if (one === other) return 0;
	let count = 0;
	for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) count++;
	return count;
}
