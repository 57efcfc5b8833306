import { readFile } from "node:fs/promises";
import type { Hex } from "@umpire/commitment/constants.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { programFileModel } from "@umpire/runtime/program-bytes.ts";
import { encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { loadProgram } from "@umpire/sdk/program.ts";
import { simulate } from "@umpire/sdk/simulate.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { offencesOf } from "@umpire/testing/browser/browser.ts";
import { planPrograms } from "@umpire/testing/runtime/plan-programs.ts";
import type { ClaimView } from "@umpire/views/claim-view.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimNamed } from "../src/pages/verify-page.ts";
import { type ServedStory, serveStory } from "./served-story.ts";
import { type IsSound, soundnessOf } from "./soundness.ts";

let story: ServedStory;
let isSound: IsSound;
let right: ClaimView;
let file: Uint8Array;

beforeAll(async () => {
	story = await serveStory();
	isSound = soundnessOf(story.page, offencesOf(story.page, story.served.url));
	right = (await (await fetch(`${story.served.url}/v1/pages/claims/5`)).json()) as ClaimView;
	file = await readFile(story.stage.home.path("programs", `${right.program.root}.onnx`));
});
afterAll(() => story?.close());

const visit = (path: string) => story.page.goto(`${story.served.url}${path}`);
const shows = (text: string | RegExp) => story.page.getByText(text).first().waitFor();
const checkOf = (title: string | RegExp) => story.page.locator(".check").filter({ hasText: title });
const press = (title: string | RegExp) =>
	checkOf(title)
		.getByRole("button", { name: /Check|Run/ })
		.click();
const give = (label: string, name: string, bytes: Uint8Array) =>
	story.page
		.getByLabel(label)
		.setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) });
const [PROGRAM, INPUTS] = ["Program (.onnx)", "Inputs (.json, .bin)"];

/** What the server would give, where it is not asked: a visitor with files needs none of it. */
async function withoutContent(run: () => Promise<void>): Promise<void> {
	await story.page.route("**/v1/content/**", (route) => route.fulfill({ status: 404, json: {} }));
	await run();
	await story.page.unroute("**/v1/content/**");
}

describe("the page Verify", () => {
	it("takes a claim by its number, by the address of its page, and by its market", () => {
		const market = `0x${"ab".repeat(20)}`;
		expect(claimNamed("4")).toEqual({ claim: 4, market: undefined });
		expect(claimNamed(" claim 12 ")).toEqual({ claim: 12, market: undefined });
		expect(claimNamed("http://127.0.0.1:8787/claims/7")).toEqual({ claim: 7, market: undefined });
		expect(claimNamed(`${market}/3`)).toEqual({ claim: 3, market });
		for (const text of ["0", "-4", "four", "4.5x", "4/", "1e3", "0xab/3x", "99999999999"])
			expect(claimNamed(text), text).toBeUndefined();
	});

	it("recomputes a claim, checks its proof and asks the chain", async () => {
		await visit("/claims/4");
		await story.page.getByRole("link", { name: "Verify claim 4" }).click();
		await shows("Verify it yourself");
		await press("Recompute here");
		await shows(/The trace root is another one/);
		await press(/Check the proof of dispute 1/);
		await shows("The proof is right, for the key that the verifier was made from.");
		await press("Ask the chain");
		await shows(/claim 4 was rejected, for 0x90F7.*, in the market 0x/);
		await isSound("verify");
		await visit("/verify/5");
		await press("Recompute here");
		await shows("The trace root is the claimed one: every number agrees.");
		await story.page.getByLabel("Claim", { exact: true }).fill("four");
		await shows("That names no claim: write its number.");
		await story.page.getByLabel("Claim", { exact: true }).fill("999");
		await press("Recompute here");
		await shows(/Not decided: .* knows no claim 999 of a market/);
		await story.page.getByLabel("Claim", { exact: true }).fill(`0x${"12".repeat(20)}/5`);
		await press("Recompute here");
		await shows(/Not decided: .* knows no claim 5 of a market at 0x1212/);
	});

	it("needs nothing of the server's where the visitor has the files, and takes no others", async () => {
		const inputs = await readFile(story.stage.home.path("inputs", `${right.inputsRoot}.bin`));
		await withoutContent(async () => {
			await visit("/verify/5");
			await press("Recompute here");
			await shows(/Not decided: The program is not here/);
			await give(PROGRAM, "program.onnx", file);
			await give(INPUTS, "inputs.bin", inputs);
			await press("Recompute here");
			await shows("The trace root is the claimed one: every number agrees.");
			const changed = Uint8Array.from(inputs);
			changed[changed.length - 3] ^= 1;
			await give(INPUTS, "inputs.bin", changed);
			await press("Recompute here");
			await shows(/Not decided: Your file has other inputs than were asked: their root is 0x/);
			await give(PROGRAM, "program.onnx", new TextEncoder().encode("no program"));
			await press("Recompute here");
			await shows(/^Not decided: (?!Your file)/);
		});
	});

	it("compares an output that somebody told, without any claim", async () => {
		const program = await loadProgram(file);
		const stored = await getInputs(
			story.stage.home.content,
			(await getProgram(story.stage.home.content, right.program.root as Hex)).program,
			right.inputsRoot as Hex,
		);
		const inputs = stored![0]!;
		const { output } = await simulate(program, { elements: [inputs] });
		const [{ scale }] = program.inputs;
		const json = JSON.stringify({ input_data: [[...inputs].map((integer) => integer * scale)] });
		await withoutContent(async () => {
			await visit("/verify");
			await press("Recompute here");
			await shows("Not decided: Give a program, or a claim.");
			await give(PROGRAM, "program.onnx", file);
			await give(INPUTS, "inputs.json", new TextEncoder().encode(json));
			await press("Recompute here");
			await shows(/^The output is .*Program 0x/);
			const told = (values: Iterable<number>) =>
				story.page.getByLabel("Claimed output").fill(JSON.stringify([...values]));
			await told(output.values);
			await press("Recompute here");
			await shows(/^Every number of the output agrees/);
			await told(output.values.with(9, output.values[9] + program.output.scale));
			await press("Recompute here");
			await shows(/^Number 9 of the output is/);
			await told(output.values.subarray(1));
			await press("Recompute here");
			await shows(/^The output has 10 numbers, and 9 were given/);
		});
	});
});

describe("what the browser computes", () => {
	it.each(planPrograms().map((one) => [one.plan, one] as const))(
		"is what Node.js computes: %s",
		async (_, { program, inputs }) => {
			const commitment = await commitProgram(program);
			const session = await openSession(program, { record: "trace" });
			const trace = await recordTrace(session, commitment, inputs);
			await session.release();
			await visit("/verify");
			await give(PROGRAM, "program.onnx", writeModel(programFileModel(program, commitment)));
			await give(INPUTS, "inputs.bin", encodeTensors(inputs));
			await press("Recompute here");
			const roots = story.page.locator(".roots .mono");
			await roots.first().or(story.page.getByText("Not decided")).waitFor();
			expect(await roots.evaluateAll((all) => all.map((one) => one.getAttribute("title")))).toEqual([
				...[commitment.root, trace.inputsRoot, trace.traceRoot],
			]);
		},
	);
});

describe("a server that lies about a claim", () => {
	it("is not believed: what is compared is on the chain", async () => {
		const honest = right.traceRoot;
		await story.page.route("**/v1/pages/claims/4", async (route) => {
			const view = (await (await route.fetch()).json()) as ClaimView;
			await route.fulfill({ json: { ...view, traceRoot: honest, headline: "The answer is right" } });
		});
		await visit("/claims/4");
		await shows("The answer is right");
		await press("Recompute here");
		await shows(/The trace root is another one/);
		await story.page.unroute("**/v1/pages/claims/4");
	});
});
