import { type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { join } from "node:path";
import { compileFile } from "@umpire/actors/compile-file.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { isTooWide } from "@umpire/testing/browser/browser.ts";
import { installWallet, type TestWallet } from "@umpire/testing/browser/test-wallet.ts";
import { short } from "@umpire/views/text.ts";
import type { Route } from "playwright-core";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ServedStory, serveStory } from "./served-story.ts";

const account = (addressIndex: number) =>
	mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex });
const [OWNER, SECOND] = [account(15), account(16)];

let story: ServedStory;
let wallet: TestWallet;
/** What the server says itself, by the paths that pages ask. */
const answers = new Map<string, unknown>();

beforeAll(async () => {
	story = await serveStory();
	wallet = await installWallet(story.page, story.stage.connection, OWNER);
	for (const path of PATHS) {
		const asked = `/v1/pages${path === "/" ? "/overview" : path}`;
		answers.set(asked, await (await fetch(story.served.url + asked)).json());
	}
});
afterAll(() => story?.close());

const isPage = (url: URL) => url.pathname.startsWith("/v1/pages/") && !url.pathname.endsWith("/heads");

const visit = (path: string) => story.page.goto(`${story.served.url}${path}`);
const shows = (text: string | RegExp) => story.page.getByText(text).first().waitFor();
const press = (name: string | RegExp) => story.page.getByRole("button", { name }).click();

type Json = Readonly<Record<string, unknown>>;

/** Every leaf of an answer replaced. */
function replaced(value: unknown, by: (leaf: unknown, name: string) => unknown, name = ""): unknown {
	if (Array.isArray(value)) return value.map((one) => replaced(one, by, name));
	if (typeof value !== "object" || value === null) return by(value, name);
	return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, by, key)]));
}

const numbers = (by: number) => (view: unknown) =>
	replaced(view, (leaf) => (typeof leaf === "number" ? by : leaf));
/** What a server of another version, or of bad will, may answer a page with. */
const ANSWERS: Readonly<Record<string, (view: unknown) => unknown>> = {
	...{ "nothing in it": () => ({}), null: () => null, "a list": () => [], "a text": () => "page" },
	"no value": (view) => replaced(view, () => null),
	...{ "numbers beyond all": numbers(1e308), "negative numbers": numbers(-5) },
	"links elsewhere": (view) =>
		replaced(view, (leaf, name) => (name === "href" ? "//elsewhere.example/x" : leaf)),
	"links that run": (view) =>
		replaced(view, (leaf, name) => (name === "href" ? "javascript:document.title='run'" : leaf)),
};

const PATHS = [
	...["/", "/requests", "/requests/4", "/claims", "/claims/4", "/disputes", "/disputes/1", "/programs"],
	...["/programs/2", "/network", "/deployment", `/accounts/${OWNER.address}`],
];

describe("answers that are no pages", () => {
	it.each(Object.keys(ANSWERS))("with %s leave the app standing, and lead nowhere else", async (name) => {
		const { page } = story;
		await page.route(isPage, (route: Route) => {
			const answer = answers.get(new URL(route.request().url()).pathname);
			return route.fulfill({ json: ANSWERS[name]!(answer) });
		});
		for (const path of PATHS) {
			await visit(path);
			// A heading that says nothing is no reason to stop.
			await page.locator("main h1, main h2").first().waitFor({ state: "attached" });
			expect(await page.locator("header.top").count(), path).toBe(1);
			const links = await page
				.locator("main a[href]")
				.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
			expect(
				links.filter((href) => !/^(\/(?!\/)|#)/.test(href)),
				path,
			).toEqual([]);
			expect(await isTooWide(page), path).toBe(false);
		}
		await page.unroute(isPage);
		// Another page is drawn again, without a reload.
		await page.getByRole("link", { name: "Claims", exact: true }).click();
		await shows(/A claim commits to every number/);
	});

	it("of a million rows are refused a drawing that would hold the browser", async () => {
		const { page } = story;
		const view = answers.get("/v1/pages/claims") as { tables: { rows: unknown[] }[] };
		const [table] = view.tables;
		const rows = new Array(1_000_000).fill(table!.rows[0]);
		// As a text that is made once: so many rows are some 400 megabytes otherwise.
		const short = rows.fill([{ text: "1" }, { text: "2" }, { text: "3" }]);
		const columns = table!.rows.length === 0 ? [] : [{ name: "A" }, { name: "B" }, { name: "C" }];
		const body = JSON.stringify({ ...view, tables: [{ ...table, columns, rows: short }] });
		await page.route("**/v1/pages/claims", (route) =>
			route.fulfill({ contentType: "application/json", body }),
		);
		await visit("/claims");
		await shows(/A claim commits to every number/);
		expect(await page.locator("tbody tr").count()).toBe(1000);
		await shows("The first 1,000 of 1,000,000 are shown.");
		await page.unroute("**/v1/pages/claims");
	});
});

describe("a stream of blocks", () => {
	it("that is none, or a flood, leaves pages as they are", async () => {
		const { page } = story;
		const line = (data: string) => `event: head\ndata: ${data}\n\n`;
		const junk = ["{}", "null", "x", '{"number":"1","hash":2}', '{"number":1e400,"hash":"0x","time":1}'];
		const flood = Array.from({ length: 20_000 }, (_, i) =>
			JSON.stringify({ number: 100 + i, hash: `0x${i}`, time: 1_800_000_000 }),
		);
		await page.route("**/v1/pages/heads", (route) =>
			route.fulfill({
				contentType: "text/event-stream",
				body: `${[...junk, ...flood].map(line).join("")}event: trouble\ndata: {"message":7}\n\n`,
			}),
		);
		let asked = 0;
		page.on("request", (one) => {
			if (one.url().endsWith("/v1/pages/claims")) asked++;
		});
		await visit("/claims");
		await shows(/A claim commits to every number/);
		await shows("block 20,099");
		expect(asked).toBeLessThan(500);
		await page.unroute("**/v1/pages/heads");
	});
});

describe("names that strangers gave", () => {
	const NAMES = {
		long: "W".repeat(3000),
		"from the right": "\u0645\u0631\u062d\u0628\u0627\u202e \u2066".repeat(20),
		"with marks of HTML": '<img src=x onerror="document.title=1">'.repeat(3),
	};

	it.each(Object.entries(NAMES))("%s are text within the page, on a phone too", async (_, name) => {
		const { page, stage } = story;
		const model = join(import.meta.dirname, "..", "..", "..", "testdata", "dnn.onnx");
		const { program } = await compileFile(model, { bits: 8, progress: () => {} }, []);
		const operators = program.operators.map((one, i) => ({ ...one, node: `${i}${name}`, opType: name }));
		const inputs = program.inputs.map((one) => ({ ...one, name }));
		const hostile = { ...program, name, inputs, operators };
		const { number } = await registerProgram(
			await stage.world("requester"),
			hostile,
			await commitProgram(hostile),
		);
		await story.served.look();
		for (const width of [1280, 390]) {
			await page.setViewportSize({ width, height: 844 });
			for (const path of [`/programs/${number}`, "/programs", "/requests", "/"]) {
				await visit(path);
				await page.locator("main h1").first().waitFor();
				expect(await isTooWide(page), `${path} at ${width}`).toBe(false);
				expect(await page.locator("main img, main script").count()).toBe(0);
				expect((await page.title()).length).toBeLessThan(250);
			}
		}
		await page.setViewportSize({ width: 1440, height: 900 });
	});
});

describe("what the server answers", () => {
	interface Asked {
		readonly status: number;
		readonly headers: IncomingHttpHeaders;
		readonly text: string;
	}

	/** As it is written: no URL is made shorter on the way. */
	const ask = (path: string, init: RequestOptions & { readonly body?: string } = {}): Promise<Asked> =>
		new Promise((resolve, reject) => {
			const { port } = new URL(story.served.url);
			const { body, ...options } = init;
			const sent = request({ host: "127.0.0.1", port, path, ...options }, async (answer) => {
				const { statusCode: status = 0, headers } = answer;
				// Of a stream what it is, not what comes.
				if (/event-stream/.test(headers["content-type"] ?? "")) {
					answer.destroy();
					return resolve({ status, headers, text: "" });
				}
				answer.setEncoding("utf8");
				resolve({ status, headers, text: (await answer.toArray()).join("") });
			});
			sent.on("error", reject);
			sent.end(body);
		});
	const json = { "content-type": "application/json" };
	const html = { accept: "text/html" };
	const question = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId" });

	it("has the policy of the pages, be it a page, an error, a refusal or a stream", async () => {
		const asked: readonly (readonly [number, string, RequestOptions & { readonly body?: string }])[] = [
			[200, "/", { headers: html }],
			[200, "/claims/4", { headers: html }],
			[200, "/icon.svg", {}],
			[404, "/nothing.js", {}],
			[404, "/v1/pages/claims/999", {}],
			[404, "/v1/content/programs/0x00", {}],
			[400, "/v1/claims?limit=-1", {}],
			[400, "/v1/claims/NaN", {}],
			[405, "/", { method: "DELETE" }],
			[415, "/v1/rpc", { method: "POST", body: "{}", headers: { "content-type": "text/plain" } }],
			[413, "/v1/rpc", { method: "POST", body: " ".repeat((1 << 20) + 1), headers: json }],
			[403, "/v1/rpc", { method: "POST", body: question, headers: { ...json, origin: "https://a.example" } }],
			[403, "/v1/rpc", { method: "POST", body: question, headers: { ...json, origin: "null" } }],
			[403, "/network/coordination/trigger", { method: "POST", headers: { origin: "https://a.example" } }],
			[403, "/", { headers: { ...html, host: "rebound.example" } }],
			[403, "/v1/claims", { headers: { host: "127.0.0.1.rebound.example" } }],
			[200, "/v1/pages/heads", {}],
			[200, "/v1/events", { headers: { accept: "text/event-stream" } }],
		];
		for (const [status, path, init] of asked) {
			const { status: found, headers } = await ask(path, init);
			expect(found, path).toBe(status);
			const policy = headers["content-security-policy"];
			expect(policy, path).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
			expect(policy, path).toContain("connect-src 'self'");
			expect(policy, path).toContain("frame-ancestors 'none'");
			expect(headers, path).toMatchObject({
				"cross-origin-opener-policy": "same-origin",
				"cross-origin-embedder-policy": "require-corp",
				"cross-origin-resource-policy": "same-origin",
				"referrer-policy": "no-referrer",
				"x-content-type-options": "nosniff",
			});
		}
	});

	it("is nothing outside of its folder", async () => {
		for (const path of [
			...["/../../package.json", "/..%2f..%2fpackage.json", "/%2e%2e/%2e%2e/package.json"],
			...["/assets/..%5c..%5cpackage.json", "/%c0%ae%c0%ae/package.json", "//etc/passwd", "/assets/%00"],
			...["/v1/content/programs/..%2f..%2fkeys", "/%", "/assets/%zz", "/..;/package.json"],
		]) {
			const { status, text, headers } = await ask(path, { headers: html });
			// What has no dot may be a page that the app makes itself.
			if (status === 200) expect(text, path).toContain('<div id="app">');
			else expect(status, path).toBe(404);
			expect(text, path).not.toMatch(/workspaces|root:|privateKey/);
			expect(headers["content-security-policy"], path).toContain("default-src 'none'");
		}
	});
});

describe("a wallet on a page whose server lies", () => {
	const lock = async () => {
		await press("those of request 4");
		await press("Lock 0.01 ETH and ask");
	};

	it("is asked for nothing but what the page shows", async () => {
		const { page } = story;
		await visit("/requests");
		await press("Connect wallet");
		await press("Test wallet");
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await page.getByRole("combobox", { name: "Program" }).selectOption("2");
		const lies: readonly (readonly [Json, RegExp])[] = [
			[{ to: SECOND.address }, /It would call/],
			[{ value: "5000000000000000000" }, /It would pay 5 ETH, not 0.01 ETH/],
			[{ chainId: 1 }, /It is for chain 1, not 31337/],
			[{ from: SECOND.address }, /It is from/],
			[{ data: "0x3ccfd60b" }, /It would withdraw, not request/],
		];
		for (const [lie, says] of lies) {
			await page.route("**/v1/transactions", async (route) => {
				const answer = (await (await route.fetch()).json()) as Json;
				await route.fulfill({ json: { ...answer, ...lie } });
			});
			wallet.asked.length = 0;
			await lock();
			await shows(says);
			expect(wallet.asked, JSON.stringify(lie)).not.toContain("eth_sendTransaction");
			await page.unroute("**/v1/transactions");
			await visit("/requests");
			await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
			await page.getByRole("combobox", { name: "Program" }).selectOption("2");
		}
	});

	it("follows no deployment that is another by now", async () => {
		const { page } = story;
		await visit("/requests");
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await page.getByRole("combobox", { name: "Program" }).selectOption("2");
		await page.route("**/v1/transactions", async (route) => {
			const answer = (await (await route.fetch()).json()) as Json;
			await route.fulfill({ json: { ...answer, to: SECOND.address } });
		});
		await page.route("**/v1/deployment", async (route) => {
			const answer = (await (await route.fetch()).json()) as { contracts: Json };
			await route.fulfill({
				json: { ...answer, contracts: { ...answer.contracts, market: SECOND.address } },
			});
		});
		await lock();
		await shows(/The server gave another transaction: It would call/);
		await page.unroute("**/v1/transactions");
		await page.unroute("**/v1/deployment");
	});

	it("that is on another account by now sends nothing", async () => {
		const { page } = story;
		await visit("/requests");
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await page.getByRole("combobox", { name: "Program" }).selectOption("2");
		wallet.asked.length = 0;
		await page.route("**/v1/transactions", async (route) => {
			await wallet.choose(SECOND);
			await route.continue();
		});
		await lock();
		await shows("Your wallet is on another account now. Nothing was sent.");
		expect(wallet.asked).not.toContain("eth_sendTransaction");
		await page.unroute("**/v1/transactions");
		await wallet.choose(OWNER);
	});

	it("on another chain is asked to change, and sends nothing if it does not", async () => {
		const { page } = story;
		wallet.chainId = 1;
		wallet.accepts = false;
		wallet.asked.length = 0;
		await visit("/requests");
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await page.getByRole("combobox", { name: "Program" }).selectOption("2");
		await lock();
		await shows("You declined in your wallet. Nothing was sent.");
		expect(wallet.asked).toContain("wallet_switchEthereumChain");
		expect(wallet.asked).not.toContain("eth_sendTransaction");
		wallet.chainId = undefined;
		wallet.accepts = true;
	});

	it("that says nothing is left alone when the visitor wishes", async () => {
		const { page } = story;
		await visit("/requests");
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await page.getByRole("combobox", { name: "Program" }).selectOption("2");
		wallet.isSilent = true;
		await lock();
		await shows(/^Waiting for your wallet. It should ask for 0.01 ETH, for the market contract 0x/);
		await press("Stop waiting");
		await shows("No longer waiting for your wallet.");
		wallet.isSilent = false;
		await press("Lock 0.01 ETH and ask");
		await shows(/^Mined in block/);
	});

	it("cannot pay its money to the account whose page it is on", async () => {
		const { page } = story;
		const owed = [{ contract: "grid", token: null, owed: "1000000000000000000", account: SECOND.address }];
		await page.route("**/v1/pages/accounts/**", async (route) => {
			const view = (await (await route.fetch()).json()) as Json;
			await route.fulfill({ json: { ...view, owed } });
		});
		await visit(`/accounts/${SECOND.address}`);
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await shows(/What is owed to another account, that account alone can take/);
		expect(await page.getByRole("button", { name: /^Withdraw/ }).count()).toBe(0);
		await visit(`/accounts/${OWNER.address}`);
		const asked = page.waitForRequest("**/v1/transactions");
		await press("Withdraw 1 ETH from grid");
		const { args } = (await asked).postDataJSON() as { args: readonly string[] };
		expect(args[1]).toBe(OWNER.address);
		await page.unroute("**/v1/pages/accounts/**");
	});
});
