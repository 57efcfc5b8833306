import { identityLayout } from "@umpire/graph/shapes.ts";
import type { Operator, Program } from "@umpire/operators/program.ts";
import type { State } from "./states.ts";

interface Wish {
	readonly layout: readonly number[];
	readonly weight: number;
}

/**
 * Layouts of inputs and operator outputs, so that the products of a Dot run along rows: the
 * channels of a convolution and the k axis of a matrix product come last. Where consumers
 * differ, the one with the longest runs decides. An input and its state are laid out alike.
 */
export function chooseLayouts(program: Program, states: readonly State[] = []): Program {
	const wishes = new Map<string, Wish>();
	for (const operator of program.operators) {
		operator.operands.forEach((ref, position) => {
			if (ref.source === "constant") return;
			const key = `${ref.source}:${ref.index}`;
			const tensor = ref.source === "input" ? program.inputs[ref.index] : program.operators[ref.index];
			const wish = wishOf(program, operator, position, tensor.shape);
			if (wish && wish.weight > (wishes.get(key)?.weight ?? 0)) wishes.set(key, wish);
		});
	}
	// Several inputs may become one operator: a second round brings the wish of the last to the first.
	for (const { input, operator } of [...states, ...states]) {
		const keys = [`operator:${operator}`, `input:${input}`];
		const [most] = keys.flatMap((key) => wishes.get(key) ?? []).sort((a, b) => b.weight - a.weight);
		if (most) for (const key of keys) wishes.set(key, most);
	}
	const layoutOf = (source: string, index: number, rank: number) =>
		wishes.get(`${source}:${index}`)?.layout ?? identityLayout(rank);
	return {
		...program,
		inputs: program.inputs.map((input, i) => ({
			...input,
			layout: layoutOf("input", i, input.shape.length),
		})),
		operators: program.operators.map((operator, i) => ({
			...operator,
			layout: layoutOf("operator", i, operator.shape.length),
		})),
	};
}

/** The layout that `operator` would like its operand at `position` to have, and how long its runs are then. */
function wishOf(
	program: Program,
	operator: Operator,
	position: number,
	shape: readonly number[],
): Wish | undefined {
	const identity = identityLayout(shape.length);
	const { form } = operator;
	if (form.type === "conv") {
		const { source, index } = operator.operands[1];
		const weights = source === "constant" ? program.constants[index] : program.operators[index];
		const perGroup = source === "input" ? program.inputs[index].shape[1] : weights.shape[1];
		const [first, second, ...spatial] = identity;
		// A single channel per group leaves the runs to the last spatial axis.
		if (perGroup === 1) return { layout: identity, weight: 1 };
		return { layout: [first, ...spatial, second], weight: perGroup };
	}
	if (form.type === "matmul") {
		const rank = shape.length;
		if (position === 0) return { layout: identity, weight: shape[rank - 1] };
		return { layout: [...identity.slice(0, -2), rank - 1, rank - 2], weight: shape[rank - 2] };
	}
	if (form.type === "sum" && position === 0) {
		const last = form.axes[form.axes.length - 1];
		return { layout: [...identity.filter((axis) => axis !== last), last], weight: shape[last] };
	}
	return undefined;
}
