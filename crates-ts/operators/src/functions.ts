import type { ElementType, FunctionDefinition } from "@umpire/onnx/model.ts";
import { Body, MICROSOFT } from "./body.ts";
import { carrier } from "./context.ts";
import { definitionOf } from "./forms.ts";
import { isNarrow, type TravelType } from "./narrow.ts";
import { emitWide } from "./narrow-nodes.ts";
import { planOf } from "./plans.ts";
import type { Operator, Program } from "./program.ts";

/** Domain of the functions and their operator set's version; the bodies use ai.onnx 17. */
export const DOMAIN = "umpire";
export const OPSETS: ReadonlyMap<string, number> = new Map([
	["", 17],
	[DOMAIN, 1],
]);

/** Imported by the functions that call onnxruntime's integer kernels, and by their models. */
export const MICROSOFT_OPSET: readonly (readonly [string, number])[] = [[MICROSOFT, 1]];

/** Name of operator `index`'s function, such as Dot_3_conv. */
export const functionName = (operator: Operator, index: number): string =>
	`${operator.kind}_${index}_${operator.form.type}`;

/** The element type in which constants are stored. */
export const stored = (spec: { readonly width: number }): ElementType => `int${spec.width}` as ElementType;

/**
 * The ONNX function of one operator, of standard operators and onnxruntime's integer kernels, exact on every admissible
 * input.
 * Operands are float32 (8 and 16 bits) or float64 (32 bits) tensors of integers in logical shape,
 * constants integers of their width; the result is a tensor like the operands.
 * @param travel operators whose results travel in other types than the carriers of their widths (travel.ts)
 * @throws ExactnessError if there is no exact way.
 */
export function functionOf(
	program: Program,
	index: number,
	travel: ReadonlyMap<number, TravelType> = new Map(),
): FunctionDefinition {
	const { context, plan } = planOf(program, index);
	const { form, operands } = context;
	const operator = program.operators[index];
	const body = new Body(travel.get(index));
	const inputs = operands.map((operand, k) => {
		const { source, index: from } = operator.operands[k];
		const own = operand.data === undefined ? carrier(operand.spec) : stored(operand.spec);
		return body.declare(`operand_${k}`, (source === "operator" ? travel.get(from) : undefined) ?? own);
	});
	const converts = definitionOf(form).converts === true;
	const values = operands.map((operand, k) => {
		const type = body.type(inputs[k]);
		if (isNarrow(type)) {
			const takes = plan.takes?.[k] === type || (plan.moves === true && body.resultNarrow === type);
			return takes ? inputs[k] : emitWide(body, inputs[k], operand.range);
		}
		return converts ? inputs[k] : body.cast(inputs[k], carrier(operand.spec));
	});
	const emitted = plan.emit(body, values);
	const result =
		body.resultNarrow === undefined ? body.cast(emitted, body.resultType ?? carrier(operator)) : emitted;
	body.name(result, "result");
	return {
		name: functionName(operator, index),
		domain: DOMAIN,
		inputs,
		outputs: ["result"],
		nodes: body.nodes,
		opsets: new Map([
			["", OPSETS.get("") ?? 17],
			...(body.nodes.some(({ domain }) => domain === MICROSOFT) ? MICROSOFT_OPSET : []),
		]),
		doc: `${operator.node}: ${plan.name}.`,
	};
}
