import { float, int, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** onnxruntime's FusedMatMul: alpha·A'·B', each transposed in its last axes, or with its first axis behind them, on demand. */
export function decomposeFusedMatMul(node: Node, context: DecomposeContext): void {
	const operand = (x: string, side: "A" | "B"): string => {
		const rank = context.shape(x).length;
		let perm = [...Array(rank).keys()];
		// The first axis moves to the last but one before the last two are exchanged.
		if (int(node, `transBatch${side}`, 0) === 1) perm = [...perm.slice(1, -1), 0, rank - 1];
		if (int(node, `trans${side}`, 0) === 1 && rank > 1)
			perm = [...perm.slice(0, -2), perm[rank - 1], perm[rank - 2]];
		return perm.every((axis, k) => axis === k) ? x : context.emit("Transpose", [x], { perm });
	};
	const [a, b] = node.inputs;
	const product = context.emit("MatMul", [operand(a, "A"), operand(b, "B")]);
	const alpha = float(node, "alpha", 1);
	const scaled =
		alpha === 1 ? product : context.emit("Mul", [product, scalarOf(context, context.type(a), alpha)]);
	finish(context, node, scaled);
}

/** Activations that onnxruntime fuses, with the names of their parameters in order. */
const ACTIVATIONS: Readonly<Record<string, readonly string[]>> = {
	Clip: [],
	HardSigmoid: ["alpha", "beta"],
	LeakyRelu: ["alpha"],
	Relu: [],
	Sigmoid: [],
	Tanh: [],
};

/** onnxruntime's FusedConv (conv(x, w, b) + z) and FusedGemm: the operator, then an activation. */
export function decomposeFused(node: Node, context: DecomposeContext): void {
	const conv = node.opType === "FusedConv";
	const own = [...node.attributes].filter(([name]) => !name.startsWith("activation"));
	const [sum] = conv ? node.inputs.slice(3) : [];
	const operands = conv ? node.inputs.slice(0, 3) : node.inputs;
	const product = context.emit(conv ? "Conv" : "Gemm", operands, Object.fromEntries(own));
	const y = sum ? context.emit("Add", [product, sum]) : product;
	const activation = string(node, "activation", "");
	const names = ACTIVATIONS[activation];
	if (activation !== "" && !names)
		throw context.error(`its activation is ${activation}`, "Export without fusion");
	if (activation === "") {
		finish(context, node, y);
		return;
	}
	const listed = node.attributes.get("activation_params");
	const values = listed?.type === "floats" ? listed.value : [];
	const type = context.type(node.inputs[0]);
	const inputs = activation === "Clip" ? [y, ...values.map((value) => scalarOf(context, type, value))] : [y];
	const fused = (name: string): number | undefined => values[names.indexOf(name)] ?? undefined;
	const attributes = names.flatMap((name) => {
		const value = fused(name) ?? (conv ? undefined : float(node, `activation_${name}`, Number.NaN));
		return value === undefined || Number.isNaN(value) ? [] : [[name, { type: "float", value }] as const];
	});
	finish(context, node, context.emit(activation, inputs, Object.fromEntries(attributes)));
}
