import { type Trait, traitsOf } from "@umpire/graph/traits.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import type { Context } from "../lower/context.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import type { Decomposition } from "./decomposition.ts";

/** Emits the operators that compute one fused operator and binds every output that is used. */
export type Lowering = (fused: FusedOp, context: Context) => void;

/** What is in the way of compiling an operator, and what would help. */
export interface Refusal {
	readonly reason: string;
	readonly hint: string;
}

/** All that the compiler knows of one ONNX operator: it is lowered, rewritten into simpler ones, either as the case may be, or refused. */
export interface OnnxOperator {
	readonly name: string;
	/** "" for ONNX's own. */
	readonly domain: string;
	/** The first opset of its domain that has it. */
	readonly since: number;
	/** What it has in common with others (graph/traits.ts). */
	readonly traits: ReadonlySet<Trait>;
	/** How it becomes canonical operators. */
	readonly lower?: Lowering;
	/** How it becomes simpler ONNX operators, before anything is quantised; "keep" leaves it to `lower`. */
	readonly decompose?: Decomposition;
	/** Whether a node of it may have to be decomposed, where not every one is. */
	readonly isComposite?: (node: Node, graph: Graph) => boolean;
	readonly refuse?: Refusal;
	/** What becomes of it, in one line. */
	readonly summary: string;
}

/** A record, with the traits that the operator has. */
export function operator(
	record: Omit<OnnxOperator, "traits" | "domain"> & { readonly domain?: string },
): OnnxOperator {
	const { domain = "" } = record;
	return { ...record, domain, traits: traitsOf(domain === "" ? record.name : "") };
}
