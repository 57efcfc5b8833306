import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseBeaconSource } from "@umpire/prover/ceremony/beacon-source.ts";
import { newCeremony } from "@umpire/prover/ceremony/new-ceremony.ts";
import { verifyCeremony } from "@umpire/prover/ceremony/verify.ts";
import { complaintsOf, isTooWide, offencesOf, openBrowser } from "@umpire/testing/browser/browser.ts";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ceremonyHtml } from "../src/ceremony-html.ts";

let folder: string;
let ceremony: string;
let browser: Browser;
let page: Page;
let offences: string[];
const requests: string[] = [];

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-ceremony-page-"));
	ceremony = join(folder, "keys");
	const beacon = parseBeaconSource("drand:10000000");
	await newCeremony(ceremony, { name: "in browsers", beacon, isRehearsal: true, circuits: ["elements"] });
	const file = join(folder, "page.html");
	await writeFile(file, await ceremonyHtml());
	browser = await openBrowser();
	page = await browser.newPage({ viewport: { width: 390, height: 844 } });
	const { href } = pathToFileURL(file);
	offences = offencesOf(page, href);
	page.on("request", (request) => requests.push(request.url()));
	await page.goto(href);
});

afterAll(async () => {
	await browser?.close();
	await rm(folder, { recursive: true, force: true });
});

const status = () => page.getByRole("status");
const give = (...names: string[]) =>
	page.locator("#files").setInputFiles(names.map((name) => join(ceremony, name)));

/** Contributes under a name and puts the files that the page gives into the ceremony's folder. */
async function contribute(name: string): Promise<void> {
	await page.locator("#name").fill(name);
	await page.locator("#entropy").fill("typed in a browser");
	await page.getByRole("button", { name: "Contribute" }).click();
	await status()
		.getByText(/^Done\. .*[0-9a-f]{64}$/)
		.waitFor();
	expect(await page.locator("#entropy").inputValue()).toBe("");
	for (const link of await page.getByRole("link").all()) {
		const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
		await download.saveAs(join(ceremony, download.suggestedFilename()));
	}
}

it("contributes from files to files, one contributor after the other", async () => {
	await give("ceremony.json", "0000.elements.zkey");
	await status()
		.getByText(/a rehearsal.*Nobody has contributed yet/)
		.waitFor();
	await contribute("Alice");
	await give("ceremony.json", "0001.json", "0001.elements.zkey");
	await status()
		.getByText(/After Alice/)
		.waitFor();
	await page.locator("#name").fill("Alice");
	await page.getByRole("button", { name: "Contribute" }).click();
	await status()
		.getByText(/Alice has contributed already/)
		.waitFor();
	await contribute("Bob");
	await expect(verifyCeremony(ceremony)).resolves.toMatchObject({
		contributions: [{ name: "Alice" }, { name: "Bob" }],
	});
});

it("says which files are missing or wrong", async () => {
	await give("0000.elements.zkey");
	await status()
		.getByText(/ceremony\.json is missing among the files/)
		.waitFor();
	await give("ceremony.json", "0001.json");
	await status()
		.getByText(/0001\.elements\.zkey is missing/)
		.waitFor();
	const wrong = { name: "0000.elements.zkey", mimeType: "", buffer: Buffer.from("another file") };
	await page
		.locator("#files")
		.setInputFiles([{ name: "ceremony.json", mimeType: "", buffer: Buffer.from("{}") }, wrong]);
	await status()
		.getByText(/ceremony\.json: version/)
		.waitFor();
	expect(await page.getByRole("button", { name: "Contribute" }).isDisabled()).toBe(true);
});

it("asks nobody anything, may ask nobody, and can be read by everybody", async () => {
	expect(offences).toEqual([]);
	expect(requests.filter((url) => !url.startsWith("file:") && !url.startsWith("blob:"))).toEqual([]);
	const refused = await page.evaluate(() =>
		fetch("http://127.0.0.1:9/").then(
			() => "sent",
			() => "refused",
		),
	);
	expect(refused).toBe("refused");
	expect(offences.join()).toMatch(/Content Security Policy/);
	expect(await complaintsOf(page)).toEqual([]);
	expect(await isTooWide(page)).toBe(false);
});
