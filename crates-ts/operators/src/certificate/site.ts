import type { ElementType, Node } from "@umpire/onnx/model.ts";
import type { Abstract } from "./abstract.ts";
import type { Reach } from "./exact.ts";

/** What a rule of the walk says of one node's result. */
export type Result = Omit<Abstract, "name" | "type"> & {
	readonly type: ElementType;
	/** The largest numbers met on the way to it, if they are not its own. */
	readonly reach?: readonly Reach[];
	/** Elements that the kernel needs besides its result. */
	readonly scratch?: number;
	/** Checked by the rule: not to be checked again. */
	readonly settled?: boolean;
};

/** The inputs and attributes of a node whose result a rule bounds. */
export interface Site {
	readonly node: Node;
	readonly inputs: readonly Abstract[];
	/** What is known of values by name. */
	readonly values: ReadonlyMap<string, Abstract>;
}
