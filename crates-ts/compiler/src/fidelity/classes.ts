import { CompileError } from "@umpire/graph/errors.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { type Evidence, evidenceOf } from "./class-evidence.ts";
import type { Labels } from "./labels.ts";

/** Whether the rows of an output are scores of classes, so that another largest element is an error by itself. */
export interface ClassDecision {
	readonly isClasses: boolean;
	/** How that is known, in words that follow "rows are classes:" or "rows are no classes:". */
	readonly why: string;
}

/** What a user says of it. */
export interface ClassOptions {
	/** The outputs whose rows are scores of classes, and no others; `["none"]` for no output. */
	readonly classes?: readonly string[] | undefined;
	readonly labels?: Labels | undefined;
}

/** Stands for no output, unless one is called so. */
const NO_OUTPUT = "none";

/** Exporters of scikit-learn, of gradient boosting and of pipelines around both. */
const TABULAR_EXPORTERS = /^(skl2onnx|sklearn-onnx|onnxmltools|hummingbird)/i;

/** Whether a model comes from an exporter of models of tables. */
export const isTabular = ({ producer }: Pick<Model, "producer">): boolean => TABULAR_EXPORTERS.test(producer);

const TEXTS: Readonly<Record<Evidence, string>> = {
	probabilities: "they are probabilities of a softmax or a sigmoid",
	classifier: "a classifier gives them",
	ranked: "the model itself looks for the largest",
	product:
		"a product with weights gives them, as it gives scores of classes (--classes none if they are none)",
	none: "nothing in the model says so (--classes OUTPUT if they are)",
};

/**
 * Decides of which outputs the largest element of a row has to stay. What a user says counts, then labels, then
 * the model: probabilities, classifiers, and what it looks for the largest of itself. The result of a last
 * product with weights may be scores of classes as well as anything else: it counts as classes, as the error of taking
 * classes for numbers would go unseen, but not from exporters whose classifiers always say what they are.
 *
 * @throws CompileError if `classes` names what is no output
 */
export function classesOf(
	model: Model,
	{ classes, labels }: ClassOptions = {},
): (name: string, shape: readonly number[]) => ClassDecision {
	const names = model.graph.outputs.map(({ name }) => name);
	requireOutputs(classes, names);
	return (name, shape) => {
		if (classes !== undefined) {
			const isClasses = classes.includes(name);
			return { isClasses, why: isClasses ? "--classes names it" : "--classes does not name it" };
		}
		if (labels?.output === name) return { isClasses: true, why: "there are labels of it" };
		const evidence = evidenceOf(model.graph, name, shape.length);
		const isClasses = evidence !== "none" && !(evidence === "product" && isTabular(model));
		return { isClasses, why: TEXTS[isClasses ? evidence : "none"] };
	};
}

function requireOutputs(classes: readonly string[] | undefined, names: readonly string[]): void {
	const isNone = classes?.length === 1 && classes[0] === NO_OUTPUT;
	const stray = isNone ? undefined : classes?.find((name) => !names.includes(name));
	if (stray === undefined) return;
	throw new CompileError(`the model has no output "${stray}" whose rows could be classes`, {
		hint: `Name some of ${names.map((name) => `"${name}"`).join(", ")} by --classes, or none by --classes none`,
	});
}
