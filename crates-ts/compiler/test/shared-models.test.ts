import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readInputs } from "@umpire/onnx/input-files.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { compileChecked } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

const folder = process.env.UMPIRE_MODELS ?? join(import.meta.dirname, "../../../../shared/models");

const EZKL =
	"1l_average 1l_batch_norm 1l_conv 1l_conv_transpose 1l_div 1l_downsample 1l_eltwise_div 1l_elu 1l_erf 1l_flatten 1l_gelu_tanh_appx 1l_identity 1l_leakyrelu 1l_linear 1l_max_pool 1l_mean 1l_mlp 1l_powf 1l_prelu 1l_relu 1l_reshape 1l_sigmoid 1l_slice 1l_softmax 1l_sqrt 1l_tanh 1l_tiny_div 1l_where 2l_relu_fc 2l_relu_sigmoid 2l_relu_sigmoid_small 2l_relu_small 2l_sigmoid_small 3l_relu_conv_fc accuracy arange bitshift bitwise_ops boolean_identity clip doodles exp eye gather_elements hard_max hard_sigmoid hummingbird_decision_tree integer_div large_mlp layernorm lenet_5 less lightgbm linear_regression linear_svc log logsumexp lstm lstm_large max min oh_decision_tree quantize_dequantize reducel1 rnn scatter_nd selu softplus trig triu tutorial variable_cnn xgboost";

/** Large enough to take the reference evaluation more than a second. */
const LARGE = /MaxPool.d_stride_padding_dilation|operator_conv|operator_maxpool/;

interface Case {
	readonly model: string;
	readonly data: string;
}

function cases(): [string, Case][] {
	if (!existsSync(folder)) {
		console.warn("UMPIRE_MODELS names no folder of models: the tests of shared models do not run");
		return [];
	}
	const found: [string, Case][] = EZKL.split(" ").map((name) => {
		const path = join(folder, "ezkl", name);
		return [name, { model: join(path, "network.onnx"), data: join(path, "input.json") }];
	});
	found.push(["opt-mnist", { model: join(folder, "mnist/opt-mnist.onnx"), data: "" }]);
	for (const suite of ["pytorch-converted", "pytorch-operator"]) {
		for (const name of readdirSync(join(folder, "onnx", suite))) {
			if (LARGE.test(name)) continue;
			const path = join(folder, "onnx", suite, name);
			found.push([name, { model: join(path, "model.onnx"), data: join(path, "test_data_set_0") }]);
		}
	}
	return found;
}

describe("shared models compile and stay within 1 % of the float model's range", () => {
	const found = cases();
	test("there are models, or the folder is missing", () => {
		expect(found.length > 90 || !existsSync(folder)).toBe(true);
	});
	for (const [name, { model: path, data }] of found) {
		test(name, async () => {
			const model = readModel(path);
			const given = existsSync(data) ? readInputs(data, model.graph.inputs) : undefined;
			const inputs = given && [model.graph.inputs.map((input) => given.get(input.name)!)];
			const { report } = await compileChecked(model, inputs ? { inputs } : {});
			for (const output of report.fidelity!.outputs) {
				expect(output.maxRelRange, output.name).toBeLessThan(0.01);
				expect(output.argmaxAgrees, output.name).toBe(1);
			}
		});
	}
});
