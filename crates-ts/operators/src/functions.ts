import type { ElementType, FunctionDefinition } from "@umpire/onnx/model.ts";
import { Body } from "./body.ts";
import { carrier } from "./context.ts";
import { definitionOf } from "./forms.ts";
import { planOf } from "./plans.ts";
import type { Operator, Program } from "./program.ts";

/** Domain of the functions and their operator set's version; the bodies use ai.onnx 17. */
export const DOMAIN = "umpire";
export const OPSETS: ReadonlyMap<string, number> = new Map([
	["", 17],
	[DOMAIN, 1],
]);

/** Name of operator `index`'s function, such as Dot_3_conv. */
export const functionName = (operator: Operator, index: number): string =>
	`${operator.kind}_${index}_${operator.form.type}`;

/** The element type in which constants are stored. */
export const stored = (spec: { readonly width: number }): ElementType => `int${spec.width}` as ElementType;

/**
 * The ONNX function of one operator: standard operators only, exact on every admissible input.
 * Operands are float32 (8 and 16 bits) or float64 (32 bits) tensors of integers in logical shape,
 * constants integers of their width; the result is a tensor like the operands.
 * @param wide operators whose results travel as float64 whatever their width (wide.ts)
 * @throws ExactnessError if there is no exact way.
 */
export function functionOf(
	program: Program,
	index: number,
	wide: ReadonlySet<number> = new Set(),
): FunctionDefinition {
	const { context, plan } = planOf(program, index);
	const { form, operands } = context;
	const operator = program.operators[index];
	const body = new Body(wide.has(index) ? "float64" : undefined);
	const inputs = operands.map((operand, k) => {
		const { source, index: from } = operator.operands[k];
		const type = source === "operator" && wide.has(from) ? "float64" : carrier(operand.spec);
		return body.declare(`operand_${k}`, operand.data === undefined ? type : stored(operand.spec));
	});
	const converts = definitionOf(form).converts === true;
	const values = operands.map((operand, k) =>
		converts ? inputs[k] : body.cast(inputs[k], carrier(operand.spec)),
	);
	const result = body.cast(plan.emit(body, values), body.resultType ?? carrier(operator));
	body.name(result, "result");
	return {
		name: functionName(operator, index),
		domain: DOMAIN,
		inputs,
		outputs: ["result"],
		nodes: body.nodes,
		opsets: new Map([["", OPSETS.get("") ?? 17]]),
		doc: `${operator.node}: ${plan.name}.`,
	};
}
