import type { Tensor } from "@umpire/onnx/model.ts";
import type { ErrorBudget } from "./fidelity/error-budget.ts";
import type { Labels } from "./fidelity/labels.ts";
import type { Executor } from "./fidelity/measure.ts";
import type { Carried } from "./import/steps.ts";
import type { RangeMethod } from "./quantise/calibration.ts";
import type { Pins } from "./quantise/pin.ts";

export interface CompileOptions {
	/** Calibration inputs: each set has one tensor per model input, in the model's order. */
	readonly inputs?: readonly (readonly Tensor[])[];
	/** Width of activations; 16 by default. */
	readonly bits?: 8 | 16;
	/**
	 * Width of the constant weights of products: 7 lets integer kernels multiply them (docs/decisions/0028), coarsely.
	 * By default as fine as sums stay exact.
	 */
	readonly weightBits?: 7;
	/** Fixed input shapes by input name. */
	readonly shapes?: Readonly<Record<string, readonly number[]>>;
	readonly name?: string;
	/** How often the model is repeated; 1 by default. */
	readonly steps?: number;
	/** Which outputs are which inputs of the next step. */
	readonly carry?: readonly Carried[];
	/** How ranges follow from calibration; by default what defaultMethod says. */
	readonly ranges?: RangeMethod;
	/**
	 * The largest error of an output, a number being a share of its range (of a probability, the
	 * error itself). Where it is larger, or the largest element is another, single tensors get more
	 * bits (fidelity/budget.ts). Needs `execute`.
	 */
	readonly budget?: number | ErrorBudget;
	/** Classes of the samples, by which a budget in points of accuracy judges; `inputs` have to be given. */
	readonly labels?: Labels;
	/**
	 * The outputs whose rows are scores of classes, the largest of which has to stay; `["none"]` for no output. By default
	 * what fidelity/classes.ts finds.
	 */
	readonly classes?: readonly string[];
	/**
	 * Whether tensors and weights become bytes where that is quicker, as far as `budget` allows (widths/): the largest error
	 * alone is judged then, on inputs of which a third set no ranges; of fewer than three, half the budget is used. Needs
	 * `execute` and `budget`, 16 bits and no pins.
	 */
	readonly fast?: boolean;
	/** Told how a long search goes on. */
	readonly progress?: (line: string) => void;
	/** False if the report need not say what every operator loses. */
	readonly losses?: boolean;
	/** Bits of single values; if there are any, the step of every grid is a power of two. */
	readonly pins?: Pins;
	/** Runs the program, so that the report can compare it with the float model (runtime's openSession). */
	readonly execute?: Executor;
}
