import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";

/**
 * The rule of one operator: given a node and what the loss gains for each of its outputs ("" where nothing
 * follows from one), writes what it gains for the operands; undefined where nothing does.
 *
 * @param wanted the operands that matter, by index
 */
export type Gradient = (
	node: Node,
	tape: Tape,
	gains: readonly string[],
	wanted: ReadonlySet<number>,
) => readonly (string | undefined)[];

/** Rules by operator, as docs/operators.md names them. */
export type Gradients = Readonly<Record<string, Gradient>>;
