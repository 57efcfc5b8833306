import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { compileFile } from "@umpire/actors/compile-file.ts";
import { prepareStory } from "@umpire/actors/pages/play-for-pages.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { type Server, startServer } from "@umpire/server/serve.ts";
import { isTooWide, offencesOf, openBrowser } from "@umpire/testing/browser/browser.ts";
import type { DisputeView } from "@umpire/views/dispute-view.ts";
import type { ProofFacts } from "@umpire/views/proof-facts.ts";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "../src/build-app.ts";
import { storyHtml } from "../src/story-html.ts";
import { deepProgram } from "./deep-program.ts";
import { type IsSound, soundnessOf } from "./soundness.ts";

const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const ROOT = join(import.meta.dirname, "..", "..", "..");

let folder: string;
let stage: Stage;
let served: Server;
let browser: Browser;
let page: Page;
let isSound: IsSound;

beforeAll(async () => {
	await setUp(() => {});
	folder = await mkdtemp(join(tmpdir(), "umpire-app-"));
	await buildApp(folder);
	stage = await openStage();
	const { home, contracts } = stage;
	served = await startServer(
		{ home, contracts, feed: eventFeed(contracts) },
		{ port: 0, host: "127.0.0.1", rate: 1000, interval: 500, app: folder, progress: () => {} },
	);
	browser = await openBrowser();
	page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
	isSound = soundnessOf(page, offencesOf(page, served.url));
});

afterAll(async () => {
	await browser?.close();
	await served?.close();
	await stage?.close().catch(() => {});
	await rm(folder, { recursive: true, force: true });
});

const visit = (path: string) => page.goto(`${served.url}${path}`);
const isTooWideNow = () => isTooWide(page);
const heading = () => page.locator("h1").textContent();
const shows = (text: string | RegExp) => page.getByText(text).first().waitFor();

describe("the web app", () => {
	it("loads at most 300 kB, compressed, before the first page", async () => {
		const html = await readFile(join(folder, "index.html"), "utf8");
		const files = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file);
		expect(files.length).toBeGreaterThan(1);
		const latin = (await readdir(join(folder, "assets"))).filter((file) => /-latin-wght-normal/.test(file));
		const sizes = await Promise.all(
			files.map(async (file) => gzipSync(await readFile(join(folder, file))).length),
		);
		const fonts = await Promise.all(
			latin.map(async (file) => (await readFile(join(folder, "assets", file))).length),
		);
		expect([...sizes, ...fonts].reduce((sum, size) => sum + size, 0)).toBeLessThan(300_000);
	});

	it("says what is missing where there is nothing yet, and tells it live when something comes", async () => {
		await visit("/");
		await shows("Nothing has been claimed yet");
		await isSound("empty");
		for (const path of [
			"/claims/1",
			"/disputes/1",
			"/programs/1",
			"/requests/1",
			"/grids/1",
			"/bounties/1",
		]) {
			await visit(path);
			await shows(/^There is no /);
		}
		await visit("/elsewhere");
		await shows("There is no such page.");
		await visit("/");
		const story = await prepareStory(stage, () => {});
		await shows(/answers? can be challenged/);

		// A whole dispute, watched from its page.
		await page.getByRole("row", { name: /^4 / }).getByRole("link").first().click();
		await shows(/final unless someone objects/);
		const played = story.play({ signal: new AbortController().signal, pause: 0 });
		await page.getByRole("link", { name: "Dispute 1" }).click();
		await shows("The challenger was right: it is 869, not 4,965");
		await played;
	});

	it("shows a dispute, and finds the number itself in the browser", async () => {
		await visit("/disputes/1");
		await shows("The challenger was right: it is 869, not 4,965");
		expect(await page.title()).toMatch(/it is 869, not 4,965/);
		await shows("named conv2, operator 2");
		await shows("42 of 120");
		await shows("conv2, map 3, row 5, column 4");
		const checks = page.locator(".check");
		await checks.nth(0).getByRole("button", { name: "Check" }).click();
		await shows(/^Number 354 of conv2 is/);
		expect(await checks.first().textContent()).toMatch(/is 869; 4,965 was published/);
		await checks.nth(1).getByRole("button", { name: "Check" }).click();
		await shows("The proof is right, for the key that the verifier was made from.");
		await checks.nth(2).getByRole("button", { name: "Check" }).click();
		await shows(/claim 4 was rejected, for 0x90F7.*The verifier says that the proof is right/);
		await isSound("dispute");
	});

	it("shows claims, and whether their trace is the one that the browser computes", async () => {
		await visit("/claims/4");
		await shows("Claim 4 was rejected: one number was wrong");
		await page.getByRole("button", { name: "Check" }).first().click();
		await shows(/The trace root is another one/);
		await page.getByRole("link", { name: "Claim 5" }).click();
		await shows(/final unless someone objects/);
		await page.getByRole("button", { name: "Check" }).first().click();
		await shows(/The trace root is the claimed one/);
		await isSound("claim");
	});

	it("shows programs as graphs, found and chosen by keyboard alone", async () => {
		await visit("/programs/2");
		await page.getByRole("button", { name: "fc1, 120" }).focus();
		await page.keyboard.press("Enter");
		await shows("400 products, proved in 3 parts of which a dispute proves one.");
		await page.getByLabel("Find operator or ONNX node").fill("maxpool");
		await shows("2 of 8 operators");
		await isSound("program");
		await page.keyboard.press("Escape");
		await visit("/");
		await shows(/Nobody disagrees/);
		await isSound("overview");
		await page.keyboard.press("/");
		await page.keyboard.type("dispute 1");
		await page.keyboard.press("Enter");
		await shows("The challenger was right: it is 869, not 4,965");
		await page.goBack();
		await shows(/Nobody disagrees/);
	});

	it("believes neither a proof nor a key that is not the chain's", async () => {
		const change = async (by: (facts: ProofFacts) => unknown, says: string | RegExp) => {
			await page.route("**/disputes/1/proof", async (route) => {
				const facts = (await (await route.fetch()).json()) as ProofFacts;
				await route.fulfill({ json: by(facts) });
			});
			await visit("/disputes/1");
			await page.locator(".check").nth(1).getByRole("button", { name: "Check" }).click();
			await shows(says);
			await page.unroute("**/disputes/1/proof");
		};
		const other = (facts: ProofFacts) => ({ ...facts.key, vk_delta_2: facts.key.vk_gamma_2 });
		await change((facts) => ({ ...facts, key: other(facts) }), /made from another key/);
		const [first, ...rest] = ["0x01", "0x02", "0x03", "0x04", "0x05", "0x06", "0x07", "0x08"];
		const proof = [first, ...rest].map((word) => `0x${word.slice(2).padStart(64, "0")}`);
		await change((facts) => ({ ...facts, proofs: [{ ...facts.proofs[0], proof }] }), /has another proof/);
		const changed = ({ signals: [sum, ...others] }: ProofFacts["proofs"][number]) => [
			String(BigInt(sum) + 1n),
			...others,
		];
		await change(
			(facts) => ({ ...facts, proofs: [{ ...facts.proofs[0], signals: changed(facts.proofs[0]) }] }),
			"The proof is wrong.",
		);
	});

	it("draws a program of 686 operators, and pans", async () => {
		const deep = await deepProgram(686);
		await registerProgram(await stage.world("requester"), deep, await commitProgram(deep));
		await visit("/programs/3");
		await page.locator(".graphview svg").first().waitFor();
		await shows("686 operators");
		const view = page.locator(".graphview");
		const before = await view.evaluate(
			(node) => [node.scrollWidth > node.clientWidth, node.scrollLeft] as const,
		);
		expect(before).toEqual([true, 0]);
		await view.hover();
		await page.mouse.wheel(600, 0);
		await page.waitForFunction(() => (document.querySelector(".graphview")?.scrollLeft ?? 0) > 0);
		expect(await isTooWideNow()).toBe(false);
	});

	it("shows a stranger's names as text", async () => {
		const model = join(ROOT, "testdata", "dnn.onnx");
		const { program } = await compileFile(model, { bits: 8, progress: () => {} }, []);
		const operators = program.operators.map((operator) => ({
			...operator,
			node: `/${HOSTILE}/x`,
			opType: HOSTILE,
		}));
		const hostile = { ...program, name: HOSTILE, operators };
		await registerProgram(await stage.world("requester"), hostile, await commitProgram(hostile));
		await visit("/programs/4");
		await shows(/^<img src=x onerror=/);
		expect(await heading()).toContain("<img src=x");
		expect(await page.title()).toContain("<img src=x");
		expect(await page.locator("main img, main script").count()).toBe(0);
		await isSound("hostile");
	});

	it("writes a dispute into one file that asks for nothing and runs nothing", async () => {
		const view = await (await fetch(`${served.url}/v1/pages/disputes/1`)).json();
		const file = join(folder, "story.html");
		await writeFile(file, storyHtml(view as DisputeView));
		const alone = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		const asked = offencesOf(alone, "file://");
		await alone.goto(`file://${file}`);
		await alone.getByText("The challenger was right: it is 869, not 4,965").first().waitFor();
		expect(await alone.locator("script").count()).toBe(0);
		await alone.emulateMedia({ media: "print" });
		expect(await alone.locator(".button:visible").count()).toBe(0);
		expect(asked).toEqual([]);
		await alone.close();
	});

	it("keeps what is known when the chain does not answer, and says how old it is", async () => {
		await visit("/disputes/1");
		await shows("The challenger was right: it is 869, not 4,965");
		await stage.connection.close();
		await shows(/^No word from the chain for 0:0/);
		expect(await heading()).toBe("The challenger was right: it is 869, not 4,965");
		await visit("/claims/4");
		await page.getByRole("button", { name: "Try now" }).waitFor();
		await served.close();
		await visit("/claims/4").catch(() => {});
	});
});
