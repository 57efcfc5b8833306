import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
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
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "../src/build-app.ts";
import { complaintsOf, isTooWide, offencesOf, openBrowser } from "./browser.ts";

const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const ROOT = join(import.meta.dirname, "..", "..", "..");

let folder: string;
let stage: Stage;
let served: Server;
let browser: Browser;
let page: Page;
let offences: string[];

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
	offences = offencesOf(page, served.url);
});

afterAll(async () => {
	await browser?.close();
	await served?.close();
	await stage?.close().catch(() => {});
	await rm(folder, { recursive: true, force: true });
});

const visit = (path: string) => page.goto(`${served.url}${path}`);
const heading = () => page.locator("h1").textContent();
const shows = (text: string | RegExp) => page.getByText(text).first().waitFor();

/** Pictures for people to look at, where somebody asks for them. */
async function picture(name: string): Promise<void> {
	const pictures = process.env.UMPIRE_PICTURES;
	if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

/** What holds of every page: contrast and names in both themes, no sideways scroll on a phone. */
async function isSound(name: string): Promise<void> {
	for (const colorScheme of ["light", "dark"] as const) {
		await page.emulateMedia({ colorScheme });
		expect(await complaintsOf(page, colorScheme === "dark"), `${name}, ${colorScheme}`).toEqual([]);
		await picture(`${name}-${colorScheme}`);
	}
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize({ width: 390, height: 844 });
	expect(await isTooWide(page), `${name} at 390 pixels`).toBe(false);
	await picture(`${name}-phone`);
	await page.setViewportSize({ width: 1440, height: 900 });
	expect(offences, name).toEqual([]);
}

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
		for (const path of ["/claims/1", "/disputes/1", "/programs/1"]) {
			await visit(path);
			await shows(/^There is no /);
		}
		await visit("/elsewhere");
		await shows("There is no such page.");
		await visit("/");
		const story = await prepareStory(stage, () => {});
		await shows(/answers? can be challenged/);

		// A whole dispute, watched from its page.
		await page.getByRole("row", { name: /^4 / }).getByRole("link").click();
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
		await page.getByRole("button", { name: "Check" }).click();
		await shows(/^Number 354 of conv2 is/);
		expect(await page.locator(".check").first().textContent()).toMatch(/is 869; 4,965 was published/);
		await isSound("dispute");
	});

	it("shows claims, and whether their trace is the one that the browser computes", async () => {
		await visit("/claims/4");
		await shows("Claim 4 was rejected: one number was wrong");
		await page.getByRole("button", { name: "Check" }).click();
		await shows(/The trace root is another one/);
		await page.getByRole("link", { name: "Claim 5" }).click();
		await shows(/final unless someone objects/);
		await page.getByRole("button", { name: "Check" }).click();
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
		await visit("/programs/3");
		await shows(/^<img src=x onerror=/);
		expect(await heading()).toContain("<img src=x");
		expect(await page.title()).toContain("<img src=x");
		expect(await page.locator("main img, main script").count()).toBe(0);
		await isSound("hostile");
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
