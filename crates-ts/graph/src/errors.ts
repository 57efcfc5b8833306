import type { Node } from "@umpire/onnx/model.ts";

/** The name users find in Netron, with the operator type: `Conv "/conv1/Conv"`. */
export function describeNode(node: Node): string {
	return `${node.opType} "${node.name}"`;
}

/**
 * A model that cannot be compiled: the user's model or options must change.
 * `node` is the ONNX node at fault, `reason` what was found, `hint` what would help.
 */
export class CompileError extends Error {
	readonly reason: string;
	readonly hint: string;
	readonly node: Node | undefined;

	constructor(reason: string, options: { node?: Node; hint?: string; cause?: unknown } = {}) {
		const where = options.node ? `${describeNode(options.node)}: ` : "";
		const hint = options.hint ?? "";
		super(`${where}${reason}${hint ? `. ${hint}` : ""}`, { cause: options.cause });
		this.name = "CompileError";
		this.reason = reason;
		this.hint = hint;
		this.node = options.node;
	}
}
