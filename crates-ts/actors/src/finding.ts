import { toPhysical } from "@umpire/commitment/tensor.ts";
import type { Kind, Program, TensorSpec } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { type Place, placeText } from "./defect.ts";
import type { TracePosition } from "./evidence.ts";

/** A wrong number, as people are told of it. */
export interface Finding extends Place {
	/** How many steps the program has. */
	readonly steps: number;
	readonly kind: Kind;
	/** The ONNX nodes and types, as Netron shows them. */
	readonly node: string;
	readonly opType: string;
	readonly shape: readonly number[];
	/** The element's index along each axis. */
	readonly position: readonly number[];
	readonly scale: number;
	/** Integers; times `scale` they are real values. */
	readonly claimed: number;
	readonly right: number;
}

/** Describes a wrong element; `physical` is its index in the committed order. */
export function findingOf(
	program: Program,
	{ step, operator }: TracePosition,
	physical: number,
	claimed: number,
	right: number,
): Finding {
	const { kind, node, opType, shape, scale } = program.operators[operator];
	const element = logicalIndex(program.operators[operator], physical);
	return {
		step,
		steps: program.steps,
		operator,
		element,
		kind,
		node,
		opType,
		shape,
		position: positionOf(element, shape),
		scale,
		claimed,
		right,
	};
}

/** A wrong number in one line. */
export function describeFinding(finding: Finding): string {
	const { opType, node, right, claimed } = finding;
	return `${placeText(finding, finding.steps)} (${opType} "${node}") is ${right}, not ${claimed}`;
}

/** The row-major index of the element at a physical index. */
export function logicalIndex({ shape, layout }: TensorSpec, physical: number): number {
	const indices = Int32Array.from({ length: elementCount(shape) }, (_, index) => index);
	return toPhysical(indices, shape, layout)[physical];
}

function positionOf(element: number, shape: readonly number[]): number[] {
	const position: number[] = [];
	let rest = element;
	for (const size of shape.toReversed()) {
		position.unshift(rest % size);
		rest = Math.floor(rest / size);
	}
	return position;
}
