import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const script = join(projectRoot, "bin", "umpire.ts");
const digits = join(projectRoot, "testdata", "digits");
const model = join(digits, "model.onnx");
let folder: string;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-command-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function umpire(...words: string[]) {
	const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], {
		encoding: "utf8",
		env: { ...process.env, NO_COLOR: "1", UMPIRE_HOME: join(folder, "home") },
	});
	return { status, stdout, stderr };
}

/** Runs a command that must fail, and gives the one line that it says. */
function complaint(...words: string[]): string {
	const { status, stdout, stderr } = umpire(...words);
	const lines = stderr.trim().split("\n");
	expect(status, stderr).toBe(1);
	expect(stdout).toBe("");
	expect(stderr).not.toMatch(/^ +at /m);
	return lines.at(-1)!;
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, content);
	return path;
}

/** A model of one node on an input of any shape. */
function smallModel(opType: string, dims: (number | string)[]): Uint8Array {
	const graph = new GraphBuilder("small");
	const x = graph.input("x", "float32", dims);
	graph.output(graph.node(opType, [x], {}, `/${opType}`, ["y"]), "float32", dims as number[]);
	return writeModel(graph.model());
}

describe("a program that misses its error budget", () => {
	const missing = ["--budget", "abs:1e-12"];

	it("is not written, unless the loss is accepted", async () => {
		const out = join(folder, "lossy");
		const refused = umpire("compile", model, "--out", out, ...missing);
		expect(refused.status).toBe(1);
		expect(refused.stdout).toMatch(/is missed: output .* arises at .*\n.*--accept-loss/);
		const accepted = umpire("compile", model, "--out", out, ...missing, "--accept-loss");
		expect(accepted.status, accepted.stderr).toBe(0);
		expect(await readdir(out)).toEqual(["digits.umpire.onnx"]);
	});

	it("fails its check by name", () => {
		const { status, stdout } = umpire("check", model, "--samples", "0", ...missing);
		expect(status).toBe(1);
		expect(stdout).toMatch(/not ok: output ".*" differs from the float model at \[.*more than 1e-12/);
	});

	it("is asked for with a budget that is one", () => {
		expect(complaint("compile", model, "--budget", "much")).toMatch(
			/--budget takes the largest error, as in 1%.*, not much\.$/,
		);
	});
});

describe("what cannot be read", () => {
	it("is refused in one line that says what to do", async () => {
		const bytes = await readFile(model);
		const truncated = await file("truncated.onnx", bytes.subarray(0, 2000));
		expect(complaint("compile", truncated)).toMatch(/truncated .* download or export it again/);
		expect(complaint("compile", await file("text.onnx", "hello"))).toMatch(/not an ONNX model/);
		expect(complaint("compile", join(folder, "none.onnx"))).toMatch(/does not exist/);
		expect(complaint("run", "0x7d", "--input", "x.json")).toMatch(/0x7d does not exist: give .* or the root/);
		expect(complaint("run", model, "--input", join(digits, "input-3.json"))).toMatch(/umpire compile/);
	});

	it("is named with what would help: operators, sizes, shapes, numbers", async () => {
		const unknown = await file("unknown.onnx", smallModel("StringNormalizer", [1, 4]));
		expect(complaint("check", unknown)).toMatch(/StringNormalizer/);
		const dynamic = await file("dynamic.onnx", smallModel("Relu", [1, "width"]));
		expect(complaint("check", dynamic)).toMatch(/--shape|x=/);
		const short = await file("short.json", '{"input_data": [[1, 2, 3]]}');
		expect(complaint("check", model, "--input", short)).toMatch(/3 elements.* needs 784/);
		const nan = await file(
			"nan.json",
			JSON.stringify({ input_data: [new Array(784).fill(0)] }).replace("0", "NaN"),
		);
		expect(complaint("check", model, "--input", nan)).toMatch(/finite/);
		expect(complaint("rehearse", model, "--defect", "9")).toMatch(/has 0 to 1/);
	});

	it("leaves nothing half-written", async () => {
		const out = join(folder, "out");
		complaint("compile", join(folder, "truncated.onnx"), "--out", out);
		expect(await readdir(folder)).not.toContain("out");
	});
});

describe("a command", () => {
	it("that does not exist is refused, and help is given", () => {
		expect(complaint("frobnicate")).toMatch(/umpire --help/);
		expect(umpire("help", "rehearse").stdout).toMatch(/--defect 3:17/);
	});

	it("refuses what is no number, or none that helps, by the option's name", () => {
		expect(complaint("submit", "1", "--seed", "abc")).toBe(
			"umpire: --seed takes a whole number from 0 to 9007199254740991, not abc.",
		);
		expect(complaint("request", "1", "--within", "0")).toMatch(
			/--within takes a whole number of seconds from 1/,
		);
		expect(complaint("check", model, "--budget", "-1")).toMatch(
			/--budget takes the largest error, as in 1%.*, not -1\.$/,
		);
		expect(complaint("check", model, "--bits", "8", "--bits", "16")).toMatch(/--bits is given 2 times/);
		expect(complaint("result", "one")).toMatch(/<request> takes a whole number from 1 on, not one/);
	});

	it("reads every number by the one rule of numbers.ts", async () => {
		const files = await readdir(join(projectRoot, "bin"), { recursive: true });
		for (const name of files.filter((path) => path.endsWith(".ts"))) {
			const text = await readFile(join(projectRoot, "bin", name), "utf8");
			expect(/type: "number"/.test(text), name).toBe(false);
		}
	});

	it("names the help of the command that was meant", () => {
		expect(complaint("submit", "1", "--wat")).toMatch(/Unknown argument: wat\. See umpire submit --help\.$/);
		expect(complaint("statsu")).toBe("umpire: Did you mean status? See umpire --help.");
		expect(complaint()).toBe("umpire: Name a command; umpire --help lists them.");
	});

	it("prints data to stdout and progress to stderr", () => {
		const out = join(folder, "programs");
		const input = join(digits, "input-3.json");
		const compiled = umpire("compile", model, "--calibrate", input, "--out", out, "--json");
		const { file: program, root } = JSON.parse(compiled.stdout);
		expect(compiled.stderr).toMatch(/Compiling digits/);
		const run = JSON.parse(umpire("run", program, "--input", input, "--json").stdout);
		expect(run.program).toBe(root);
		expect(run.traceRoot).toMatch(/^0x[0-9a-f]{64}$/);
		const { values } = run.outputs[0];
		expect(values.indexOf(Math.max(...values))).toBe(3);
		const again = umpire("compile", model, "--calibrate", input, "--out", out, "--json");
		expect(JSON.parse(again.stdout).root).toBe(root);
	});

	it("explains what every pass of a compilation does", () => {
		const out = join(folder, "explained");
		const { stdout } = umpire("compile", model, "--explain", "--out", out);
		expect(stdout).toMatch(
			/^fold: what does not depend on the inputs.*\n {2}needs model, feeds, float.*; leaves /m,
		);
		expect(stdout).toMatch(/^build: .*\n.*\n {2}3 nodes → operators 2 Dot$/m);
		const { passes } = JSON.parse(umpire("compile", model, "--explain", "--out", out, "--json").stdout);
		expect(passes.at(-1)).toMatchObject({ name: "build", operators: { Dot: 2 } });
		expect(umpire("help", "compile").stdout).toMatch(/--explain/);
	});

	it("check settles elements and says so in JSON", () => {
		const input = join(digits, "input-3.json");
		const { status, stdout } = umpire(
			"check",
			model,
			"--input",
			input,
			"--expect",
			input,
			"--samples",
			"1",
			"--json",
		);
		const result = JSON.parse(stdout);
		expect(result).toMatchObject({
			ok: true,
			model: "digits",
			parameters: 15_910,
			kinds: ["Dot"],
			exact: true,
			settled: { sampled: 1, agreed: 1 },
		});
		expect(status).toBe(0);
	});
});

describe("help", () => {
	it("begins with what a command is about, and ends with what all commands have", () => {
		const { stdout } = umpire("submit", "--help");
		const headings = [...stdout.matchAll(/^[A-Z].*:$/gm)].map(([heading]) => heading);
		expect(headings.slice(0, 3)).toEqual(["Positionals:", "Options:", "The chain, and whose key signs:"]);
		expect(headings.slice(-2)).toEqual(["Of every command:", "Examples:"]);
		expect(stdout.indexOf("--least-fee")).toBeLessThan(stdout.indexOf("--rpc"));
	});
});

it("a word that looks like a number stays the word that was typed", () => {
	expect(complaint("run", "0xab", "--input", "none.json")).toContain("0xab");
});
