import type { Node } from "@umpire/onnx/model.ts";
import type { Extended } from "./extended.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * What a node makes of operands with infinities: numbers and sides of every output that it says
 * something of; undefined if it asks for more than their order.
 */
export type Rule = (node: Node, around: Surroundings) => readonly (Extended | undefined)[] | undefined;
