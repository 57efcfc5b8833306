import { join } from "node:path";
import { profileModel, profileOf } from "@umpire/actors/profile.ts";
import { profileSvg } from "@umpire/actors/profile-svg.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { beforeAll, describe, expect, it } from "vitest";
import { type CompiledFile, compileFile, orderedInputs } from "../src/compile-file.ts";
import { openInputs, openModel } from "../src/models.ts";

const path = join(projectRoot, "testdata", "lenet-5.onnx");
const source = openModel(path);
const feeds = openInputs(join(projectRoot, "testdata", "lenet-5-input.json"), source, new Map());
let compiled: CompiledFile;

beforeAll(async () => {
	const options = { bits: 8, budget: { measure: "natural", most: 0 }, progress: () => {} } as const;
	compiled = await compileFile(path, options, [orderedInputs(source, feeds)]);
});

describe("a profile", () => {
	it("has what every node takes, in float and exactly, and a picture of it", async () => {
		const { model, program } = compiled;
		const profile = await profileModel(model, program, feeds, 5);
		const [convolution] = profile.rows;
		expect(convolution).toMatchObject({
			opType: "Conv+Relu",
			plans: ["float32 Conv, rescaled by its weights"],
		});
		for (const row of profile.rows.filter(({ opType }) => /Conv|Gemm/.test(opType))) {
			expect(row.float, row.node).toBeGreaterThan(0);
			expect(row.exact, row.node).toBeGreaterThan(0);
		}
		const exact = profile.rows.reduce((sum, row) => sum + row.exact, 0);
		expect(profile.exact).toBeCloseTo(exact, 6);
		const svg = profileSvg(profile);
		expect(svg.match(/<rect/g)?.length).toBeGreaterThan(10);
		expect(svg).toContain("float32 Conv, rescaled by its weights");
	});

	it("knows nodes that onnxruntime fused, moved to its own layout or added", () => {
		const { model, program } = compiled;
		const [conv, , , , gemm] = program.operators.filter(({ form }) => form.type !== "reshape");
		const call = (name: string, microseconds: number) => ({ name, opType: "X", microseconds });
		const last = conv.node.split(" + ").at(-1) ?? "";
		const output = model.graph.nodes.find(({ name }) => name === last)?.outputs[0] ?? "";
		const { rows } = profileOf(
			model,
			program,
			[
				call(`${output}_nchwc`, 10),
				call("ReorderOutput_token_3", 4),
				call(`fused ${gemm.node.split(" + ")[0]}`, 6),
			],
			[call("_inlfunc_Dot_0_conv_add_1", 8), call("ReorderInput", 2)],
		);
		expect(rows.find(({ node }) => node === conv.node)).toMatchObject({
			float: 14,
			exact: 10,
			kernels: { X: 10 },
		});
		expect(rows.find(({ node }) => node === gemm.node)?.float).toBe(6);
	});
});
