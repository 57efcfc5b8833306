import { type Compiled, compile } from "@umpire/compiler/compile.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { mobileNetV2, resNet50 } from "@umpire/testing/runtime/image-networks.ts";
import { describe, expect, test } from "vitest";

/** Compiles, and runs the program and the float model on the calibration inputs. */
const compileAndRun = (model: Model): Promise<Compiled> =>
	compile(model, { execute: (program) => openSession(program, { record: "trace" }) });

const planNames = ({ report }: Compiled): string[] => report.certificates.map(({ plan }) => plan);

describe("image networks with small images and few stages", () => {
	test("inverted residuals: one operator per convolution, its normalisation and Relu6", async () => {
		const model = mobileNetV2({ image: 32, stages: 4, classes: 10, seed: 1 });
		const compiled = await compileAndRun(model);
		const { operators } = compiled.program;
		const convolutions = model.graph.nodes.filter(({ opType }) => opType === "Conv");
		expect(operators.filter(({ form }) => form.type === "conv").length).toBe(convolutions.length);
		expect(operators[0].opType).toBe("Conv+BatchNormalization+Clip");
		expect(operators[0].low).toBe(0);
		expect(planNames(compiled)).toContain("float64 MatMul per position, rescaled by its weights");
		expect(compiled.report.fidelity!.outputs[0].maxRelRange).toBeLessThan(2e-3);
	});

	test("bottlenecks: convolutions over many channels are summed in slices", async () => {
		const compiled = await compileAndRun(resNet50({ image: 32, stages: 2, classes: 10, seed: 1 }));
		const plans = planNames(compiled);
		expect(plans.some((plan) => /^2 float32 Conv in [2-4] slices/.test(plan))).toBe(true);
		expect(plans.some((plan) => /^[3-9] float32 Conv/.test(plan))).toBe(false);
		const sums = compiled.program.operators.filter(({ opType }) => opType === "Add+Relu");
		expect(sums.length).toBe(7);
		expect(sums.every(({ low }) => low === 0)).toBe(true);
		expect(compiled.report.fidelity!.outputs[0].maxRelRange).toBeLessThan(2e-3);
	});
});
