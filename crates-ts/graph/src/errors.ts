import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Node } from "@umpire/onnx/model.ts";

/** The name users find in Netron, with the operator type: `Conv "/conv1/Conv"`. */
export function describeNode(node: Node): string {
	return `${node.opType} "${node.name}"`;
}

/**
 * A model that cannot be compiled: the user's model or options must change.
 * `node` is the ONNX node at fault, `reason` what was found, `hint` what would help.
 */
export class CompileError extends UmpireError {
	override readonly name = "CompileError";
	readonly reason: string;
	readonly hint: string;
	readonly node: Node | undefined;

	constructor(reason: string, options: { node?: Node; hint?: string; cause?: unknown } = {}) {
		const where = options.node ? `${describeNode(options.node)}: ` : "";
		super("COMPILE", `${where}${reason}`, {
			advice: options.hint || undefined,
			separator: ". ",
			cause: options.cause,
		});
		this.reason = reason;
		this.hint = options.hint ?? "";
		this.node = options.node;
	}
}

/** An output that holds no number at all, computed from inputs that do. */
export class NotFiniteError extends CompileError {}
