import type { CompileReport } from "@umpire/compiler/fidelity/report.ts";
import type { Model } from "@umpire/onnx/model.ts";
import type { Program } from "@umpire/operators/program.ts";

/** What a user may not have meant: what the compiler chose for want of better, and what nobody will claim. */
export function compileWarnings(
	{ graph }: Model,
	program: Program,
	{ calibration }: Pick<CompileReport, "calibration">,
	given: ReadonlyMap<string, readonly number[]>,
): string[] {
	const warnings: string[] = [];
	if (calibration.synthetic && program.inputs.length > 0) {
		warnings.push(
			"Ranges were measured on synthetic inputs, which may be unlike those that will come: give samples with --calibrate.",
		);
	}
	for (const { name, dims } of graph.inputs) {
		const input = program.inputs.find((one) => one.name === name);
		if (input === undefined || given.has(name) || dims?.every((size) => typeof size === "number")) continue;
		const declared = dims === null ? "any shape" : `[${dims.map((size) => size ?? "?").join(", ")}]`;
		warnings.push(
			`Input "${name}" of ${declared} takes [${input.shape.join(", ")}] from now on: another size is another program (--shape ${name}=${input.shape.join(",")}).`,
		);
	}
	const [claimed, ...others] = program.outputs.map(({ name }) => `"${name}"`);
	if (others.length > 0) {
		warnings.push(
			`Claims state the output ${claimed} alone; ${others.join(", ")} ${others.length === 1 ? "is" : "are"} computed and committed to, but no contract is told of ${others.length === 1 ? "it" : "them"}.`,
		);
	}
	return warnings;
}
