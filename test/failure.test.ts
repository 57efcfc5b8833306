import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

/** What a process tells that ends with the failure that an expression makes. */
function told(failure: string, verbose = false) {
	const script = `
		import { readFileSync } from "node:fs";
		import { UmpireError } from "@umpire/errors/umpire-error.ts";
		import { OnnxError, InputError } from "@umpire/onnx/errors.ts";
		import { CompileError } from "@umpire/graph/errors.ts";
		import { KeyError } from "@umpire/prover/verification-key.ts";
		import { RevertError } from "@umpire/chain/errors.ts";
		import { tellFailure } from "./bin/failure.ts";
		const made = (run) => { try { return run(); } catch (error) { return error; } };
		process.exitCode = tellFailure(${failure}, ${verbose});
	`;
	const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
		cwd: ROOT,
		encoding: "utf8",
		env: { ...process.env, NO_COLOR: "1" },
	});
	return { status, lines: stderr.trim().split("\n") };
}

test("what was foreseen is one line and the user's mistake, whoever throws it", () => {
	const advice = "{ advice: 'export it again' }";
	for (const kind of ["OnnxError", "InputError", "KeyError", "RevertError"]) {
		expect(told(`new ${kind}("it is damaged", ${advice})`), kind).toEqual({
			status: 1,
			lines: ["umpire: it is damaged: export it again"],
		});
	}
	expect(told("new CompileError('too wide', { hint: 'Use 16 bits' })")).toEqual({
		status: 1,
		lines: ["umpire: too wide. Use 16 bits"],
	});
});

test("what may pass says so by its exit code", () => {
	expect(told("new UmpireError('CHAIN', 'silent', { retryable: true })").status).toBe(75);
});

test("what the operating system refuses is no defect", () => {
	const { status, lines } = told("made(() => readFileSync('/none/there'))");
	expect([status, lines.length]).toEqual([1, 1]);
	expect(lines[0]).toMatch(/^umpire: ENOENT/);
});

test("anything else is a defect: another exit code, the stack, and that it is one", () => {
	for (const defect of ["made(() => undefined.x)", "new RangeError('undefined')", "new Error('undefined')"]) {
		const { status, lines } = told(defect);
		expect(status).toBe(70);
		expect(lines.at(-1)).toMatch(/^umpire: \w*Error: .*undefined.*This is a defect of Umpire.*report it/);
		expect(lines.some((line) => /^ +at /.test(line))).toBe(true);
	}
	expect(told("'a text'").lines).toEqual([expect.stringMatching(/^umpire: a text\. This is a defect/)]);
});

test("--verbose shows the code and where it came from", () => {
	const { lines } = told("new OnnxError('it is damaged', { cause: new Error('inner') })", true);
	expect(lines.at(-1)).toBe("umpire: it is damaged [MODEL]");
	expect(lines.some((line) => line.startsWith("caused by Error: inner"))).toBe(true);
});

test("escapes what is foreign, in messages and in stacks", () => {
	for (const failure of ["new OnnxError('\\u001b[2Jgone')", "new Error('\\u001b[2Jgone')"]) {
		expect(told(failure).lines.join("")).not.toContain("\u001b");
	}
});
