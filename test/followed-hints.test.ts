// biome-ignore-all lint/suspicious/noTemplateCurlyInString: hints are compared as they stand in the sources
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { afterAll, describe, expect, it, vi } from "vitest";
import { main } from "../bin/main.ts";

const folder = mkdtempSync(join(tmpdir(), "umpire-hints-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command within this process, and gives its exit code and all that it says. */
async function umpire(words: readonly string[]): Promise<{ code: number; said: string }> {
	const said: string[] = [];
	const listen = (text: unknown): boolean => {
		said.push(String(text));
		return true;
	};
	const spies = [
		vi.spyOn(process.stdout, "write").mockImplementation(listen),
		vi.spyOn(process.stderr, "write").mockImplementation(listen),
	];
	const before = process.exitCode;
	process.exitCode = 0;
	try {
		const code = await main([...words, "--home", join(folder, "home")]);
		return { code, said: said.join("") };
	} finally {
		for (const spy of spies) spy.mockRestore();
		process.exitCode = before;
	}
}

function file(name: string, content: string | Uint8Array): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

/** x [1, columns] times weights, squashed, as `y`; `more` is a second output with one number a row. */
function small(name: string, columns: number | string, more = false): string {
	const graph = new GraphBuilder("small");
	const x = graph.input("x", "float32", [1, columns]);
	const y = graph.node("Tanh", [x], {}, "/squashed", ["y"]);
	graph.output(y, "float32", [1, columns as number]);
	if (more) {
		const axes = graph.constant("axes", tensorFrom("int64", [1], [1]));
		const z = graph.node("ReduceSum", [x, axes], { keepdims: 1 }, "/sum", ["z"]);
		graph.output(z, "float32", [1, 1]);
	}
	return file(name, writeModel(graph.model()));
}

const plain = small("plain.onnx", 3);
const open = small("open.onnx", "n");
const two = small("two.onnx", 3, true);
const rows = file("rows.csv", "0.1,0.2,0.9\n0.8,-0.3,0.4\n");
const far = file("far.json", JSON.stringify({ input_data: [[1e6, 0, 0]] }));
/** A difference of large numbers, which 8 bits leave little of. */
const steep = ((): string => {
	const graph = new GraphBuilder("steep");
	const x = graph.input("x", "float32", [1, 64]);
	const y = graph.node(
		"Sub",
		[graph.node("Relu", [graph.node("Add", [x, graph.scalar("one", 1)])]), x],
		{},
		"/y",
		["y"],
	);
	graph.output(y, "float32", [1, 64]);
	return file("steep.onnx", writeModel(graph.model()));
})();
const outliers = file(
	"outliers.json",
	JSON.stringify({ input_data: [Array.from({ length: 64 }, (_, k) => (k === 7 ? 40 : Math.sin(k)))] }),
);
const classes = file("classes.txt", "2\n0\n");
const one = file("one.json", "[[2]]");
const few = file("few.txt", "2\n");
const points = ["--budget", "points:0.5"];
const compiled = (...words: string[]): string[] => ["compile", ...words, "--out", folder];

interface Followed {
	/** What the hint says of options, as it stands in the source. */
	readonly hint: string;
	/** What it is said to. */
	readonly refused: readonly string[];
	/** What it is told to do instead; `found` are the groups of `said`. */
	readonly followed: (found: readonly string[]) => readonly string[];
	/** Where the text holds what the user is to give. */
	readonly said?: RegExp;
}

const FOLLOWED: readonly Followed[] = [
	{
		hint: "give one with --shape",
		refused: compiled(open),
		said: /give one with (--shape) (x=1),SIZE/,
		followed: ([option, sizes]) => compiled(open, option, `${sizes},3`),
	},
	{
		hint: "or a sample with --input or --calibrate",
		refused: compiled(open),
		followed: () => compiled(open, "--calibrate", rows),
	},
	{
		hint: "Say how many steps there are: --steps",
		refused: compiled(plain, "--carry", "y=x"),
		followed: () => compiled(plain, "--carry", "y=x", "--steps", "2"),
	},
	{
		hint: "Say which output is which input of the next step: --carry OUTPUT=INPUT",
		refused: compiled(plain, "--steps", "2"),
		followed: () => compiled(plain, "--steps", "2", "--carry", "y=x"),
	},
	{
		hint: "run without --strict to clip it",
		refused: ["run", join(folder, "plain.umpire.onnx"), "--input", far, "--strict"],
		followed: () => ["run", join(folder, "plain.umpire.onnx"), "--input", far],
	},
	{
		hint: "Give --labels FILE, a class for every sample in order",
		refused: compiled(plain, "--calibrate", rows, ...points),
		followed: () => compiled(plain, "--calibrate", rows, ...points, "--labels", classes),
	},
	{
		hint: "say of which one the labels are the largest element's place: --labels-of NAME",
		refused: compiled(two, "--calibrate", rows, ...points, "--labels", classes),
		followed: () => compiled(two, "--calibrate", rows, ...points, "--labels", classes, "--labels-of", "y"),
	},
	{
		hint: "Name an output with a score for every class by --labels-of",
		refused: compiled(two, "--calibrate", rows, ...points, "--labels", classes, "--labels-of", "z"),
		followed: () => compiled(two, "--calibrate", rows, ...points, "--labels", classes, "--labels-of", "y"),
	},
	{
		hint: "give a label for every sample, in the order of --calibrate",
		refused: compiled(plain, "--calibrate", rows, ...points, "--labels", few),
		followed: () => compiled(plain, "--calibrate", rows, ...points, "--labels", classes),
	},
	{
		hint: "Give labels of all samples, in the order of --calibrate",
		refused: compiled(plain, "--calibrate", rows, ...points, "--labels", one),
		followed: () => compiled(plain, "--calibrate", rows, ...points, "--labels", classes),
	},
	{
		hint: "Leave out --bits and --weight-bits, and give a --budget above 0",
		refused: compiled(plain, "--calibrate", rows, "--fast", "--bits", "8", "--budget", "0"),
		followed: () => compiled(plain, "--calibrate", rows, "--fast", "--budget", "1%"),
	},
	{
		hint: "Use it with --commitment segments",
		refused: compiled(plain, "--steps", "4", "--carry", "y=x", "--commitment", "lazy", "--segment", "2"),
		followed: () =>
			compiled(plain, "--steps", "4", "--carry", "y=x", "--commitment", "segments", "--segment", "2"),
	},
	{
		hint: "by --classes, or none by --classes none",
		refused: compiled(plain, "--calibrate", rows, "--classes", "z"),
		followed: () => compiled(plain, "--calibrate", rows, "--classes", "y"),
	},
	{
		hint: "by --classes, or none by --classes none",
		refused: compiled(two, "--calibrate", rows, "--classes", "none", "--classes", "y"),
		said: /by --classes, or none by (--classes) (none)/,
		followed: (words) => compiled(two, "--calibrate", rows, ...words),
	},
	{
		hint: "--bits 16 is finer",
		refused: compiled(plain, "--calibrate", rows, "--bits", "8", "--budget", "0.003%"),
		followed: () => compiled(plain, "--calibrate", rows, "--bits", "16", "--budget", "0.003%"),
	},
	{
		hint: "--budget ${budgetAllowing(measure, error)} allows it",
		refused: compiled(plain, "--calibrate", rows, "--budget", "abs:1e-12"),
		said: /--budget (\S+) allows it/,
		followed: ([budget]) => compiled(plain, "--calibrate", rows, "--budget", budget),
	},
];

/** Hints that the named tests meet: to follow them takes another model, or another file, and no other option. */
const ELSEWHERE: readonly string[] = [
	// crates-ts/compiler/test/classes.test.ts
	"(--classes none if they are none)",
	"(--classes OUTPUT if they are)",
	// crates-ts/compiler/test/judging.test.ts
	"--budget ${mean} allows it",
	"--budget ${mean} does not ask which element is the largest",
	// crates-ts/compiler/test/labels.test.ts
	"Name the output that they are of by --labels-of (there are ${names})",
	// crates-ts/compiler/test/steps.test.ts
	"Give sample inputs (--input or --calibrate) that all steps can start from, or fewer --steps",
	"What grows by what a step adds has another shape in every step",
	// crates-ts/compiler/test/attention.test.ts
	"Greedy decoding takes causal language models exported without a cache",
];

/** What is found wrong with an option's form, before any hint. */
const FOUND =
	/^--(classes (names|does not name) it|fast chooses|segment (gives|takes)|shape \$\{)|labels; --calibrate has/;

/** Advice about operators of a program that is written all the same. */
const ADVICE = /values are clipped: --ranges|8 bits are coarse|a (smaller )?--budget gives it more bits/;

describe("a hint that names an option", () => {
	it.each(FOLLOWED)("is right when it is followed: $hint", async ({ hint, refused, said, followed }) => {
		if (refused[0] === "run") expect((await umpire(compiled(plain, "--calibrate", rows))).code).toBe(0);
		const first = await umpire(refused);
		expect(first.code, first.said).toBe(1);
		const pattern = said ?? new RegExp(hint.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
		const found = pattern.exec(first.said);
		expect(found, first.said).not.toBeNull();
		const second = await umpire(followed(found!.slice(1)));
		expect(second.code, second.said).toBe(0);
	});

	it("is no longer given when it is followed, as advice about an operator", async () => {
		const advice = "8 bits are coarse: --bits 16";
		const first = await umpire(compiled(steep, "--calibrate", outliers, "--budget", "0", "--bits", "8"));
		expect(first.said).toContain(advice);
		const second = await umpire(compiled(steep, "--calibrate", outliers, "--budget", "0", "--bits", "16"));
		expect(second.code, second.said).toBe(0);
		expect(second.said).not.toContain(advice);
	});

	it("is in the list, wherever the compiler gives one", () => {
		const sources = [
			...globSync("crates-ts/{compiler,graph,runtime}/src/**/*.ts", { cwd: projectRoot }),
			...["compile-file", "commitments", "models", "sample-labels"].map(
				(name) => `crates-ts/actors/src/${name}.ts`,
			),
		];
		const given = sources.flatMap((path) =>
			[...readFileSync(join(projectRoot, path), "utf8").matchAll(/(["`])((?:(?!\1|\n).)*)\1/g)]
				.map(([, , text]) => text)
				.filter((text) => /(^|[ (])--[a-z]/.test(text) && / /.test(text)),
		);
		const known = [...FOLLOWED.map(({ hint }) => hint), ...ELSEWHERE];
		const unknown = given.filter(
			(text) => !ADVICE.test(text) && !FOUND.test(text) && !known.some((hint) => text.includes(hint)),
		);
		expect(given.length).toBeGreaterThan(FOLLOWED.length);
		expect(unknown).toEqual([]);
	});
});
