import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Program } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Home, openHome } from "../src/home.ts";
import { getProgram, putProgram } from "../src/programs.ts";

let folder: string;
let home: Home;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-programs-"));
	home = openHome(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A matrix product whose second factor's columns are not neighbours: too long to settle from about 8,000 rows. */
function product(size: number): Program {
	const spec = { width: 8, low: -128, high: 127, scale: 1 } as const;
	const [a, b, y] = [
		[1, size],
		[size, 2],
		[1, 2],
	].map((shape) => ({ ...spec, shape, layout: [0, 1] }));
	return {
		name: "product",
		steps: 1,
		inputs: [
			{ ...a, name: "a" },
			{ ...b, name: "b" },
		],
		constants: [],
		operators: [
			{
				...y,
				kind: "Dot",
				form: { type: "matmul" },
				operands: [
					{ source: "input", index: 0 },
					{ source: "input", index: 1 },
				],
				rescale: { rows: [{ bias: 0n, multiplier: 1, shift: 20 }], axes: [] },
				node: "/product/MatMul",
				opType: "MatMul",
			},
		],
		outputs: [{ name: "y", operator: 0 }],
	};
}

// submitters and verifiers get their programs by `getProgram` alone
describe("a stored program", () => {
	it("comes back with the root that was asked for", async () => {
		const root = await putProgram(home.content, product(10));
		const { program, commitment } = await getProgram(home.content, root);
		expect(commitment.root).toBe(root);
		expect(program).toEqual(product(10));
	});

	it("that is missing says what to do", async () => {
		await expect(getProgram(home.content, `0x${"00".repeat(32)}`)).rejects.toThrow(/does not have program/);
	});

	it("in another one's place is refused", async () => {
		const [wanted, other] = [
			await putProgram(home.content, product(10)),
			await putProgram(home.content, product(11)),
		];
		await cp(home.path("programs", `${other}.onnx`), home.path("programs", `${wanted}.onnx`));
		await expect(getProgram(home.content, wanted)).rejects.toThrow(/has another program/);
	});

	it("that is not valid is refused, though its root is right", async () => {
		const heavy = product(12_000);
		expect(() => validateProgram(heavy)).toThrow();
		const root = await putProgram(home.content, heavy);
		await expect(getProgram(home.content, root)).rejects.toThrow(
			/cannot be used: Invalid operator 0 \(MatMul \/product\/MatMul\): .* more than 8000000/,
		);
	});
});
