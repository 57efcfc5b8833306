import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demonstrateBounty } from "@umpire/actors/bounties/demo-bounty.ts";
import { compileFile } from "@umpire/actors/compile-file.ts";
import { playDemoGrid } from "@umpire/actors/grid/demo-grid.ts";
import { deployNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { type Server, startServer } from "@umpire/server/serve.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { offencesOf, openBrowser } from "@umpire/testing/browser/browser.ts";
import { installWallet, type TestWallet } from "@umpire/testing/browser/test-wallet.ts";
import { short } from "@umpire/views/text.ts";
import type { Browser, Page } from "playwright-core";
import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "../src/build-app.ts";
import { type IsSound, soundnessOf } from "./soundness.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
/** As a program's name, and, as much of it as fits, as a worker's hardware. */
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
const HARDWARE = "<img src=x onerror=alert(1)>";
/** An account of the chain that is none of the demo's: the server signs nothing for it. */
const OWNER = mnemonicToAccount("test test test test test test test test test test test junk", {
	addressIndex: 15,
});
const WORKER = localAccount("submitter").address;

let folder: string;
let stage: Stage;
let served: Server;
let browser: Browser;
let page: Page;
let isSound: IsSound;
let wallet: TestWallet;

beforeAll(async () => {
	await setUp(() => {});
	folder = await mkdtemp(join(tmpdir(), "umpire-markets-"));
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
	wallet = await installWallet(page, stage.connection, OWNER);
});

afterAll(async () => {
	await browser?.close();
	await served?.close();
	await stage?.close().catch(() => {});
	await rm(folder, { recursive: true, force: true });
});

const visit = (path: string) => page.goto(`${served.url}${path}`);
const shows = (text: string | RegExp) => page.getByText(text).first().waitFor();
const chosen = (name: string) => page.getByRole("combobox", { name });
const press = (name: string | RegExp) => page.getByRole("button", { name }).click();

/** The server finds contracts that were deployed since, after some looks. */
async function lookAround(): Promise<void> {
	for (let looks = 0; looks < 6; looks++) await served.look();
}

describe("the pages of markets", () => {
	it("say what is missing, and what brings it", async () => {
		const empty = {
			"/network": /No network is deployed for this market/,
			"/requests": /Nothing has been asked yet/,
			"/claims": /Nothing has been claimed yet/,
			"/disputes": /Nobody has disagreed yet/,
			"/programs": /No program is registered yet/,
			"/grids": /No grid search has been opened yet/,
			"/bounties": /No bounty has been opened yet/,
			"/operators": /Nobody attests here yet/,
			[`/accounts/${OWNER.address}`]: /Nothing is owed to/,
		};
		for (const [path, text] of Object.entries(empty)) {
			await visit(path);
			await shows(text);
		}
		await visit("/network");
		await shows(/No network is deployed/);
		await isSound("network-empty");
	});

	it("show an outline while they are asked for, and a refusal that can be tried again", async () => {
		let goOn = () => {};
		const waiting = new Promise<void>((resolve) => {
			goOn = resolve;
		});
		await page.route("**/v1/pages/network", async (route) => {
			await waiting;
			await route.fulfill({
				status: 503,
				json: { error: { message: "The chain does not answer", help: "Wait." } },
			});
		});
		await visit("/network");
		await page.getByRole("status", { name: "Loading" }).waitFor();
		goOn();
		await shows("The chain does not answer");
		await page.unroute("**/v1/pages/network");
		await press("Try now");
		await shows(/No network is deployed/);
	});

	it("take workers and jobs by forms, and show a job from its wait to its payment", async () => {
		const deployer = await stage.world("deployer");
		const parameters = { ...NETWORK_PRESETS.test, roundSeconds: 600, acceptSeconds: 3600 };
		await deployNetwork(deployer, { parameters, blockSeconds: 600, withToken: false });
		const model = join(ROOT, "testdata", "dnn.onnx");
		const { program } = await compileFile(model, { bits: 8, progress: () => {} }, []);
		const hostile = { ...program, name: HOSTILE };
		await registerProgram(deployer, hostile, await commitProgram(hostile));
		await lookAround();

		await visit("/network");
		await shows("Nobody works here yet");
		await page.getByRole("tab", { name: "New worker" }).click();
		await chosen("Worker").selectOption(WORKER);
		await page.getByLabel("Hardware").fill(HARDWARE);
		await page.getByLabel("Stake").fill("much");
		await press(/and register/);
		await shows("The stake is no amount of ether, as in 1.");
		await page.getByLabel("Stake").fill("1");
		await press("Lock 1 ETH and register");
		await shows("Done.");
		await page.getByRole("cell", { name: HARDWARE }).waitFor();
		await press("Lock 1 ETH and register");
		await page
			.getByRole("alert")
			.filter({ hasText: /register/i })
			.waitFor();

		await page.getByRole("tab", { name: "New worker" }).focus();
		await page.keyboard.press("ArrowLeft");
		await chosen("Client").selectOption(localAccount("requester").address);
		await page.getByRole("textbox", { name: "Inputs" }).fill("[1, 2");
		await press("Lock 0.02 ETH and ask");
		await shows(/The inputs are neither JSON nor a root/);
		await page.getByRole("textbox", { name: "Inputs" }).fill("[1, 2]");
		await press("Lock 0.02 ETH and ask");
		await page
			.getByRole("alert")
			.filter({ hasText: /inputs/ })
			.waitFor();
		await page.getByRole("textbox", { name: "Inputs" }).fill(inputFor(program.inputs[0].shape));
		await press("Lock 0.02 ETH and ask");
		await shows("It is job 1.");
		await shows("One job waits for a worker");
		expect(await page.title()).toBe("Network \u00b7 Umpire");
		expect(await page.locator("main img, main script").count()).toBe(0);
		await isSound("network-waiting");

		await press("Do it now");
		await shows(/What was due was done|Nothing was due/);
		for (let rounds = 0; rounds < 60 && !(await isPaid()); rounds++) {
			await fetch(`${served.url}/network/coordination/trigger`, { method: "POST" });
			await stage.wait(300);
			await served.look();
		}
		await shows("The only job has ended");
		await page.getByRole("cell", { name: "Paid" }).waitFor();
		await isSound("network");
		await press("Start");
		await shows("On.");
		await press("Stop");
		await shows("Off.");
		await page.getByRole("tab", { name: "New client" }).click();
		await press("Look it up");
		await shows("Locked in jobs");
	});

	it("plot a grid, and say which claim was wrong", async () => {
		const points = [4, 8].flatMap((steps) =>
			[64, 512].map((rate) => ({ steps, hyperparameters: [rate, 2] })),
		);
		await playDemoGrid(stage, "score", () => {}, points);
		await lookAround();
		await visit("/grids");
		await page
			.getByRole("row", { name: /^1 descent/ })
			.getByRole("link")
			.first()
			.click();
		await shows("Least error: 0.0341 with hyper-parameter 1 at 512 and 8 steps");
		await shows(/^claimed .*, is /);
		expect(await page.locator(".gridmap .cell.accepted").count()).toBe(4);
		await page.getByTitle("its first claim was wrong").waitFor();
		await isSound("grid");
		await page.locator(".cell.best").click();
		await page.waitForURL(/\/claims\/\d+$/);
	});

	it("rank what a bounty's contributors reached", async () => {
		await demonstrateBounty(stage, () => {});
		await lookAround();
		await visit("/bounties/1");
		await shows(/^Best score: 3\d\d, from \d+ at first/);
		const rows = page.locator(".leaders tbody tr");
		expect(await rows.count()).toBe(3);
		expect(await rows.nth(0).textContent()).toMatch(/0x9965…A4dc.*\+ \d+0\.\d+ ETHFinal|ETH/);
		expect(await rows.nth(2).textContent()).toContain("Weights that it began with");
		await isSound("bounty");
	});

	it("list what was asked, answered and disputed, and where everything is", async () => {
		await visit("/requests");
		await shows(/questions asked/);
		await isSound("requests");
		await page.getByRole("row", { name: /^1 / }).getByRole("link").first().click();
		await shows("Request 1 has a final answer");
		await isSound("request");
		await visit("/disputes");
		await shows("Nobody has disagreed yet");
		await visit("/claims");
		await shows(/, 1 rejected$/);
		await visit("/programs");
		await shows(/^<img src=x onerror=/);
		await visit("/deployment");
		await shows("Yes, every point");
		await isSound("deployment");
		await visit(`/accounts/${WORKER}`);
		await shows(/Nothing is owed|can be taken/);
		await isSound("account");
	});
});

describe("a wallet", () => {
	it("is connected if its owner agrees, and only then", async () => {
		await visit("/network");
		await press("Connect wallet");
		wallet.accepts = false;
		await press("Test wallet");
		await shows("You declined in your wallet. Nothing was sent.");
		wallet.accepts = true;
		await press("Test wallet");
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await page.reload();
		await page.getByRole("button", { name: short(OWNER.address) }).waitFor();
		await isSound("wallet");
	});

	it("signs a job that the server only proposes; declined, nothing is sent", async () => {
		await chosen("Client").selectOption(OWNER.address);
		await chosen("Program").selectOption("1");
		await press("those of request 1");
		wallet.accepts = false;
		await press("Lock 0.02 ETH and ask");
		await shows("You declined in your wallet. Nothing was sent.");
		expect((await jobs()).filter(({ client }) => client === OWNER.address)).toEqual([]);
		wallet.accepts = true;
		await press("Lock 0.02 ETH and ask");
		await shows(/^Mined in block/);
		await served.look();
		expect((await jobs()).filter(({ client }) => client === OWNER.address)).toHaveLength(1);
		await page.getByRole("textbox", { name: "Reward" }).fill("99999999");
		await press("Lock 99999999 ETH and ask");
		await page.getByRole("alert").filter({ hasText: /holds/ }).waitFor();
	});

	it("asks, takes its fee back when nobody has answered, and withdraws it", async () => {
		await visit("/requests");
		await chosen("Program").selectOption("1");
		await press("those of request 1");
		await page.getByLabel("Answer within").fill("1");
		await press("Lock 0.01 ETH and ask");
		await shows(/^Mined in block/);
		await stage.wait(3700);
		await served.look();
		const { items } = await get<{ items: { request: number }[] }>(`/v1/requests?account=${OWNER.address}`);
		const request = Math.max(...items.map((one) => one.request));
		await visit(`/requests/${request}`);
		await shows(`Nobody answered request ${request} in time`);
		await press("Give the fee back");
		await shows(`The fee of request ${request} went back`);
		await visit(`/accounts/${OWNER.address}`);
		await shows(/^0.01 ETH can be taken/);
		const before = await stage.connection.reader.getBalance({ address: OWNER.address });
		await press("Withdraw 0.01 ETH from market");
		await shows(/^Nothing is owed to/);
		const after = await stage.connection.reader.getBalance({ address: OWNER.address });
		expect(after - before).toBeGreaterThan(9_000_000_000_000_000n);
		expect(after - before).toBeLessThan(10_000_000_000_000_000n);
	});

	it("lets its node be asked instead of the server's", async () => {
		await visit("/claims");
		await page
			.getByRole("row", { name: /Rejected/ })
			.getByRole("link")
			.first()
			.click();
		const check = page.locator(".check").filter({ hasText: "Ask the chain" });
		await check.waitFor();
		wallet.asked.length = 0;
		await check.getByRole("button", { name: "Check" }).click();
		await shows(/^By your wallet.s node, claim \d+ was rejected, for 0x90F7/);
		expect(wallet.asked).toContain("eth_call");
	});

	it("is let go", async () => {
		await press(short(OWNER.address));
		await press("Disconnect");
		await page.getByRole("button", { name: "Connect wallet" }).waitFor();
	});
});

describe("questions to the chain through the server", () => {
	const ask = async (method: string, params: readonly unknown[] = []) => {
		const response = await fetch(`${served.url}/v1/rpc`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ jsonrpc: "2.0", id: 7, method, params }),
		});
		return { status: response.status, body: (await response.json()) as Record<string, unknown> };
	};

	it("are passed on if they change nothing, and their refusals are the node's", async () => {
		const { contracts } = stage;
		expect(await ask("eth_chainId")).toEqual({
			status: 200,
			body: { jsonrpc: "2.0", id: 7, result: "0x7a69" },
		});
		const { body } = await ask("eth_call", [{ to: contracts.market.address, data: "0x12345678" }, "latest"]);
		expect(body).toMatchObject({ id: 7, error: { message: expect.any(String) } });
		for (const method of [
			...["eth_sendRawTransaction", "eth_sendTransaction", "eth_accounts", "evm_revert", "debug_traceCall"],
			...["hardhat_setBalance", "eth_getLogs"],
		]) {
			expect(await ask(method), method).toMatchObject({ status: 403 });
		}
		const several = await fetch(`${served.url}/v1/rpc`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify([{ jsonrpc: "2.0", id: 1, method: "eth_chainId" }]),
		});
		expect(several.status).toBe(400);
	});
});

describe("pages of markets whose node is down", () => {
	it("keep what is known", async () => {
		await visit("/grids/1");
		await shows(/^Least error: /);
		await stage.connection.close();
		await shows(/^No word from the chain for 0:0/);
		expect(await page.locator(".cell.accepted").count()).toBe(4);
		await visit("/network");
		await shows(/^Workers lock a stake/);
		await page.getByRole("cell", { name: HARDWARE }).waitFor();
	});
});

const get = async <T>(path: string): Promise<T> => (await (await fetch(`${served.url}${path}`)).json()) as T;
const jobs = async () => (await get<{ items: { client: string; status: string }[] }>("/jobs")).items;
const isPaid = async () => (await jobs())[0].status === "verified";

/** Numbers in the shape of an input. */
const inputFor = (shape: readonly number[]): string => {
	const nested = (dims: readonly number[]): unknown =>
		dims.length === 0 ? 0.25 : Array.from({ length: dims[0] }, () => nested(dims.slice(1)));
	return JSON.stringify(nested(shape));
};
