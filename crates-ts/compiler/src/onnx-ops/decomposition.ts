import type { CompileError } from "@umpire/graph/errors.ts";
import type { Range } from "@umpire/graph/ranges.ts";
import type { AttributeInput } from "@umpire/onnx/builder.ts";
import type { ElementType, Node, Tensor } from "@umpire/onnx/model.ts";

/** What a decomposition knows of its node's surroundings, and how it writes what stands for the node. */
export interface DecomposeContext {
	/** Opset of the emitted nodes: 20 at least, so axes of reductions are inputs. */
	readonly opset: number;
	/** Shape of any value of the model; [] for a scalar. */
	shape(name: string): readonly number[];
	type(name: string): ElementType;
	/** What calibration saw of a value that depends on the inputs. */
	range(name: string): Range | undefined;
	/** The value if it does not depend on the model's inputs; undefined also for an omitted input (""). */
	constant(name: string | undefined): Tensor | undefined;
	/**
	 * Adds a node, composite or primitive; of another domain as "ai.onnx.ml.Scaler".
	 * @param outputs fresh names unless given
	 * @returns the first output's name
	 */
	emit(
		opType: string,
		inputs: readonly string[],
		attributes?: Readonly<Record<string, AttributeInput>>,
		outputs?: readonly string[],
	): string;
	/** The node of the model that computes the value; undefined for inputs and constants. */
	producer(name: string): Node | undefined;
	/** Whether anything reads the value, or the model gives it out. */
	isUsed(name: string): boolean;
	/** Adds a constant and gives its name. */
	tensor(value: Tensor): string;
	/** A name that the model does not use yet, for a further output of an emitted node. */
	fresh(base: string): string;
	/** States that these values play one part, as in the steps of a sequence: they get the range that all of them show together. */
	shareRange(names: readonly string[]): void;
	/** An error about the node. */
	error(reason: string, hint?: string): CompileError;
}

/**
 * Replaces a node: defines every output of it that is used, by nodes that `context.emit` adds.
 * The result "keep" leaves the node as it is (and nothing may have been emitted); any other is ignored.
 */
export type Decomposition = (node: Node, context: DecomposeContext) => unknown;
